"""Endpoints of indicators and long work: dependence, gains, appraisal, futures, validity, jobs, the brief."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import ConfigDict, Field

from landbridge.errors import UnknownId
from landbridge.web.asking import ERRORS, Base, BaseState, State, get_session, give
from landbridge.web.models import Shape, say
from landbridge.web.session import Asked, Session, write_json

router = APIRouter(prefix="/api", tags=["results"], responses=ERRORS)

Kind = Literal["futures", "dependence", "appraisal", "run", "validity", "brief"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


class JobRequest(Shape):
    """Long work to be done; which of the fields count hangs on its kind."""

    kind: Annotated[Kind, say("what is to be done")]
    scenario: Annotated[str | None, say("dependence, appraisal, brief: scenario")] = None
    base: Annotated[str | None, say("brief: scenario to compare with")] = None
    year: Annotated[int | None, say("dependence, brief: year")] = None
    what_if: Annotated[str | None, say("dependence, brief: id of a what-if")] = None
    wide: Annotated[bool, say("dependence: close straits, ports and crossings too")] = False
    pairs: Annotated[bool, say("dependence: close pairs of the gravest too")] = False
    projects: Annotated[list[str], Field(max_length=20, description="appraisal: projects; all if empty")] = (
        Field(default_factory=list)
    )
    n: Annotated[int, Field(ge=2, le=200_000, description="futures: how many")] = 1000
    futures: Annotated[int | None, Field(ge=2, le=20_000, description="appraisal: futures, too")] = None
    seed: Annotated[int | None, Field(ge=0, description="seed of futures")] = None
    options: Annotated[bool, say("futures: under each option of the study, too")] = False
    scenarios: Annotated[list[str], Field(max_length=50, description="run: scenarios; all if empty")] = Field(
        default_factory=list
    )
    years: Annotated[list[int], Field(max_length=50, description="run: years; all if empty")] = Field(
        default_factory=list
    )


class AppraiseRequest(Shape):
    """Projects to be appraised."""

    projects: Annotated[
        list[str],
        Field(max_length=20, description="projects of the study; two to five are held together too"),
    ] = Field(default_factory=list)
    scenario: Annotated[str | None, say("scenario; the reference scenario if left out")] = None
    futures: Annotated[int | None, Field(ge=2, le=20_000, description="appraise in futures, too")] = None
    seed: Annotated[int | None, Field(ge=0, description="seed of futures")] = None


class Job(Shape):
    """Long work and how far it is."""

    id: Annotated[str, say("id by what it does: the same work has the same id")]
    kind: Annotated[Kind, say("what it does")]
    args: Annotated[dict[str, Any], say("what it was asked with")]
    state: Annotated[JobState, say("how it stands")]
    stage: Annotated[str, say("what it is at")]
    done: Annotated[int, say("steps of this stage that are done")]
    total: Annotated[int, say("steps of this stage")]
    words: Annotated[str, say("what it is doing, or why it ended")]
    asked: Annotated[float, say("when it was asked for, s since 1970 (UTC)")]
    started: Annotated[float | None, say("when it began")]
    finished: Annotated[float | None, say("when it ended")]
    result: Annotated[Any, say("what it found, once it is done; shape by kind")]
    error: Annotated[dict[str, Any] | None, say("what went wrong, if it failed")]


class Pending(Shape):
    """An answer that is being worked out."""

    job: Job


class ZoneDependence(Shape):
    """On whom one zone depends, as `landbridge dependence ZONE --wide --json`."""

    model_config = ConfigDict(extra="allow")

    zone: Annotated[str, say("the zone")]
    states: Annotated[dict[str, dict[str, float]], say("by state: shares of tonnes and value, losses")]


class DependsAnswer(Shape):
    """On whom zones depend in one state."""

    scenario: str
    year: int
    zones: Annotated[list[ZoneDependence], say("all zones, or the one asked for")]
    closures: Annotated[list[dict[str, Any]], say("closures by what the world would bear, gravest first")]


class Party(Shape):
    """What one party gains."""

    party: Annotated[str, say("zone, state, ships or climate")]
    name: str
    role: Annotated[str, say("shippers, receivers or climate")]
    gain_usd_year: Annotated[float, say("gain, USD/year")]
    transfer_usd_year: Annotated[float, say("its part that others pay or receive; sums to zero")]
    resource_usd_year: Annotated[float, say("the rest")]


class ZoneSurplus(Shape):
    """What shippers of a zone gain."""

    zone: str
    name: str
    usd_year: Annotated[float, say("change of the surplus of its shippers, USD/year")]
    classes: Annotated[dict[str, float], say("the same by commodity class")]


class Receipt(Shape):
    """What a state and its operators receive."""

    state: Annotated[str, say("ISO 3166 alpha-3; empty for ships")]
    name: str
    usd_year: Annotated[float, say("change of what is received, USD/year")]
    transit_usd_year: Annotated[float, say("its part from transit")]


class BeforeAfter(Shape):
    """A figure of two states."""

    before: float
    after: float


class GainsAnswer(Shape):
    """Who gains between two states."""

    unit: str
    scenario: str
    base: str
    year: int
    parties: Annotated[list[Party], say("all that gain or lose, most first")]
    roles: Annotated[dict[str, float], say("sums by role, USD/year")]
    world_usd_year: Annotated[float, say("sum over all parties, USD/year")]
    surplus: Annotated[list[ZoneSurplus], say("shippers by zone")]
    receipts: Annotated[list[Receipt], say("receivers by state")]
    co2_t_year: Annotated[BeforeAfter, say("CO2e well to wheel, t/year")]


class GateOdds(Shape):
    """How probable a gate is."""

    id: str
    title: str
    odds: Annotated[dict[str, float], say("probability that it is open, by year")]
    interval: Annotated[dict[str, list[float]], say("with all numbers of the priors at either end")]


class Odds(Shape):
    """Odds of all gates."""

    n: Annotated[int, say("futures drawn for them")]
    seed: int
    gates: list[GateOdds]
    target: Annotated[str | None, say("gate whose prerequisites are ranked")]
    critical: Annotated[list[dict[str, Any]], say("its prerequisites, the one that most hangs on first")]
    caveat: Annotated[str, say("what must be said beside odds")]
    assumptions: Annotated[dict[str, Any], say("priors that are assumed, shared causes, slips")]


class Fan(Shape):
    """An indicator over futures."""

    indicator: str
    title: str
    unit: str
    is_headline: bool
    years: list[int]
    mean: list[float | None]
    sd: list[float | None]
    p05: list[float | None]
    p25: list[float | None]
    p50: list[float | None]
    p75: list[float | None]
    p95: list[float | None]


class FuturesRun(Shape):
    """A run of futures that is at hand."""

    run: Annotated[str, say("its folder")]
    n: int
    seed: int
    years: list[int]
    worst_residual: float
    fans: Annotated[list[Fan], say("headlines first")]
    flows: Annotated[
        dict[str, dict[str, list[float | None]]] | None,
        say("by year and link with a capacity: mean and standard deviation, t/year"),
    ]
    rules: list[dict[str, Any]]
    options: list[dict[str, Any]]


class FuturesAnswer(Shape):
    """Odds, and a run of futures if there is one."""

    odds: Odds
    found: Annotated[FuturesRun | None, say("the latest run of futures; null until one is made")]


def _submit(session: Session, kind: str, **args: Any) -> dict[str, Any]:
    """Put work into the queue, unless it is done or on its way."""
    study = session.study
    return session.jobs.submit(kind, study.path, study.input_hashes(), args)


def _give(job: dict[str, Any]) -> Response:
    """A job's result, or the job while it is not done."""
    if job["state"] == "done":
        return Response(write_json(job["result"]), media_type="application/json")
    return Response(write_json({"job": job}), 202, media_type="application/json")


PENDING: dict[int | str, dict[str, Any]] = {202: {"model": Pending, "description": "it is being worked out"}}


@router.get("/depends", response_model=DependsAnswer, responses=PENDING, summary="On whom zones depend")
def get_depends(
    request: Request,
    asked: State,
    zone: Annotated[str, Query(description="one zone; all if empty", max_length=100)] = "",
) -> Response:
    """Each state closed in turn: a job that this starts (202) and whose result it gives afterwards (200)."""
    session = get_session(request)
    zones = session.study.tables["zones"]
    if zone and zone not in zones.index:
        raise UnknownId(zone, zones.ids, kind="zone", where=f"study {session.study.id}")
    job = _submit(session, "dependence", **_ask_state(session, asked), wide=False, pairs=False)
    if job["state"] == "done" and zone:
        own = [row for row in job["result"]["zones"] if row["zone"] == zone]
        job["result"]["zones"] = own
    return _give(job)


def _ask_state(session: Session, asked: Asked) -> dict[str, Any]:
    """A state as a job is told of it: its what-if by content, so that the job needs no store."""
    what_if = session.get_what_if(asked.what_if).model_dump(mode="json") if asked.what_if else None
    return {"scenario": asked.scenario, "year": asked.year, "what_if": what_if}


@router.get("/gains", response_model=GainsAnswer, summary="Who gains between two states")
def get_gains(request: Request, asked: State, before: BaseState) -> Response:
    """Surplus of shippers by zone and class, receipts of states, damage to the climate."""
    session = get_session(request)

    def make() -> dict[str, Any]:
        from landbridge.study.gains_view import compare_gains

        was, now = (session.get_world(state).solution for state in (before, asked))
        found = compare_gains(session.book, was, now, session.names)
        return {**found, "scenario": asked.scenario, "base": before.scenario, "year": asked.year}

    return give(session, ("gains", asked, before), make)


@router.get("/futures", response_model=FuturesAnswer, summary="Odds of the gates, and the latest futures")
def get_futures(request: Request) -> Response:
    """Odds are drawn at once; fans and expected flows come from the latest job of kind `futures`."""
    session = get_session(request)

    def odds() -> Any:
        from landbridge.study.futures_view import tell_gate_odds

        return tell_gate_odds(session.study)

    drawn = session.answer("odds", odds, on_disk=True).decode()
    run = session.find_futures()
    if run is None:
        return Response(f'{{"odds":{drawn},"found":null}}', media_type="application/json")

    def found() -> Any:
        from landbridge.study.futures_view import describe_futures

        return describe_futures(run, session.study)

    told = session.answer(("futures", str(run.path)), found).decode()
    return Response(f'{{"odds":{drawn},"found":{told}}}', media_type="application/json")


@router.post("/appraise", response_model=Job, status_code=202, summary="Appraise projects")
def post_appraise(request: Request, asked: AppraiseRequest) -> Response:
    """The same as a job of kind `appraisal`."""
    return post_job(request, JobRequest(kind="appraisal", **asked.model_dump()))


@router.get("/validity", responses=PENDING, summary="Observed against modelled")
def get_validity(request: Request) -> Response:
    """As `landbridge validate --json`: a job that this starts (202), and its result afterwards (200)."""
    return _give(_submit(get_session(request), "validity"))


@router.post("/jobs", response_model=Job, status_code=202, summary="Begin long work")
def post_job(request: Request, asked: JobRequest) -> Response:
    """Put work into the queue; work that was done already is there at once."""
    session = get_session(request)
    study, kind = session.study, asked.kind
    args: dict[str, Any] = {}
    if kind in ("dependence", "brief"):
        state = session.ask(asked.scenario, asked.year, asked.what_if)
        args = _ask_state(session, state)
        if kind == "dependence":
            args |= {"wide": asked.wide, "pairs": asked.pairs}
        else:
            args["base"] = session.ask(asked.base, state.year).scenario
    elif kind == "futures":
        args = {"n": asked.n, "seed": asked.seed, "options": asked.options}
    elif kind == "appraisal":
        known = study.settings.appraisal.projects
        for name in asked.projects:
            if name not in known:
                raise UnknownId(name, known, kind="project", where=f"study {study.id}")
        scenario = session.ask(asked.scenario, None).scenario
        args = {
            "projects": asked.projects,
            "scenario": scenario,
            "futures": asked.futures,
            "seed": asked.seed,
        }
    elif kind == "run":
        for scenario in asked.scenarios:
            if scenario not in study.settings.what_ifs:
                session.ask(scenario, None)
        for year in asked.years:
            session.ask(None, year)
        args = {"scenarios": asked.scenarios, "years": asked.years}
    job = _submit(session, kind, **args)
    return Response(write_json(job), 202, media_type="application/json")


@router.get("/jobs", response_model=list[Job], summary="All jobs")
def get_jobs(request: Request) -> Response:
    """The latest first, without their results."""
    return Response(write_json(get_session(request).jobs.list_all()), media_type="application/json")


@router.get("/jobs/{job}", response_model=Job, summary="How a job stands")
def get_job(request: Request, job: str) -> Response:
    """State, progress, and the result once it is done."""
    return Response(write_json(get_session(request).jobs.get(job)), media_type="application/json")


@router.delete("/jobs/{job}", response_model=Job, summary="Cancel a job")
def delete_job(request: Request, job: str) -> Response:
    """End its process; a job that is done stays."""
    return Response(write_json(get_session(request).jobs.cancel(job)), media_type="application/json")


@router.get(
    "/brief.html", responses={**PENDING, 200: {"content": {"text/html": {}}}}, summary="The brief as one page"
)
def get_brief(request: Request, asked: State, base: Base = None) -> Response:
    """The brief of two scenarios, or of one and a what-if: a job (202), then the page (200)."""
    from landbridge.web.work import BRIEF

    session = get_session(request)
    before = session.ask(base, asked.year)
    job = _submit(session, "brief", base=before.scenario, **_ask_state(session, asked))
    path = session.jobs.get_file(job["id"], BRIEF)
    if path is None:
        return _give(job)
    # The page carries its own styles; it is given as a file so that this origin's policy stays strict.
    name = f"brief-{before.scenario}-{asked.scenario}-{asked.year}.html"
    return FileResponse(path, media_type="text/html", filename=name)
