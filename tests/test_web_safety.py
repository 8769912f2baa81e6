"""The guard of the web application: who may ask, how much and how long, and what a browser may do with it."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.errors import RequestRefused
from landbridge.web.memo import Memo
from landbridge.web.safety import POLICY, is_loopback
from landbridge.web.server import Server
from studies import write_small_study
from web_client import Asker, asking


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder = tmp_path_factory.mktemp("safety")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDBRIDGE_CACHE", str(folder / "cache"))
        with asking(write_small_study(folder)) as asker:
            yield asker


def send(ask: Asker, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return ask.http.request(method, path, headers=named)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "192.168.0.7", "[::2]"])
def test_1_a_name_that_is_not_ours_is_refused(ask: Asker, host: str) -> None:
    """A name that was bent to this machine gets nothing (DNS rebinding)."""
    answer = send(ask, "/api/study", host=host)
    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "LB-W001"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "LOCALHOST:80", "[::1]:5"])
def test_2_names_of_loopback_are_served(ask: Asker, host: str) -> None:
    """Whatever the port: it may be forwarded."""
    assert send(ask, "/api/jobs", host=host).status_code == 200


def test_3_other_pages_may_not_change_or_ask(ask: Asker) -> None:
    """A foreign Origin, a cross-site request, and a form that pretends are refused; our own page is not."""
    body = {"json": {"changes": [{"kind": "gate", "id": "peace", "to": "open"}]}}
    own = ask.address.rstrip("/")
    for origin, status in (("https://evil.example", 403), ("null", 403), (own, 200)):
        answer = ask.http.post("/api/what-if", headers={"origin": origin}, **body)
        assert answer.status_code == status, origin
    assert send(ask, "/api/jobs", sec_fetch_site="cross-site").status_code == 403
    assert send(ask, "/api/jobs", sec_fetch_site="same-origin").status_code == 200
    form = ask.http.post("/api/what-if", content=b"{}", headers={"content-type": "text/plain"})
    assert form.status_code == 415
    assert send(ask, "/api/jobs/x", "DELETE", origin="https://evil.example").status_code == 403


def test_4_answers_bind_the_browser(ask: Asker) -> None:
    """Every answer carries the policy, errors too; no other origin is let in."""
    for path in ("/api/study", "/api/nothing", "/static/none.js"):
        headers = send(ask, path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers
    assert "unsafe" not in POLICY
    assert send(ask, "/static/../app.py").status_code == 404
    assert send(ask, "/static/%2e%2e/app.py").status_code == 404


def test_5_a_body_has_an_end(ask: Asker) -> None:
    """Too large as announced, and too large as it comes."""
    big = b'{"changes": "' + b"x" * 1_100_000 + b'"}'
    kind = {"content-type": "application/json"}
    assert ask.http.post("/api/what-if", content=big, headers=kind).status_code == 413

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(big), 100_000):
            yield big[at : at + 100_000]

    answer = ask.http.post("/api/what-if", content=pieces(), headers=kind)
    assert answer.status_code == 413
    assert answer.json()["error"]["mend"]
    broken = ask.http.post("/api/what-if", content=b"{", headers=kind)
    assert broken.status_code == 422


def test_6_an_answer_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long is told so, and the work goes on: it is there for who asks again."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    server = Server(write_small_study(tmp_path), port=0)
    for layer in server.app.user_middleware:
        layer.kwargs["most_seconds"] = 0.001
    with server.running() as address:
        answer = httpx.get(f"{address}api/flows", trust_env=False, timeout=60.0)
        assert answer.status_code == 503
        assert "job" in answer.json()["error"]["mend"]


def test_7_others_need_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On an address that others reach: 401 without, a cookie for who brings it, which scripts cannot read."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    server = Server(write_small_study(tmp_path), host="0.0.0.0", port=0)
    assert server.token is not None
    assert server.address.endswith(f"?token={server.token}")
    port = server.socket.getsockname()[1]
    with server.running(), httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        assert http.get("/api/jobs").status_code == 401
        assert http.get("/", params={"token": "wrong"}).status_code == 401
        assert http.get("/api/jobs", headers={"authorization": "Bearer wrong"}).status_code == 401
        answer = http.get("/api/jobs", params={"token": server.token, "a": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/jobs?a=1")
        assert "HttpOnly; SameSite=Strict" in answer.headers["set-cookie"]
        assert http.get("/api/jobs").status_code == 200
        http.cookies.clear()
        bearer = {"authorization": f"Bearer {server.token}"}
        assert http.get("/api/jobs", headers=bearer).status_code == 200
        assert http.get("/api/jobs", headers={**bearer, "host": "evil.example"}).status_code == 421
        away = http.get("//evil.example/", params={"token": server.token})
        assert away.headers.get("location", "/") == "/"


def test_8_loopback_is_told_from_the_rest() -> None:
    """All of 127/8 and ::1 are this machine, names are not looked up."""
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org")] == [False] * 4


def test_9_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """The one asked for is refused with a mend; the usual one gives way to a free one."""
    study = write_small_study(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RequestRefused, match="cannot be listened on"):
            Server(study, port=port)
        server = Server(study, default_port=port)
        assert server.socket.getsockname()[1] != port
        server.socket.close()


def test_10_many_at_once_share_one_answer(ask: Asker) -> None:
    """Two hundred requests in flight: no error, and what they all wait for is worked out once."""
    made: list[int] = []
    memo: Memo[int] = Memo(2)

    def make() -> int:
        made.append(1)
        return 7

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(lambda _: memo.get("key", make), range(50))) == {7}
    assert len(made) == 1

    def one(_: int) -> Any:
        return httpx.get(f"{ask.address}api/network", trust_env=False, timeout=60.0)

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(one, range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_11_a_failure_is_told_to_all_and_tried_anew() -> None:
    """A memo keeps answers, never errors, and no more than it may."""
    memo: Memo[int] = Memo(2)
    with pytest.raises(ZeroDivisionError):
        memo.get("key", lambda: 1 // 0)
    assert memo.get("key", lambda: 3) == 3
    assert [memo.get(name, lambda: 4) for name in ("b", "c")] == [4, 4]
    assert memo.get("key", lambda: 5) == 5
