"""What stands between the network and the application: who may ask, how much, how long, and what a browser
may do with the answer.

A page on the open web must not be able to use a server on loopback through the browser of the person who
runs it. So the name in ``Host`` must be one of ours (a name that was bent to 127.0.0.1 is not), a request
that changes something must come from our own page, and nothing is answered to other origins.
"""

import asyncio
import hmac
import ipaddress
import json
import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from landbridge.errors import LandbridgeError, RequestRefused

MOST_BYTES = 1_000_000
"""Largest body of a request."""
MOST_SECONDS = 120.0
"""Longest wait for an answer; what takes longer is a job."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
COOKIE = "landbridge_token"
SAFE = ("GET", "HEAD", "OPTIONS")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)

logger = logging.getLogger("landbridge.web")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address that a server listens on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """An ASGI application around another: checks a request, bounds it, and dresses the answer.

    Parameters
    ----------
    hosts
        Names that ``Host`` may hold beside those of loopback. With a token, addresses in figures too:
        they cannot be bent to another machine as names can.
    token
        What a request must bring (cookie, ``Authorization: Bearer``, or once as ``?token=``); none on
        loopback.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str] = (),
        token: str | None = None,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self.app, self.token = app, token
        self.hosts = {*LOOPBACK, *(host.casefold() for host in hosts)}
        self.most_bytes, self.most_seconds = most_bytes, most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        started = [False]

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                started[0] = True
                present = {name for name, _ in message.get("headers", ())}
                extra = [pair for pair in HEADERS if pair[0] not in present]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        try:
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            self._check_names(scope, headers)
            if self.token is not None and not self._has_token(headers):
                if await self._take_token(scope, dress):
                    return
                raise RequestRefused(
                    "a token is needed.", status=401, mend="open the address that `landbridge serve` printed."
                )
            async with asyncio.timeout(self.most_seconds):
                await self.app(scope, self._bound(headers, receive), dress)
        except TimeoutError:
            error = RequestRefused(
                f"no answer within {self.most_seconds:g} seconds.",
                status=503,
                where=scope["path"],
                mend="ask again: the work goes on and its answer is kept; long work belongs into a job.",
            )
            await _refuse(error, dress, started[0])
        except RequestRefused as error:
            await _refuse(error, dress, started[0])
        except Exception:
            logger.exception("unexpected error at %s", scope["path"])
            await _refuse(RequestRefused(UNEXPECTED, status=500, mend=REPORT), dress, started[0], "LB-X000")

    def _check_names(self, scope: Scope, headers: dict[str, str]) -> None:
        """Refuse names that are not ours, and what other pages send."""
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if name not in self.hosts and not (self.token is not None and _is_address(name)):
            raise RequestRefused(
                "this name is not served.",
                status=421,
                where="the request's Host",
                mend="use the address that `landbridge serve` printed.",
            )
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        own = origin is None or urlsplit(origin).netloc.casefold() == host.casefold()
        is_api = scope["path"].startswith("/api/")
        if (scope["method"] not in SAFE and not own) or (
            site in ("cross-site", "same-site") and (is_api or scope["method"] not in SAFE)
        ):
            raise RequestRefused("another page may not ask here.", status=403, where="the request's Origin")
        kind = headers.get("content-type", "").split(";")[0].strip()
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        if scope["method"] not in SAFE and has_body and kind != "application/json":
            raise RequestRefused(
                "a body must be JSON.", status=415, mend="send Content-Type: application/json."
            )

    def _has_token(self, headers: dict[str, str]) -> bool:
        assert self.token is not None
        given = [headers.get("authorization", "").removeprefix("Bearer ")]
        for part in headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            given += [value] if key == COOKIE else []
        return any(hmac.compare_digest(text.encode(), self.token.encode()) for text in given)

    async def _take_token(self, scope: Scope, send: Send) -> bool:
        """Turn ``?token=`` into a cookie and lead on without it."""
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = query.pop("token", [""])[0]
        assert self.token is not None
        if scope["method"] != "GET" or not hmac.compare_digest(given.encode(), self.token.encode()):
            return False
        rest = urlencode(query, doseq=True)
        onward = scope["path"] + (f"?{rest}" if rest else "")
        if onward.startswith("//") or "\\" in onward:
            onward = "/"
        cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", onward.encode()), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return True

    def _bound(self, headers: dict[str, str], receive: Receive) -> Receive:
        """The body as far as it may go."""
        taken = 0
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > (
            self.most_bytes
        ):
            raise self._too_large()

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.most_bytes:
                # The framework passes on no other error that is met while a body is read.
                raise HTTPException(413, self._too_large().what)
            return message

        return bounded

    def _too_large(self) -> RequestRefused:
        what = f"the request is larger than {self.most_bytes:,} bytes."
        return RequestRefused(what, status=413, mend="send less at once.")


UNEXPECTED = "Landbridge met an error that it did not expect."
REPORT = "the terminal that runs `landbridge serve` shows the details; please report them."


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def write_error(error: LandbridgeError, code: str = "") -> bytes:
    """An error as the body of an answer."""
    content: dict[str, Any] = error.as_dict()
    if code:
        content["code"] = code
    return json.dumps({"error": content}, ensure_ascii=False).encode()


async def _refuse(error: RequestRefused, send: Send, started: bool, code: str = "") -> None:
    """Answer with an error, unless an answer is under way already."""
    if started:
        return
    body = write_error(error, code)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
