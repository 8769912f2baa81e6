"""Study folders: found, opened, hashed, copied; and what importing Landbridge costs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.studies import write_small_study

import landbridge
from landbridge.errors import StudyInvalid, StudyNotFound, TargetNotEmpty
from landbridge.study import copy_study, describe, find_study, list_studies, open_study
from landbridge.tables import list_tables

REFERENCE = Path(__file__).resolve().parent.parent / "docs/reference"


def test_1_open_by_path(tmp_path: Path) -> None:
    """A study knows its id, its folder, its settings and every table, also those it leaves out."""
    folder = write_small_study(tmp_path)
    (folder / "tables/observations.csv").unlink()
    study = landbridge.open_study(folder)
    assert (study.id, study.path, study.settings.title) == ("small", folder, "A small study")
    assert tuple(study.tables) == list_tables()
    assert (len(study.tables["nodes"]), len(study.tables["observations"])) == (12, 0)
    assert study.warnings == ()


def test_2_open_by_the_settings_file(tmp_path: Path) -> None:
    """The path of study.yaml is as good as that of its folder."""
    folder = write_small_study(tmp_path)
    assert find_study(folder / "study.yaml") == folder


def test_3_settings(tmp_path: Path) -> None:
    """Scenarios keep their order and know their lineage; they cannot be changed."""
    settings = open_study(write_small_study(tmp_path)).settings
    assert list(settings.scenarios)[:3] == ["base-2024", "today", "gap-open"]
    assert settings.lineage("gap-open") == ("today", "gap-open")
    assert settings.scenarios["today"].gates_at == "record"
    assert settings.corridors[1].between is not None
    assert settings.corridors[1].between.from_ == ("east-zone",)
    with pytest.raises(ValueError, match="frozen"):
        settings.title = "Other"  # type: ignore[misc]


def test_4_an_unknown_study_names_those_there_are(tmp_path: Path) -> None:
    """A wrong name, a wrong path, a folder that is no study."""
    with pytest.raises(StudyNotFound, match='LB-S001 there is no study "eurasai"'):
        open_study("eurasai")
    with pytest.raises(StudyNotFound, match="Or give the path of a study folder"):
        open_study(tmp_path / "none")
    with pytest.raises(StudyNotFound, match=r"holds no study\.yaml"):
        open_study(tmp_path)


def test_5_hashes_tell_which_input_changed(tmp_path: Path) -> None:
    """One changed number changes one hash."""
    before = open_study(write_small_study(tmp_path / "a")).input_hashes()
    after = open_study(write_small_study(tmp_path / "b", ("links", "400,1435", "410,1435"))).input_hashes()
    assert "study.yaml" in before
    assert {name for name in before if before[name] != after[name]} == {"tables/links.csv"}


def test_6_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    """A misspelt file would be left out and nobody would see."""
    folder = write_small_study(tmp_path)
    (folder / "tables/gates.csv").rename(folder / "tables/gate.csv")
    with pytest.raises(StudyInvalid) as caught:
        open_study(folder)
    (fault,) = [fault for fault in caught.value.faults if fault.code == "LB-S018"]
    assert fault.mend == "did you mean gates?"


def test_7_missing_tables_are_faults(tmp_path: Path) -> None:
    """Tables without which there is no study are named, and the rest is still checked."""
    folder = write_small_study(tmp_path, ("flows", "300000", "-300000"))
    (folder / "tables/classes.csv").unlink()
    with pytest.raises(StudyInvalid) as caught:
        open_study(folder)
    found = [(fault.code, fault.file) for fault in caught.value.faults]
    assert ("LB-T001", "tables/classes.csv") in found
    assert ("LB-T010", "tables/flows.csv") in found


def test_8_a_copy_is_the_same_study(tmp_path: Path) -> None:
    """Same bytes, and nothing left beside it."""
    folder = write_small_study(tmp_path)
    (folder / "tables/notes.txt").write_text("not part of the study")
    copy = copy_study(folder, tmp_path / "deep" / "mine")
    assert open_study(copy).input_hashes() == open_study(folder).input_hashes()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["mine"]
    assert not (copy / "tables/notes.txt").exists()


def test_9_a_copy_never_writes_over_anything(tmp_path: Path) -> None:
    """An empty folder may be filled; a file, or a folder with something in it, is left as it is."""
    folder = write_small_study(tmp_path)
    (tmp_path / "empty").mkdir()
    assert copy_study(folder, tmp_path / "empty").name == "empty"
    (tmp_path / "full").mkdir()
    (tmp_path / "full/keep.txt").write_text("kept")
    for target in ("full", "full/keep.txt"):
        with pytest.raises(TargetNotEmpty):
            copy_study(folder, tmp_path / target)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["keep.txt"]


def test_10_a_copy_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder appears whole or not at all."""

    def stop(*_: object) -> None:
        raise OSError("disk full")

    folder = write_small_study(tmp_path)
    monkeypatch.setattr("landbridge.study.folder.shutil.copyfile", stop)
    with pytest.raises(OSError, match="disk full"):
        copy_study(folder, tmp_path / "there" / "mine")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("name", list_studies())
def test_11_built_in_studies_pass_all_checks(name: str) -> None:
    """What comes with Landbridge opens, under its own name."""
    assert open_study(name).id == name


def test_12_importing_is_light() -> None:
    """``import landbridge`` loads nothing heavy; opening a study loads no pandas, numba or geopandas."""
    code = (
        "import json, sys, landbridge; first = sorted(sys.modules); import landbridge.study;"
        "print(json.dumps([first, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = (set(names) for names in json.loads(done.stdout))
    heavy = {"pandas", "numba", "scipy", "geopandas", "pyarrow", "duckdb", "matplotlib"}
    assert first & {*heavy, "numpy", "pydantic", "yaml"} == set()
    assert second & heavy == set()


def test_13_names_of_the_package() -> None:
    """What is lazily imported is there; what is not is refused as usual."""
    assert landbridge.open_study is open_study
    assert dir(landbridge) == ["__version__", "open_run", "open_study"]
    with pytest.raises(AttributeError, match="no attribute 'open_studies'"):
        _ = landbridge.open_studies  # type: ignore[attr-defined]


def test_14_the_manual_page_and_the_schema_are_up_to_date() -> None:
    """docs/reference holds what the settings say of themselves."""
    assert (REFERENCE / "study.md").read_text(encoding="utf-8") == describe.manual()
    assert json.loads((REFERENCE / "study.schema.json").read_text(encoding="utf-8")) == describe.json_schema()


def test_15_schema_of_the_settings() -> None:
    """Needs, unknown keys and the rows of the tables are in one schema."""
    schema = describe.json_schema()
    assert {"id", "years", "scenarios"} <= set(schema["required"])
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Between"]["required"] == ["from", "to"]
    assert "length_km" in schema["$defs"]["links"]["properties"]
