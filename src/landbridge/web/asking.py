"""What endpoints share: the session, the words of a query, answers that are written once."""

from collections.abc import Callable, Hashable
from typing import Annotated, Any, cast

from fastapi import Query, Request, Response

from landbridge.web.models import ErrorAnswer
from landbridge.web.session import Session

ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "something that is named is not known"},
    422: {"model": ErrorAnswer, "description": "the request cannot be understood"},
}

Scenario = Annotated[
    str | None,
    Query(description="a scenario of the study; its reference scenario if left out", max_length=100),
]
Year = Annotated[int | None, Query(description="a year of the study; its base year if left out")]
CommodityName = Annotated[
    str, Query(description="a commodity class; all cargo together if empty", max_length=100)
]
WhatIf = Annotated[str | None, Query(description="id of a what-if that was solved", max_length=64)]
Base = Annotated[
    str | None,
    Query(description="the scenario to compare with; the reference one if left out", max_length=100),
]
Place = Annotated[str, Query(description="a zone or node of the study", max_length=100)]


def get_session(request: Request) -> Session:
    """The session of the application that answers."""
    return cast(Session, request.app.state.session)


def give(session: Session, key: Hashable, make: Callable[[], Any], *, on_disk: bool = False) -> Response:
    """An answer that is the same whenever it is asked for."""
    return Response(session.answer(key, make, on_disk=on_disk), media_type="application/json")
