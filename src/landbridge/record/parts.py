"""Which part of a document a line or a sentence is: headline, body, citation or boilerplate.

What a page says about itself (links to other stories, disclaimers, calls to subscribe) is no statement about
the world, but it tells where a text comes from and when it was put together; so it is kept, marked.
"""

import re
from collections.abc import Sequence

from landbridge.record.model import PartKind
from landbridge.record.sentences import split_sentences

_CITATIONS_BEGIN = re.compile(
    r"^\W*(?:references?|sources?|bibliography|works cited|citations?|footnotes|endnotes"
    r"|literature|list of sources)\s*:?\W*$",
    re.IGNORECASE,
)
_LINKS_BEGIN = re.compile(
    r"^\W*(?:read (?:also|more|next)|also read|see also|related(?: (?:articles?|stor(?:y|ies)"
    r"|news|links?|posts?|content|topics?))?"
    r"|more (?:on this(?: topic)?|stories|news|from .{1,40})|recommended(?: for you)?|most (?:read|popular)"
    r"|you (?:may|might) also (?:like|be interested in)|(?:don.t|do not) miss|latest (?:news"
    r"|stories)|trending(?: now)?"
    r"|editor.?s.? (?:picks?|choice)|top stories|other news|in other news|further reading)\s*:?\W*$",
    re.IGNORECASE,
)
_LINK_LINE = re.compile(
    r"^\W*(?:read (?:also|more)|also read|see also|related(?: (?:article|story))?)\s*:\s*\S", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"^\s*(?:[-*\u2022\u2013\u2014\u25aa\u25cf]\s+|\[?\d{1,3}[\].)]\s+)")
#: "Surname, A. (2025). Title." or "Publisher. (2025, May 4). Title."
_CITATION = re.compile(
    r"^\W*(?:\[?\d{1,3}[\].)]\s+)?[^.()]{2,80}\.?[^()]{0,60}\((?:n\.d\.|(?:1[89]"
    r"|20)\d\d[a-z]?(?:,[^)]{1,20})?)\)\.\s+\S"
)
_BOILERPLATE = re.compile(
    r"(?:views|opinions)[^.]{0,80}(?:expressed|presented)[^.]{0,160}(?:not necessarily|those "
    r"of the author|do not (?:represent|reflect))"
    r"|do(?:es)? not necessarily (?:reflect|represent)"
    r"|all rights reserved|^\W*(?:copyright|\u00a9|\(c\) (?:19|20)\d\d)"
    r"|(?:subscribe|sign up|register)\b[^.]{0,40}\b(?:newsletter|updates|channel|alerts"
    r"|bulletin|free|today|to our)"
    r"|^\W*(?:subscribe|share(?: this| on)?|tweet|print|advertis(?:ement|ing)|sponsored(?: "
    r"content)?|cookie(?:s| policy)|privacy policy"
    r"|terms of (?:use|service)|log ?in|sign in|back to top|skip to (?:main )?content|click "
    r"here|loading|comments?|contact us|about us)\W*$"
    r"|^\W*(?:follow|like|join|find) us on\b|^\W*(?:tags?|keywords?|topics|categor(?:y|ies)"
    r"|filed under)\s*:"
    r"|^\W*(?:photo|image|picture|illustration|caption|credit|photo credit|featured "
    r"image)s?\s*(?:by|:|courtesy)"
    r"|(?:uses?|use of|accept) cookies\b|\b(?:republished|reprinted) (?:here )?(?:with|by) "
    r"(?:kind )?permission"
    r"|this (?:article|story|piece|post|text|report) (?:was|is|has been|first|originally)[^.]{0,30}"
    r"(?:published|appeared|translated|generated|rewritten|produced|updated|adapted|syndicated)"
    r"|^\W*(?:the )?(?:author|writer) is (?:an?|the)\b|\bclick (?:here|on)\b|\bdownload (?:our|the) app\b",
    re.IGNORECASE,
)
_LONGEST_HEADLINE = 300
_LONGEST_LINK = 240


def is_boilerplate(text: str) -> bool:
    """Tell whether a sentence speaks of the page, not of the world: disclaimers, credits, calls to
    subscribe."""
    return _BOILERPLATE.search(text) is not None


def is_citation(text: str) -> bool:
    """Tell whether a line has the shape of a reference: author, year in brackets, title."""
    return _CITATION.match(text) is not None


def part_of_lines(lines: Sequence[str], *, first_is_headline: bool = True) -> list[PartKind]:
    """Say of every line (or block) what part it is; blank lines count as body.

    A list after "References:" is citations, one after "Read also:" is boilerplate, up to the first line
    that is no item of a list or to the next heading of this kind.
    """
    parts: list[PartKind] = []
    section: PartKind = "body"
    itemised = False
    gap = False
    headline_seen = not first_is_headline or sum(1 for line in lines if line.strip()) < 2
    for line in lines:
        text = line.strip()
        if not text:
            parts.append("body")
            gap = True
            continue
        if not headline_seen:
            headline_seen = True
            if len(text) <= _LONGEST_HEADLINE:
                parts.append("headline")
                continue
        if _CITATIONS_BEGIN.match(text):
            section, itemised = "citation", False
            parts.append("citation")
        elif _LINKS_BEGIN.match(text):
            section, itemised = "boilerplate", False
            parts.append("boilerplate")
        else:
            item = _LIST_ITEM.match(text) is not None
            if section != "body" and (
                (itemised and not item) or (gap and not item) or len(text) > 2 * _LONGEST_LINK
            ):
                section = "body"
            itemised = itemised or item
            parts.append(_part_of_line(text, section))
        gap = False
    return parts


def _part_of_line(text: str, section: PartKind) -> PartKind:
    if section != "body":
        return section
    if is_citation(text) and (_LIST_ITEM.match(text) or len(text) < _LONGEST_HEADLINE):
        return "citation"
    if (_LINK_LINE.match(text) and len(text) <= _LONGEST_LINK) or (
        is_boilerplate(text) and len(split_sentences(text)) == 1
    ):
        return "boilerplate"
    return "body"
