"""Quantities joined by operators, and means over part of a pair's cargo."""

from pathlib import Path

import numpy as np
import pytest

from landbridge.indicators.measured import combine
from landbridge.indicators.quantities import parse_quantity
from landbridge.study import open_study, run_study
from landbridge.study.validation import _Asked, get_vocabulary
from studies import write_small_study


def test_operators_by_hand() -> None:
    """Sum, difference, ratio, share and change; nothing to divide by is no number."""
    assert combine("sum", [1.0, 2.0, 4.0]) == 7.0
    assert combine("difference", [4.0, 1.5]) == 2.5
    assert combine("ratio", [3.0, 2.0]) == 1.5
    assert combine("share", [1.0, 4.0]) == 25.0
    assert combine("change", [3.0, 4.0]) == -25.0
    assert np.isnan(combine("ratio", [1.0, 0.0]))


def test_time_by_a_corridor_is_the_mean_of_its_routes(tmp_path: Path) -> None:
    """Weighted by tonnes, of the routes that pass what the corridor counts; no cargo there, no number."""
    study = open_study(write_small_study(tmp_path / "study"))
    run = run_study(study, scenarios=["base-2024"], years=[2024], out=tmp_path / "run")
    measured = _Asked(run, study).measured("base-2024", 2024)

    def ask(text: str) -> float:
        quantity, problems = parse_quantity(text, get_vocabulary(study))
        assert problems == []
        return measured.value_of(quantity)

    rows = run.rows(
        "SELECT r.links, f.flow_t_year AS t, f.time_h AS h FROM route_flows f JOIN routes r USING (route) "
        "WHERE f.scenario = 'base-2024' AND r.origin = 'east-zone' AND r.destination = 'far-zone' "
        "AND r.class = 'general'"
    )
    own = [row for row in rows if "mid-port--west-port-sea" in row["links"]]
    assert 0 < len(own) < len(rows)
    mean = sum(row["t"] * row["h"] for row in own) / sum(row["t"] for row in own)
    assert ask("pair_time_by_h:east-zone:far-zone:middle:general") == pytest.approx(mean, rel=1e-12)
    assert np.isnan(ask("pair_time_by_h:west-zone:far-zone:middle:general"))
