"""Long work from the page: it shows progress, really stops, survives a reload, and its results are exported."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from pydantic import TypeAdapter

from landbridge.web import results
from landbridge.web.jobs import Jobs
from studies import write_small_study
from test_appraise import CHANGE as WITH_PROJECTS
from test_process_study import small
from web_client import Asker, asking


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def study(folder: Path) -> Path:
    return write_small_study(folder)


@pytest.fixture(scope="module")
def ask(folder: Path, study: Path) -> Iterator[Asker]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDBRIDGE_CACHE", str(folder / "cache"))
        with asking(study) as asker:
            yield asker


def hold(shape: object, answer: object) -> None:
    TypeAdapter(shape).validate_python(answer)


def read_csv(ask: Asker, subject: str, **query: object) -> pd.DataFrame:
    """A table as a spreadsheet reads it."""
    answer = ask.http.get(f"/api/export/{subject}.csv", params=query)
    assert answer.status_code == 200, answer.text
    return pd.read_csv(io.BytesIO(answer.content))


def test_1_dependence_is_worked_out_and_then_at_hand(ask: Asker) -> None:
    """202 with the job, then 200 with what `landbridge dependence --json` gives; one zone of it on demand."""
    first = ask.get("/api/depends", expect=202, scenario="today")["job"]
    hold(results.Job, first)
    done = ask.wait(first["id"])
    assert (done["state"], done["error"]) == ("done", None)
    told = ask.get("/api/depends", scenario="today")
    hold(results.DependsAnswer, told)
    isle = ask.get("/api/depends", scenario="today", zone="isle-zone")["zones"]
    assert [row["zone"] for row in isle] == ["isle-zone"]
    assert isle[0]["states"]["STH"]["share_tonnes"] > 0.9
    ask.get("/api/depends", expect=404, zone="nowhere")
    frame = pd.read_csv(io.BytesIO(ask.http.get("/api/export/depends.csv?scenario=today").content))
    assert {"zone", "state", "share_tonnes", "loss_if_closed_usd_year"} <= set(frame.columns)


def test_2_the_same_work_is_the_same_job(ask: Asker) -> None:
    """Asked again it is there at once; asked otherwise it is another."""
    body = {"kind": "dependence", "scenario": "today", "wide": True}
    one, two = (ask.post("/api/jobs", body, expect=202)["id"] for _ in range(2))
    assert one == two
    other = ask.post("/api/jobs", {**body, "pairs": True}, expect=202)["id"]
    assert other != one
    assert {ask.wait(name)["state"] for name in (one, other)} == {"done"}
    assert {job["id"] for job in ask.get("/api/jobs")} >= {one, other}


def test_3_a_job_that_is_cancelled_stops(ask: Asker) -> None:
    """Its process and all that it started are gone, and nothing half-done is left as a result."""
    job = ask.post("/api/jobs", {"kind": "futures", "n": 150_000}, expect=202)["id"]
    ask.wait(job, "running")
    process = ask.server.app.state.session.jobs._process[1]
    ask.http.delete(f"/api/jobs/{job}")
    assert ask.get(f"/api/jobs/{job}")["state"] == "cancelled"
    assert process.poll() is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    time.sleep(0.3)
    assert ask.get(f"/api/jobs/{job}")["state"] == "cancelled"


def test_4_futures_show_odds_at_once_and_fans_after_a_job(ask: Asker) -> None:
    """Odds need no network; a job of futures gives fans and the expected flow of links with a capacity."""
    told = ask.get("/api/futures")
    hold(results.FuturesAnswer, told)
    assert told["found"] is None
    odds = {gate["id"]: gate["odds"] for gate in told["odds"]["gates"]}
    assert all(0.0 <= p <= 1.0 for years in odds.values() for p in years.values())
    assert told["odds"]["caveat"]
    assert read_csv(ask, "odds")["open_probability"].between(0.0, 1.0).all()
    ask.get("/api/export/fans.csv", expect=409)
    job = ask.post("/api/jobs", {"kind": "futures", "n": 64, "seed": 3}, expect=202)["id"]
    done = ask.wait(job)
    assert done["state"] == "done", done
    told = ask.get("/api/futures")
    hold(results.FuturesAnswer, told)
    found = told["found"]
    assert (found["n"], found["years"]) == (64, [2035])
    fan = next(fan for fan in found["fans"] if fan["is_headline"])
    assert fan["p05"][0] <= fan["p50"][0] <= fan["p95"][0]
    mean, sd = found["flows"]["2035"]["east--yard-rail"]
    assert mean > 0.0
    assert sd >= 0.0
    fans = read_csv(ask, "fans")
    assert len(fans) == sum(len(fan["years"]) for fan in found["fans"])
    assert (fans["p05"].dropna() <= fans["p95"].dropna() + 1e-9).all()
    expected = read_csv(ask, "expected", year=2035).set_index("link")
    assert expected.loc["east--yard-rail", "mean_t_year"] == pytest.approx(mean)
    ask.get("/api/export/expected.csv", expect=422, year=2024)
    drawn = ask.http.get("/api/export/expected.gpkg", params={"year": 2035})
    assert drawn.status_code == 200, drawn.text


def test_5_appraisal_validity_and_brief(ask: Asker) -> None:
    """Each as its command gives it; the brief is a page to keep, never one that runs under our address."""
    failed = ask.wait(ask.post("/api/appraise", {}, expect=202)["id"])
    assert failed["state"] == "failed"
    assert failed["error"]["code"] == "LB-P006"
    ask.post("/api/appraise", {"projects": ["none"]}, expect=404)
    validity = ask.http.get("/api/validity")
    assert validity.status_code in (200, 202)
    if validity.status_code == 202:
        assert ask.wait(validity.json()["job"]["id"])["state"] == "done"
    assert "rows" in ask.get("/api/validity")
    query = {"base": "today", "scenario": "gap-open", "year": 2035}
    job = ask.get("/api/brief.html", expect=202, **query)["job"]["id"]
    assert ask.wait(job)["state"] == "done"
    page = ask.http.get("/api/brief.html", params=query)
    assert page.headers["content-disposition"].startswith("attachment")
    assert "The line through the gap" in page.text


def test_6_jobs_outlive_the_page_and_the_server(folder: Path, study: Path, ask: Asker) -> None:
    """Another server on the same study finds what was done; what a server left unfinished is told as failed."""
    asked = ask.post("/api/jobs", {"kind": "dependence", "scenario": "today"}, expect=202)
    assert ask.wait(asked["id"])["state"] == "done"
    done = {job["id"] for job in ask.get("/api/jobs") if job["state"] == "done"}
    with asking(study) as other:
        assert done <= {job["id"] for job in other.get("/api/jobs")}
        assert other.get("/api/depends", scenario="today")["zones"]
    jobs = Jobs(folder / "alone")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    jobs.server = f"{gone.pid}-gone"
    name = jobs.submit("run", study, {}, {})["id"]
    again = Jobs(folder / "alone")
    again.start()
    found = again.get(name)
    assert (found["state"], found["words"]) == ("failed", "the server ended before the job was done")
    again.stop()


def test_7_bad_jobs_are_refused(ask: Asker) -> None:
    """Unknown kinds, ids that are paths, numbers out of bounds."""
    ask.post("/api/jobs", {"kind": "mine"}, expect=422)
    ask.post("/api/jobs", {"kind": "futures", "n": 10**9}, expect=422)
    ask.post("/api/jobs", {"kind": "run", "scenarios": ["none"]}, expect=404)
    ask.post("/api/jobs", {"kind": "brief", "base": "none"}, expect=404)
    for name in ("none", "..", "..%2f..%2fsecret", "a%00b"):
        assert ask.http.get(f"/api/jobs/{name}").status_code in (404, 422)
    assert ask.http.delete("/api/jobs/none").status_code == 404


@pytest.mark.parametrize("subject", ["flows", "network", "places", "routes", "gains", "gates"])
@pytest.mark.parametrize("form", ["csv", "parquet", "gpkg"])
def test_8_exports_open_elsewhere(ask: Asker, tmp_path: Path, subject: str, form: str) -> None:
    """A spreadsheet, a data frame and a GIS read the same rows, with units in the names of columns."""
    query = {"scenario": "gap-open", "base": "today", "year": 2035, "from": "west-zone", "to": "isle-zone"}
    answer = ask.http.get(f"/api/export/{subject}.{form}", params=query)
    assert answer.status_code == 200, answer.text
    assert f"{subject}-gap-open-2035.{form}" in answer.headers["content-disposition"]
    path = tmp_path / f"export.{form}"
    path.write_bytes(answer.content)
    if form == "csv":
        frame = pd.read_csv(path)
        assert answer.content.startswith(b"\xef\xbb\xbf")
    elif form == "parquet":
        frame = pd.read_parquet(path)
    else:
        frame = pyogrio.read_dataframe(path, layer=subject)
        if subject in ("flows", "network", "places", "routes"):
            assert frame.crs.to_epsg() == 4326
            assert frame.geometry.is_valid.all()
    assert len(frame)
    units = ("_t_year", "_usd_t", "_usd_year", "_h", "_km", "_days", "share", "id")
    assert any(str(column).endswith(units) for column in frame.columns)


def test_9_maps_are_drawn(ask: Asker) -> None:
    """The report's map of a state, of a difference, and of one class; the outline's credit stands on it."""
    plain = ask.http.get("/api/export/map.svg", params={"year": 2035}).text
    assert plain.startswith("<svg")
    assert "Natural Earth" in plain
    query = {"scenario": "gap-open", "base": "today", "year": 2035, "commodity": "general"}
    change = ask.http.get("/api/export/map.svg", params=query).text
    assert "What changes in 2035" in change
    ask.get("/api/export/map.svg", expect=404, scenario="none")
    ask.get("/api/export/wine.csv", expect=422)
    ask.get("/api/export/routes.csv", expect=422)


def test_a_an_appraisal_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects by discount rate with their shares, what their worth hangs on, and who gains."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    with asking(small(tmp_path, WITH_PROJECTS)) as ask:
        job = ask.post("/api/appraise", {"projects": ["rails", "peace"]}, expect=202)["id"]
        ask.get("/api/export/appraisal.csv", expect=404, job="none")
        told = ask.wait(job)["result"]
        projects = read_csv(ask, "appraisal", job=job)
        assert len(projects) == sum(len(project["values"]) for project in told["projects"])
        shares = projects.groupby("project")["shapley_npv_musd"].first()
        expected = {row["project"]: row["shapley_npv_musd"] for row in told["combination"]["shares"]}
        assert shares.to_dict() == pytest.approx(expected)
        assert (projects["npv_low_musd"] <= projects["npv_high_musd"]).all()
        assert set(read_csv(ask, "swings", job=job)["project"]) == {"rails", "peace"}
        parties = read_csv(ask, "parties", job=job)
        assert len(parties[parties["project"].isna()]) == len(told["combination"]["who"])
        other = ask.get("/api/depends", expect=202)["job"]["id"]
        ask.get("/api/export/appraisal.csv", expect=422, job=other)
