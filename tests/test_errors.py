"""Errors: what they say, what they are, and that each code is explained."""

import pickle
import re
from pathlib import Path

import pytest

from landbridge import errors
from landbridge.errors import Fault, LandbridgeError, StudyInvalid, UnknownColumn, UnknownId

ROOT = Path(__file__).resolve().parent.parent
CODE = re.compile(r"LB-[A-Z]\d{3}")


def every(root: type) -> list[type]:
    return [root, *(kind for child in root.__subclasses__() for kind in every(child))]


def test_1_a_message_says_code_what_where_and_mend() -> None:
    """The layout that command line and log show."""
    fault = Fault("LB-T010", "length_km is -5.", "tables/links.csv", 7, "length_km", "-5", "correct it.")
    assert str(fault) == (
        "LB-T010 length_km is -5.\n  where: tables/links.csv line 7, column length_km\n  mend:  correct it."
    )


def test_2_an_unknown_name_offers_near_ones() -> None:
    """What was perhaps meant is in the message and in the attributes."""
    error = UnknownId("aktua", ["aktau", "baku", "poti"], kind="node", where="table nodes")
    assert (
        str(error) == 'LB-T023 there is no node "aktua".\n  where: table nodes\n  mend:  did you mean aktau?'
    )
    assert error.nearest == ("aktau",)


def test_3_without_a_near_name_the_known_ones_are_listed() -> None:
    """A reader who is far off sees what there is."""
    assert UnknownColumn("zzz", ["id", "name"]).mend == "known: id, name."


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.StudyNotFound, FileNotFoundError),
        (errors.StudyInvalid, ValueError),
        (errors.TargetNotEmpty, FileExistsError),
        (errors.ExportFailed, OSError),
        (errors.UnknownId, KeyError),
        (errors.NoRoute, LookupError),
        (errors.NotConverged, UserWarning),
    ],
)
def test_4_errors_are_the_builtin_a_reader_expects(kind: type, builtin: type) -> None:
    """Code that knows nothing of Landbridge can catch them."""
    assert issubclass(kind, builtin)


def test_5_faults_travel_with_the_error() -> None:
    """A refused study tells all its faults, also after a journey between processes."""
    fault = Fault("LB-T012", "id twice.", "tables/nodes.csv", 3)
    error = pickle.loads(pickle.dumps(StudyInvalid("one fault.", [fault], where="here")))
    assert error.faults == (fault,)
    assert (
        str(error) == "LB-S002 one fault.\n  where: here\nLB-T012 id twice.\n  where: tables/nodes.csv line 3"
    )
    assert error.as_dict()["faults"][0]["row"] == 3


def test_6_the_tree_shows_every_class_once() -> None:
    """The tree at the top of errors.py is true."""
    ours = [k for root in (LandbridgeError, errors.LandbridgeWarning) for k in every(root)]
    public = [kind for kind in ours if kind.__module__ == "landbridge.errors" and kind.__name__[0] != "_"]
    tree = (errors.__doc__ or "").split("\n\n")[1]
    assert [kind.__name__ for kind in public if len(re.findall(rf"\b{kind.__name__}\b", tree)) != 1] == []
    assert [
        kind.__name__
        for kind in public
        if "code" in vars(kind) and "X0" not in kind.code and kind.code not in tree
    ] == []


def test_7_every_code_has_a_heading_in_the_manual() -> None:
    """No code is raised that the reference does not explain, and none is explained that is not raised."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    manual = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    headings = re.findall(rf"^### ({CODE.pattern})$", manual, re.MULTILINE)
    assert sorted(set(CODE.findall(source))) == sorted(headings)


def test_of_many_names_the_nearest_are_offered_and_no_others():
    """Names that share words come next to those that are spelled alike; what is like none is not listed."""
    known = [f"20{year}-05-05-port-of-{year}-opens" for year in range(10, 40)] + ["peace-treaty-signed"]
    assert UnknownId("treaty-with-peace", known).mend == "did you mean peace-treaty-signed?"
    assert UnknownId("zzz", known).mend.startswith("none of the 31 known names is like it")
