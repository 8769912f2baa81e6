"""The documentation: its examples run, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from pages import EXAMPLE, PAGES, ROOT, has_examples, run_example

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.slow  # the examples solve the built-in study, as a reader would
@pytest.mark.parametrize("page", [page for page in PAGES if has_examples(page)], ids=name)
def test_1_examples_run(page: Path, tmp_path: Path) -> None:
    """The examples of a page run one after the other in one folder, as a reader would type them."""
    for example in EXAMPLE.finditer(page.read_text(encoding="utf-8")):
        run_example(example, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_2_links_lead_somewhere(page: Path) -> None:
    """A link or picture inside the repository exists."""
    text = page.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []
