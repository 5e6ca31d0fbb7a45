"""A bar for what takes a while: on standard error, and only where a person looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _SpeedColumn(ProgressColumn):
    """How many times faster than real time it goes."""

    def render(self, task: Task) -> Text:
        """Return the speed, nothing while it is not known."""
        return Text("" if task.speed is None else f"{task.speed:.1f}x")


@contextmanager
def progress_bar(
    console: Console, label: str, *, speed: bool = False
) -> Iterator[Callable[[float, float | None], None]]:
    """Draw a bar, and yield what moves it: seconds done, and in all if that is known.

    With `speed` it also says how many times faster than real time the work goes.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        *([_SpeedColumn()] if speed else []),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task(label, total=None)

        def move(done_seconds: float, total_seconds: float | None) -> None:
            progress.update(task, completed=done_seconds, total=total_seconds)

        yield move
