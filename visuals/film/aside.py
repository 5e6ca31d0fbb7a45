"""Work done in threads beside drawing: judging ahead of it, and encoding behind it.

Both run at most a few items apart from the drawing and wait there; nothing is dropped, since
nothing is live. libvpx, ONNX Runtime and NumPy let go of the interpreter's lock while they work,
so that two cores are used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, TypeVar

T = TypeVar("T")

_END: Final = object()


@contextmanager
def ahead(items: Iterator[T], length: int) -> Iterator[Iterator[T]]:
    """Make items in a thread, up to `length` before they are taken.

    What goes wrong in making one is raised where it would have been taken.
    """
    executor = ThreadPoolExecutor(1, "judging")
    made: deque[Future[T | object]] = deque()

    def take() -> Iterator[T]:
        made.extend(executor.submit(next, items, _END) for _ in range(length))
        while (item := made.popleft().result()) is not _END:
            made.append(executor.submit(next, items, _END))
            yield item  # type: ignore[misc]  # all but the end are items

    try:
        yield take()
    finally:
        executor.shutdown(cancel_futures=True)


class Behind:
    """Does work in a thread, in order, while no more than `length` pieces of it wait.

    What goes wrong in it is raised by the next call, or at the end. Where the block is left by an
    error, what waits is not done any more.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._executor = ThreadPoolExecutor(1, "encoding")
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def do(self, work: Callable[[], None]) -> None:
        """Do `work` once what was asked for before is done."""
        while len(self._waiting) >= self._length:
            self._waiting.popleft().result()
        self._waiting.append(self._executor.submit(work))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                while self._waiting:
                    self._waiting.popleft().result()
        finally:
            self._executor.shutdown(cancel_futures=True)
