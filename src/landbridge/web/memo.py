"""Answers that are worked out once: who asks for the same while it is being worked out waits for it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """The most recently used answers by key, at most ``most`` of them; safe to use from many threads.

    A failure is told to all who wait for it, and tried anew by the next.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Future[Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The answer for a key; ``make`` gives it where it is not there yet."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                own: Future[Value] = Future()
                self._kept[key] = own
                self._drop()
        if found is not None:
            return found.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            own.set_exception(error)
            raise
        own.set_result(value)
        return value

    def find(self, key: Hashable) -> Value | None:
        """The answer for a key if it is there and finished."""
        with self._lock:
            found = self._kept.get(key)
        return found.result() if found is not None and found.done() and not found.exception() else None

    def _drop(self) -> None:
        """Let go of what was used least recently, but for what is still being worked out."""
        for key in list(self._kept):
            if len(self._kept) <= self.most:
                return
            if self._kept[key].done():
                del self._kept[key]
