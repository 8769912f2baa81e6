"""Gates: their state at a date, and what opening one implies."""

import pytest

from landbridge.errors import UnknownId
from landbridge.process import list_gate_states, open_gates
from landbridge.process.gates import list_requirements
from landbridge.study.folder import open_study
from studies import write_small_study


@pytest.fixture
def study(tmp_path):
    return open_study(write_small_study(tmp_path))


def share(study, gate, date):
    return list_gate_states(study.tables["gates"], study.tables["gate_history"], date)[gate].share


@pytest.mark.parametrize(
    ("date", "expected"), [("2024-12-31", 1.0), ("2026-04-01", 0.1), ("2026-06-01", 0.5), ("1990-01-01", 0.0)]
)
def test_history_decides_at_its_dates(study, date, expected):
    """A gate with a history takes the interval that holds the date: from its first day, before its last."""
    assert share(study, "south-usable", date) == expected


def test_partial_without_history_is_shut(study):
    """Works or steps under way open nothing; the gate was partial all the time."""
    assert share(study, "peace", "2026-07-02") == 0.0


def test_met_on_a_later_day_is_not_met_before(study):
    """est-transit is met from 2025-10-21 by its history, not at the end of 2024."""
    assert share(study, "est-transit", "2024-12-31") == 0.0
    assert share(study, "est-transit", "2025-10-21") == 1.0


def test_opening_a_gate_opens_what_it_requires(study):
    """gap-open needs gap-built and peace; gap-built needs peace: all three open, others stay."""
    gates = study.tables["gates"]
    states = list_gate_states(gates, study.tables["gate_history"], "2026-07-02")
    opened = open_gates(states, gates, ["gap-open"])
    assert list_requirements(gates, "gap-open") == ("gap-built", "peace")
    assert [opened[g].share for g in ("gap-open", "gap-built", "peace", "south-usable")] == [
        1.0,
        1.0,
        1.0,
        0.5,
    ]
    assert states["gap-open"].share == 0.0


def test_unknown_gate_is_named_with_its_neighbours(study):
    """A misspelt gate is refused with the nearest name."""
    gates = study.tables["gates"]
    states = list_gate_states(gates, study.tables["gate_history"], "2026-07-02")
    with pytest.raises(UnknownId, match="gap-opne") as caught:
        open_gates(states, gates, ["gap-opne"])
    assert "gap-open" in str(caught.value)
