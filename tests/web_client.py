"""A server in a thread, asked over a real socket as a browser or a notebook asks it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from landbridge.web.server import Server


class Asker:
    """Asks one server; answers with an error fail unless they are expected."""

    def __init__(self, server: Server, address: str) -> None:
        self.server, self.address = server, address
        self.http = httpx.Client(base_url=address, timeout=120.0, trust_env=False)

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        """Plain values of an answer."""
        answer = self.http.get(path, params={key.rstrip("_"): value for key, value in query.items()})
        assert answer.status_code == expect, answer.text
        return answer.json()

    def post(self, path: str, body: Any, expect: int = 200) -> Any:
        """Plain values of the answer to a body."""
        answer = self.http.post(path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def wait(self, job: str, *states: str) -> dict[str, Any]:
        """A job once it stands in one of some states."""
        until = time.monotonic() + 120.0
        while time.monotonic() < until:
            found = self.get(f"/api/jobs/{job}")
            if found["state"] in (states or ("done", "failed", "cancelled")):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{job} does not end")


@contextmanager
def asking(study: str | Path, **more: Any) -> Iterator[Asker]:
    """A server on a free port for as long as the block lasts."""
    server = Server(study, port=0, **more)
    with server.running() as address:
        asker = Asker(server, address)
        try:
            yield asker
        finally:
            asker.http.close()
