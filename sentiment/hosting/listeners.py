"""Those who want to hear something, in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from sentiment.hosting.failing import log_failure

News = TypeVar("News")


class Listeners(Generic[News]):
    """Calls each listener with each piece of news; an error in one costs nobody else theirs."""

    def __init__(self) -> None:
        self._accepts: dict[object, Callable[[News], None]] = {}

    def __len__(self) -> int:
        return len(self._accepts)

    def add(self, accept: Callable[[News], None]) -> Callable[[], None]:
        """Tell `accept` everything from now on; return what ends that."""
        ticket = object()
        self._accepts[ticket] = accept

        def end() -> None:
            self._accepts.pop(ticket, None)

        return end

    def tell(self, news: News) -> None:
        """Tell all of them; each returns at once."""
        for accept in tuple(self._accepts.values()):
            try:
                accept(news)
            except Exception as error:
                log_failure("crowd_listener_failed", error)
