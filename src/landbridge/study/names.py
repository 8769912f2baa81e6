"""Names in a question about a study, looked up before anything is solved; all that are wrong are told at
once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from landbridge.errors import Fault, LandbridgeError, QuestionRefused, UnknownId
from landbridge.study.folder import Study

T = TypeVar("T")


def find_year(study: Study, years: Sequence[int]) -> int:
    """The year for which scenarios are compared: the middle one of those after the base year."""
    later = [year for year in sorted(years) if year > study.settings.base_year]
    return later[len(later) // 2] if later else max(years)


class Names:
    """Looks up the names of one question; ``where`` says in what.

    What is unknown is kept until :meth:`refuse`, and the name stands for itself until then.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self._wrong: list[LandbridgeError] = []

    def take(self, name: str, known: Iterable[str], kind: str) -> str:
        """A name that should be among those known."""
        choices = tuple(known)
        if name not in choices:
            self._wrong.append(UnknownId(name, choices, kind=kind, where=self.where))
        return name

    def add(self, error: LandbridgeError) -> None:
        """Keep something else that is wrong with the question."""
        self._wrong.append(error)

    def find(self, look_up: Callable[[], T], instead: T) -> T:
        """What ``look_up`` finds, or ``instead`` where it refuses."""
        try:
            return look_up()
        except LandbridgeError as error:
            self._wrong.append(error)
            return instead

    def take_state(self, study: Study, scenario: str | None, year: int | None) -> tuple[str, int]:
        """A scenario, else the reference scenario, and a year, else that of the scenario or the base year."""
        settings = study.settings
        name = self.take(scenario or settings.reference_scenario, settings.scenarios, "scenario")
        own = settings.scenarios[name].year if name in settings.scenarios else None
        return name, self.take_year(study, year if year is not None else own or settings.base_year)

    def take_year(self, study: Study, year: int) -> int:
        """A year that the study can be solved in."""
        self.take(str(year), map(str, study.settings.list_known_years()), "year")
        return year

    def refuse(self) -> None:
        """Raise what was found wrong: an error of its own if it is one, else one that lists all.

        Raises
        ------
        UnknownId
            If one name is unknown.
        QuestionRefused
            If several things are wrong; ``faults`` lists them.
        """
        if len(self._wrong) == 1:
            raise self._wrong[0]
        if self._wrong:
            faults = [
                Fault(e.code, e.what, e.where, value=e.name if isinstance(e, UnknownId) else "", mend=e.mend)
                for e in self._wrong
            ]
            what = f"the question has {len(faults)} faults."
            raise QuestionRefused(what, faults, where=self.where, mend="mend what is listed.")
