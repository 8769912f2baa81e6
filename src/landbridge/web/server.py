"""The server: a socket on loopback, the application on it, and a browser that is shown the way."""

import contextlib
import secrets
import socket
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import uvicorn

from landbridge.errors import RequestRefused
from landbridge.web.app import create_app
from landbridge.web.safety import is_loopback

WAITING = 512
"""Connections that may wait to be taken."""


class Server:
    """A study served on an address; the socket is taken at once, so that the port is known.

    Raises
    ------
    RequestRefused
        If the address cannot be listened on.
    StudyNotFound, StudyInvalid
        If the study cannot be opened.
    """

    def __init__(
        self, study: str | Path, *, host: str = "127.0.0.1", port: int | None = None, default_port: int = 0
    ) -> None:
        self.token = None if is_loopback(host) else secrets.token_urlsafe(24)
        self.app = create_app(study, token=self.token, hosts=(host, socket.gethostname()))
        self.title = self.app.state.session.study.settings.title
        self.socket = _listen(host, port, default_port)
        shown = "127.0.0.1" if is_loopback(host) and ":" not in host else host
        if host in ("0.0.0.0", "::"):
            shown = socket.gethostname()
        name = f"[{shown}]" if ":" in shown else shown
        self.address = f"http://{name}:{self.socket.getsockname()[1]}/" + (
            f"?token={self.token}" if self.token else ""
        )

    def run(self, *, open_browser: bool = True) -> None:
        """Serve until a signal ends it."""
        with contextlib.suppress(KeyboardInterrupt):
            self._build(self.address if open_browser else None).run(sockets=[self.socket])

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread of this process; gives the address, for a notebook or a test."""
        server = self._build(None)
        thread = Thread(target=server.run, kwargs={"sockets": [self.socket]}, name="landbridge-serve")
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield self.address
        finally:
            server.should_exit = True
            thread.join()

    def _build(self, shown: str | None) -> "_Announced":
        config = uvicorn.Config(
            self.app, log_level="warning", access_log=False, server_header=False, backlog=WAITING,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        return _Announced(config, shown)


class _Announced(uvicorn.Server):
    """A server that opens a browser once it answers."""

    def __init__(self, config: uvicorn.Config, address: str | None) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self._address and self.started:
            webbrowser.open(self._address)


def _listen(host: str, port: int | None, default_port: int) -> socket.socket:
    """A socket that listens: on the port asked for, else on the usual one, else on a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = [port] if port is not None else [default_port, 0]
    error: OSError | None = None
    for number in wanted:
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, number))
            taken.listen(WAITING)
        except OSError as refused:
            taken.close()
            error = refused
            continue
        return taken
    assert error is not None
    raise RequestRefused(
        f"the address cannot be listened on: {error.strerror}.",
        where=f"{host} port {wanted[0]}",
        mend="name another with --port, or --port 0 for any that is free.",
    )
