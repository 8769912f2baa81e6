"""The application: one study, its endpoints, the page, and the guard around them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from landbridge import __version__
from landbridge.errors import (
    Fault,
    LandbridgeError,
    NoRoute,
    RequestRefused,
    RunNotFound,
    StudyNotFound,
    TargetNotEmpty,
    UnknownName,
)
from landbridge.web import exports, maps, record, results, routes, what_ifs
from landbridge.web.safety import MOST_SECONDS, Guard, write_error
from landbridge.web.session import Session

STATIC = Path(__file__).parent / "static"
ROUTERS = (maps.router, what_ifs.router, routes.router, record.router, results.router, exports.router)
OF_THE_PAGE = ("basemap", "glyphs")
"""Modules beside this one that serve what the page draws with; each holds a ``router``."""

DESCRIPTION = """What the page of `landbridge serve` asks, a notebook can ask too.

Ids are those of the study's tables. Every number has its unit in its key (`t_year`, `usd_t`, `h`); what is
not known is `null`. Errors come as `{"error": {"code", "what", "where", "mend", "faults"}}`.
"""

NOT_FOUND = (UnknownName, StudyNotFound, RunNotFound)


def create_app(
    study: str | Path = "eurasia",
    *,
    token: str | None = None,
    hosts: Sequence[str] = (),
    most_seconds: float = MOST_SECONDS,
) -> FastAPI:
    """The web application over one study.

    Parameters
    ----------
    study
        Name of a built-in study, or path of a study folder.
    token
        What requests must bring; needed where others than this machine can reach the server.
    hosts
        Names under which it is reached, beside those of loopback.
    most_seconds
        Longest wait for an answer.

    Raises
    ------
    StudyNotFound, StudyInvalid
        If the study cannot be opened.
    """
    session = Session(study)

    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        session.start()
        yield
        session.stop()

    app = FastAPI(
        title="Landbridge",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=run,
    )
    app.state.session = session
    app.add_exception_handler(LandbridgeError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    for router in ROUTERS:
        app.include_router(router)
    for name in OF_THE_PAGE:
        module = f"landbridge.web.{name}"
        if find_spec(module) is not None:
            app.include_router(import_module(module).router)

    @app.get("/", include_in_schema=False)
    def get_page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    app.mount("/static", _Static(directory=STATIC, check_dir=False), name="static")
    app.add_middleware(Guard, hosts=tuple(hosts), token=token, most_seconds=most_seconds)
    return app


class _Static(StaticFiles):
    """Files that a browser asks for again, so that none is left over from an older version."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """A file, or that it has not changed."""
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


def _answer_error(_: Request, error: Exception) -> Response:
    """An error of ours, with the status that says whose fault it is."""
    assert isinstance(error, LandbridgeError)
    status = 422
    if isinstance(error, RequestRefused):
        status = error.status
    elif isinstance(error, NOT_FOUND):
        status = 404
    elif isinstance(error, TargetNotEmpty):
        status = 409
    elif isinstance(error, NoRoute):
        status = 422
    return Response(write_error(error), status, media_type="application/json")


def _answer_invalid(request: Request, error: Exception) -> Response:
    """A query or body of the wrong shape: every fault with its place."""
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(
            RequestRefused.code,
            f"{item['msg']}.",
            str(item["loc"][0]),
            column=".".join(str(part) for part in item["loc"][1:]),
            value=str(item.get("input", ""))[:100],
            mend="see /api/openapi.json.",
        )
        for item in error.errors()
    ]
    what = f"the request has {len(faults)} faults." if len(faults) > 1 else "the request has one fault."
    refused = RequestRefused(what, faults, where=request.url.path, mend="mend what is listed.")
    return Response(write_error(refused), refused.status, media_type="application/json")


def _answer_http(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such address, a method that is not served."""
    assert isinstance(error, HTTPException)
    what = {404: "there is nothing at this address.", 405: "this method is not served here."}
    refused = RequestRefused(
        what.get(error.status_code, str(error.detail)),
        status=error.status_code,
        where=request.url.path,
        mend="see /api/openapi.json for what is served.",
    )
    return Response(write_error(refused), error.status_code, media_type="application/json")
