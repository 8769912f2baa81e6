"""Runs the command line inside the test, as a person would, and gives back what it said."""

import sys
from dataclasses import dataclass
from unittest.mock import patch

import pytest

from landbridge.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def landbridge(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    """Run `landbridge WORDS`."""
    capsys.readouterr()
    with patch.object(sys, "argv", ["landbridge", *words]), pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    return Said(int(left.value.code or 0), said.out, said.err)
