"""What endpoints share: the session, the words of a query, answers that are written once."""

from collections.abc import Callable, Hashable
from typing import Annotated, Any, cast

from fastapi import Depends, Query, Request, Response

from landbridge.web.models import ErrorAnswer
from landbridge.web.session import Asked, Session

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
OptionalBase = Annotated[
    str | None, Query(description="a scenario to compare with; none if left out", max_length=100)
]


def get_session(request: Request) -> Session:
    """The session of the application that answers."""
    return cast(Session, request.app.state.session)


def _ask_state(
    request: Request, scenario: Scenario = None, year: Year = None, what_if: WhatIf = None
) -> Asked:
    return get_session(request).ask(scenario, year, what_if)


State = Annotated[Asked, Depends(_ask_state)]
"""The state that a query means: its scenario, its year, its what-if."""


def _ask_base(request: Request, asked: State, base: Base = None, base_what_if: WhatIf = None) -> Asked:
    return get_session(request).ask(base, asked.year, base_what_if)


BaseState = Annotated[Asked, Depends(_ask_base)]
"""The state that it is compared with, in the same year: the reference scenario where none is named."""


def _find_base(
    request: Request, asked: State, base: OptionalBase = None, base_what_if: WhatIf = None
) -> Asked | None:
    return _ask_base(request, asked, base, base_what_if) if base or base_what_if else None


MaybeBaseState = Annotated[Asked | None, Depends(_find_base)]
"""The same, where nothing need be compared."""


def give(session: Session, key: Hashable, make: Callable[[], Any], *, on_disk: bool = False) -> Response:
    """An answer that is the same whenever it is asked for."""
    return Response(session.answer(key, make, on_disk=on_disk), media_type="application/json")
