"""The command that opens the map in a browser."""

from typing import Annotated

import typer

from landbridge.cli import show

PORT = 8765


def serve(
    study: Annotated[
        str,
        typer.Argument(metavar="[STUDY]", help="A study's name, or the folder that holds its study.yaml."),
    ] = "eurasia",
    port: Annotated[
        int | None,
        typer.Option(
            "-p",
            "--port",
            metavar="N",
            min=0,
            max=65535,
            help=f"Port to listen on; else {PORT}, or a free one where that is taken.",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on; others than loopback need the token shown.",
        ),
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the map, to shut a border and watch freight turn.

    It is a web page from this machine alone; nothing is fetched from outside. Ctrl-C ends it.

    \b
    Examples:
      landbridge serve
      landbridge serve my-study --port 9000
      landbridge serve --host 0.0.0.0 --no-browser
    """
    from landbridge.web.server import Server

    server = Server(study, host=host, port=port, default_port=PORT)
    show.say(f"{server.title}: {server.address}")
    if server.token:
        show.say("Who has this address can use the map; the connection is not encrypted.")
    show.say("Ctrl-C ends it.")
    server.run(open_browser=not no_browser)
