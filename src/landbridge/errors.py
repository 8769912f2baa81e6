"""Every error and warning that Landbridge raises, each with a code, what, where and how to mend it.

LandbridgeError                          Exception
├── StudyNotFound            LB-S001     FileNotFoundError
├── StudyInvalid             LB-S002     ValueError; ``faults`` lists all that is wrong
├── TargetNotEmpty           LB-S003     FileExistsError
├── ExportFailed             LB-S004     OSError
├── UnknownName                          KeyError; ``name``, ``known``, ``nearest``
│   ├── UnknownTable         LB-T021
│   ├── UnknownColumn        LB-T022
│   └── UnknownId            LB-T023
├── TableInvalid             LB-T024     ValueError; ``faults``
├── FuturesRefused           LB-P003     ValueError
├── WhatIfInvalid            LB-P004     ValueError
├── ClusterNotReached        LB-P005     ConnectionError
├── AppraisalRefused         LB-P006     ValueError
├── DrawsMissing             LB-P007     ValueError
├── NoRoute                  LB-A001     LookupError
├── TargetNotWritable        LB-R003     OSError
├── RunNotFound              LB-R001     FileNotFoundError
├── RunInvalid               LB-R002     ValueError
└── RequestRefused           LB-W001     ValueError; ``faults``, ``status``
LandbridgeWarning                        UserWarning
├── NotConverged             LB-A002
└── DemandUnserved           LB-A003

The engine of road networks has its own beside its problem: ProblemRefused LB-E001, FileRefused LB-E002 and
the warnings GapNotReached LB-E003, DemandWithoutPath LB-E004, ResidualNotReached LB-E005, CapacityPassed
LB-E006.

A :class:`Fault` is one thing wrong in one place of a study; checks collect all of them before anything is
raised. Codes: LB-T tables, LB-S studies, LB-N network, LB-P process, LB-A assignment, LB-E engine,
LB-R results, LB-V validation, LB-W web. ``docs/reference/errors.md`` has a paragraph for each. A new class
sets ``code``, names the built-in it also is, and takes its place in the tree above.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from landbridge.ids import nearest

Severity = Literal["error", "warning"]


def render(code: str, what: str, where: str = "", mend: str = "") -> str:
    """Lay out one message: code and what on the first line, then where and how to mend it."""
    lines = [f"{code} {what}"]
    if where:
        lines.append(f"  where: {where}")
    if mend:
        lines.append(f"  mend:  {mend}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of a study.

    ``row`` is the line of the file as an editor counts it (the heading is line 1); 0 means the file as a
    whole. An ``error`` refuses the study; a ``warning`` is only listed.
    """

    code: str
    what: str
    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    mend: str = ""
    severity: Severity = "error"

    @property
    def where(self) -> str:
        """File, line and column in words."""
        line = f" line {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}"

    def __str__(self) -> str:
        note = "" if self.severity == "error" else "(warning) "
        return render(self.code, note + self.what, self.where, self.mend)

    def as_dict(self) -> dict[str, Any]:
        """Give the fault as plain values, for JSON."""
        return asdict(self)


class LandbridgeError(Exception):
    """Root of all errors: ``code``, ``what``, ``where`` and ``mend``, which ``str()`` lays out."""

    code: ClassVar[str] = "LB-X000"

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        return render(self.code, self.what, self.where, self.mend)

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.args, self.__dict__)

    def as_dict(self) -> dict[str, Any]:
        """Give the error as plain values, for JSON."""
        return {"code": self.code, "what": self.what, "where": self.where, "mend": self.mend}


def _revive(kind: type[LandbridgeError], args: tuple[Any, ...], state: dict[str, Any]) -> LandbridgeError:
    """Make an error anew in another process, without its constructor's keywords."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class StudyNotFound(LandbridgeError, FileNotFoundError):
    """No study has this name and no folder with a study.yaml is at this path."""

    code = "LB-S001"


class _WithFaults(LandbridgeError):
    """An error that lists the faults behind it."""

    def __init__(self, what: str, faults: Iterable[Fault], *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.faults: tuple[Fault, ...] = tuple(faults)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(fault) for fault in self.faults)])

    def as_dict(self) -> dict[str, Any]:
        """Give the error and its faults as plain values, for JSON."""
        return {**super().as_dict(), "faults": [fault.as_dict() for fault in self.faults]}


class StudyInvalid(_WithFaults, ValueError):
    """The study was refused; ``faults`` lists everything that is wrong with it."""

    code = "LB-S002"


class TargetNotEmpty(LandbridgeError, FileExistsError):
    """Something already stands where a file or folder was to be written."""

    code = "LB-S003"


class ExportFailed(LandbridgeError, OSError):
    """An export could not be written; nothing was left behind."""

    code = "LB-S004"


class UnknownName(LandbridgeError, KeyError):
    """A name that is not known; ``nearest`` holds the closest known names."""

    kind: ClassVar[str] = "name"

    def __init__(self, name: str, known: Iterable[str] = (), *, kind: str = "", where: str = "") -> None:
        self.name = name
        self.known: tuple[str, ...] = tuple(known)
        self.nearest: Sequence[str] = nearest(name, self.known)
        what = f'there is no {kind or self.kind} "{name}".'
        super().__init__(what, where=where, mend=suggest(name, self.known))


class UnknownTable(UnknownName):
    """A study has no table of this name."""

    code = "LB-T021"
    kind = "table"


class UnknownColumn(UnknownName):
    """The table has no such column."""

    code = "LB-T022"
    kind = "column"


class UnknownId(UnknownName):
    """No row has this id; ``kind`` says what was looked for (a gate, a zone, a scenario)."""

    code = "LB-T023"
    kind = "id"


class TableInvalid(_WithFaults, ValueError):
    """A table that was read on its own has faults; ``faults`` lists them."""

    code = "LB-T024"


class FuturesRefused(LandbridgeError, ValueError):
    """Futures cannot be drawn as they were asked for."""

    code = "LB-P003"


class DrawsMissing(LandbridgeError, ValueError):
    """A study has no sample of the parameters that calibration left open, or too few draws of it."""

    code = "LB-P007"


class WhatIfInvalid(LandbridgeError, ValueError):
    """A what-if cannot be read, or sets a gate to what it cannot be."""

    code = "LB-P004"


class AppraisalRefused(LandbridgeError, ValueError):
    """Projects cannot be appraised as they were asked for."""

    code = "LB-P006"


class ClusterNotReached(LandbridgeError, ConnectionError):
    """No worker answers at the address of a cluster."""

    code = "LB-P005"


class NoRoute(LandbridgeError, LookupError):
    """No open way joins two places; ``where`` names the pair, ``mend`` what would open one."""

    code = "LB-A001"


class RunNotFound(LandbridgeError, FileNotFoundError):
    """No results folder with a manifest.json is at this path."""

    code = "LB-R001"


class TargetNotWritable(LandbridgeError, OSError):
    """A results folder cannot be made where it was asked for."""

    code = "LB-R003"


class RunInvalid(LandbridgeError, ValueError):
    """A results folder lacks a table or was written by another version."""

    code = "LB-R002"


class RequestRefused(_WithFaults, ValueError):
    """The web server refuses a request; ``status`` is what it answers with (HTTP)."""

    code = "LB-W001"

    def __init__(
        self, what: str, faults: Iterable[Fault] = (), *, status: int = 422, where: str = "", mend: str = ""
    ) -> None:
        super().__init__(what, faults, where=where, mend=mend)
        self.status = status


class LandbridgeWarning(UserWarning):
    """Root of all warnings."""

    code: ClassVar[str] = "LB-X001"

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        return render(self.code, self.what, self.where, self.mend)


class NotConverged(LandbridgeWarning):
    """An equilibrium stopped above its residual; its flows are not the answer yet."""

    code = "LB-A002"


class DemandUnserved(LandbridgeWarning):
    """Some demand could not move; the results name how much, where and why."""

    code = "LB-A003"


def suggest(name: str, known: Iterable[str], *, limit: int = 12) -> str:
    """Say which known names were perhaps meant; if none is like it, list them all, or count them if many.

    >>> suggest("lenght_km", ["length_km", "gauge_mm"])
    'did you mean length_km?'
    """
    names = list(known)
    close = nearest(name, names)
    if close:
        return f"did you mean {' or '.join(close)}?"
    if not names:
        return "there are none to choose from."
    if len(names) > limit:
        return f"none of the {len(names)} known names is like it; one word of the name may find it."
    return f"known: {', '.join(sorted(names))}."
