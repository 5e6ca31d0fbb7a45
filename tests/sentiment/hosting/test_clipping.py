from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.crowd import Moment, MomentStatus
from core.metrics import Metrics
from sentiment.hosting.clipping import QUEUE, Clipper
from tests.sentiment.hosting.stage import until


@dataclass
class Outcome:
    clip: str | None = None
    reason: str | None = None


class Maker:
    def __init__(self) -> None:
        self.going = asyncio.Event()
        self.running = 0

    async def __call__(self, room: str, moment: Moment) -> Outcome:
        self.running += 1
        await self.going.wait()
        self.running -= 1
        return Outcome(clip=f"{room} {moment.id}")


def moment(name: str) -> Moment:
    return Moment(name, MomentStatus.CONFIRMED, 1.0, 2.0, "drop", "set", 0.5, None)


def clipper(maker: Maker, metrics: Metrics, seconds: float = 5.0) -> Clipper:
    return Clipper(maker, metrics=metrics, most=2, seconds=seconds, poll_seconds=0.005)


async def test_so_many_clips_are_made_at_once() -> None:
    maker, metrics = Maker(), Metrics()
    clips = clipper(maker, metrics)
    told: list[tuple[str | None, str | None]] = []
    for name in "abc":
        clips.cut("room", moment(name), lambda: True, lambda *outcome: told.append(outcome))
    assert told == [(None, "clip_busy")]
    assert metrics.registry.get_sample_value("djuv_queue_dropped_total", {"queue": QUEUE}) == 1
    maker.going.set()
    await until(lambda: len(told) == 3)
    assert told[1:] == [("room a", None), ("room b", None)]
    clips.cut("room", moment("d"), lambda: True, lambda *outcome: told.append(outcome))
    await until(lambda: told[-1] == ("room d", None))


async def test_sound_that_never_comes_is_waited_for_no_longer() -> None:
    maker = Maker()
    maker.going.set()
    told: list[object] = []
    clips = clipper(maker, Metrics(), seconds=0.05)
    clips.cut("room", moment("a"), lambda: False, lambda *outcome: told.append(outcome))
    await until(lambda: told == [("room a", None)])


async def test_what_is_not_done_at_the_end_is_given_up() -> None:
    maker = Maker()
    told: list[object] = []
    clips = clipper(maker, Metrics())
    clips.cut("room", moment("a"), lambda: True, lambda *outcome: told.append(outcome))
    await until(lambda: maker.running == 1)
    await asyncio.wait_for(clips.stop(), 1.0)
    assert told == []
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("clip of")]
