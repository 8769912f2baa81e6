"""The brief: all sections composed into one HTML file that needs nothing but itself."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from landbridge.report import evidence, limits, observed, summary, traffic, ways
from landbridge.report.atlas import Atlas
from landbridge.report.dependence import write_dependence
from landbridge.report.futures_section import write_futures
from landbridge.report.gains_section import write_gains
from landbridge.report.indicators import write_indicators
from landbridge.report.outlines import CREDIT
from landbridge.report.page import Points, Section
from landbridge.report.reading import Question, Reader, Run
from landbridge.report.timeline_section import write_record
from landbridge.tables import write_whole


def write_brief(run: Run, path: str | Path, compare: tuple[str, str] | None = None) -> Path:
    """Write the brief of a finished run as one self-contained HTML file, whole or not at all.

    The same run gives the same bytes.

    Parameters
    ----------
    compare
        Two scenarios to set against one another: the first becomes the reference, and only the
        second is compared. Otherwise all are set against the study's reference scenario.

    Raises
    ------
    UnknownId
        If a scenario to compare is not in the run.

    Examples
    --------
    >>> write_brief(landbridge.open_run("runs/eurasia"), "brief.html")     # doctest: +SKIP
    """
    path = Path(path)
    write_whole(path, build_brief(run, compare))
    return path


def build_brief(run: Run, compare: tuple[str, str] | None = None) -> str:
    """The brief as HTML text."""
    reader = Reader(run, compare=compare)
    sections = list_sections(reader)
    environment = Environment(
        loader=PackageLoader("landbridge.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = PackageLoader("landbridge.report").get_source(environment, "brief.css")[0]
    manifest = run.manifest
    return environment.get_template("brief.html.j2").render(
        title=manifest.get("title") or manifest["study"],
        standfirst=_standfirst(reader),
        sections=sections,
        css=Markup(css),
        version=manifest["landbridge"],
        footer=_footer(reader),
    )


def list_sections(reader: Reader) -> list[Section]:
    """All sections of the brief in order."""
    atlas = Atlas(reader)
    sections: Sequence[Section | None] = (
        summary.write_summary(reader),
        traffic.write_base(reader, atlas),
        *(traffic.write_question(reader, atlas, question) for question in _distinct(reader.questions)),
        ways.write_pairs(reader),
        traffic.write_corridors(reader),
        write_gains(reader),
        limits.write_bottlenecks(reader),
        limits.write_unserved(reader),
        write_dependence(reader),
        write_indicators(reader),
        write_futures(reader),
        observed.write_observed(reader),
        evidence.write_validity(reader),
        evidence.write_gates(reader),
        write_record(reader),
        evidence.write_assumptions(reader),
        evidence.write_convergence(reader),
        Section("method", "Method", (Points(evidence.METHOD),)),
        evidence.write_sources(reader),
    )
    return [section for section in sections if section is not None]


def _distinct(questions: Sequence[Question]) -> list[Question]:
    """Questions with each scenario's map drawn once, where it is asked first."""
    seen: set[str] = set()
    kept = []
    for question in questions:
        names = tuple(name for name in question.scenarios if name not in seen)
        seen.update(names)
        if names:
            kept.append(Question(f"question-{question.id}", question.title, question.text, names))
    return kept


def _standfirst(reader: Reader) -> str:
    settings = reader.settings
    words = [f"{len(reader.scenarios)} scenarios, {_years(reader.years)}."]
    if settings.get("record_date"):
        words.append(f"What is known up to {settings['record_date']}.")
    if settings.get("price_year"):
        words.append(f"Money in US dollars of {settings['price_year']}.")
    return " ".join(words)


def _years(years: tuple[int, ...]) -> str:
    if len(years) == 1:
        return f"year {years[0]}"
    return f"years {', '.join(map(str, years[:-1]))} and {years[-1]}"


def _footer(reader: Reader) -> list[str]:
    manifest = reader.run.manifest
    inputs = "".join(f"{name}:{mark};" for name, mark in sorted(manifest.get("inputs", {}).items()))
    lines = [
        f"Written by Landbridge {manifest['landbridge']} from the study “{manifest['study']}”"
        + (f", solved on {manifest['created']}." if manifest.get("created") else "."),
        f"Fingerprint of the inputs (SHA-256): {sha256(inputs.encode()).hexdigest()}",
        CREDIT,
    ]
    return lines
