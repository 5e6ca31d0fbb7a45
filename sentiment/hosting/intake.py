"""What people say on its way through moderation: one queue for all rooms, read in small batches.

The model reads what has piled up at once; rules and chat then take one message after the other, in
the order in which they were said. After a few milliseconds of work everybody else on the loop has
a turn: a wave of messages must not hold up the sound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from core.clock import Clock
from core.crowd import Action, Refused, Said, Say
from core.metrics import Metrics
from core.queues import BoundedQueue, DropPolicy, QueueClosed
from sentiment.chat import Member, Ruling
from sentiment.hosting.config import CrowdConfig
from sentiment.hosting.failing import log_failure
from sentiment.hosting.hosted import HostedRoom
from sentiment.hosting.senses import Listen, Reader
from sentiment.moderation.lexicon import Heard
from sentiment.opinion import Opinion
from sentiment.text import FoldedText, emote_spans, fold
from sentiment.text.emotes import EMOTES_MOST

QUEUE: Final = "crowd"
"""Label of what waits here, and of what was refused."""

BATCH_LEAST: Final = 4
"""Messages that are read at once however slow the model is: a call has a price of its own."""

BUSY: Final = Refused("busy", 1.0)
FAILED: Final = Refused("failed")
"""Answer to a message that cannot even be read: sent again it would fail again."""

UNJUDGED: Final = Ruling(Action.HOLD, reasons=("not_judged",))
"""What becomes of a message that nobody could judge: somebody has to look at it."""

_Key: TypeAlias = tuple[str, str, str]


@dataclass(slots=True)
class _Spoken:
    """A message on its way."""

    room: HostedRoom
    say: Say
    answer: asyncio.Future[Said | Refused]
    member: Member | None = None
    text: FoldedText | None = None
    heard: Heard | None = None
    work_seconds: float = 0.0


class Intake:
    """Judges messages in order.

    Parameters
    ----------
    reader
        The model.
    listen
        Asks the word lists; what they say, model and rules both want to know.
    clock
        Measures work.
    metrics, config
        Figures and limits.
    """

    def __init__(
        self,
        reader: Reader,
        listen: Listen,
        *,
        clock: Clock,
        metrics: Metrics,
        config: CrowdConfig,
    ) -> None:
        self._reader = reader
        self._listen = listen
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._counts = {each: metrics.chat_messages.labels(each.value) for each in Action}
        self._depth = metrics.queue_depth.labels(QUEUE)
        self._queue: BoundedQueue[_Spoken] = BoundedQueue(
            config.queue_messages,
            DropPolicy.NEWEST,
            on_drop=lambda _: metrics.queue_dropped.labels(QUEUE).inc(),
        )
        self._on_their_way: dict[_Key, _Spoken] = {}
        self._by_person: dict[tuple[str, str], int] = {}
        self._turn_began_seconds = 0.0
        self._batch_most = config.batch_messages  # that the model reads within a turn

    async def say(self, room: HostedRoom, say: Say) -> Said | Refused:
        """Return what becomes of a message; said again while on its way, it is the same one."""
        if (said := room.chat.answered(say)) is not None:
            return said
        key = (say.room, say.person, say.key)
        spoken = self._on_their_way.get(key)
        if spoken is None:
            spoken = self._take(key, room, say)
            if spoken is None:
                return BUSY
        # Who waits may go; the message goes on, and its key will be asked after.
        return await asyncio.shield(spoken.answer)

    def _take(self, key: _Key, room: HostedRoom, say: Say) -> _Spoken | None:
        person = key[:2]
        waiting = self._by_person.get(person, 0)
        if waiting >= self._config.waiting_a_person or self._queue.closed:
            return None
        spoken = _Spoken(room, say, asyncio.get_running_loop().create_future())
        if not self._queue.put(spoken):
            return None
        self._on_their_way[key] = spoken
        self._by_person[person] = waiting + 1
        room.waiting_messages += 1
        self._depth.set(len(self._queue))
        return spoken

    def _answer(self, spoken: _Spoken, answer: Said | Refused) -> None:
        say = spoken.say
        if self._on_their_way.pop((say.room, say.person, say.key), None) is None:
            return
        person = (say.room, say.person)
        self._by_person[person] -= 1
        if not self._by_person[person]:
            del self._by_person[person]
        spoken.room.waiting_messages -= 1
        if not spoken.answer.done():
            spoken.answer.set_result(answer)

    async def run(self) -> None:
        """Judge until the intake is closed and everything is judged, or cancelled."""
        while True:
            try:
                await self._take_turn()
            except QueueClosed:
                return
            await asyncio.sleep(0)

    async def _take_turn(self) -> None:
        """Judge what has piled up, once there is something.

        A function of its own: a frame that waits must not hold on to what was said last.
        """
        batch = [await self._queue.get()]
        while len(self._queue) and len(batch) < self._batch_most:
            batch.append(await self._queue.get())
        self._depth.set(len(self._queue))
        self._turn_began_seconds = self._clock.monotonic_seconds()
        try:
            await self._judge(batch)
        finally:
            for spoken in batch:  # whatever failed, nobody waits for ever
                self._answer(spoken, BUSY)

    def close(self) -> None:
        """Take nothing more; `run` ends once all is judged."""
        self._queue.close()

    def give_up(self) -> None:
        """Answer what will not be judged any more."""
        for spoken in tuple(self._on_their_way.values()):
            self._answer(spoken, BUSY)
        self._queue.take_all()

    async def _judge(self, batch: Sequence[_Spoken]) -> None:
        heard = []
        for spoken in batch:
            if self._consider(spoken):
                heard.append(spoken)
            await self._breathe()
        if not heard:
            return
        opinions = self._read(heard)
        for spoken, opinion in zip(heard, opinions, strict=True):
            await self._breathe()
            self._settle(spoken, opinion)

    async def _breathe(self) -> None:
        """Let the loop's other tasks have a turn after a few milliseconds."""
        now_seconds = self._clock.monotonic_seconds()
        if now_seconds - self._turn_began_seconds >= self._config.turn_seconds:
            await asyncio.sleep(0)
            self._turn_began_seconds = self._clock.monotonic_seconds()

    def _consider(self, spoken: _Spoken) -> bool:
        """Return whether a message has to be judged; else answer it."""
        began_seconds = self._clock.monotonic_seconds()
        chat, say = spoken.room.chat, spoken.say
        try:
            speaker = chat.consider(say)
            if isinstance(speaker, Said | Refused):
                self._answer(spoken, speaker)
                return False
            text = fold(say.text)
            if not text.shown:
                self._answer(spoken, chat.turn_down(speaker, say, "empty"))
                return False
            spoken.heard = self._listen(text)
        except Exception as error:
            log_failure("crowd_consider_failed", error)
            self._answer(spoken, FAILED)
            return False
        spoken.member, spoken.text = speaker, text
        spoken.work_seconds = self._clock.monotonic_seconds() - began_seconds
        return True

    def _read(self, heard: Sequence[_Spoken]) -> Sequence[Opinion | None]:
        began_seconds = self._clock.monotonic_seconds()
        try:
            opinions: Sequence[Opinion | None] = self._reader.read(
                [spoken.text for spoken in heard if spoken.text is not None],
                [spoken.heard for spoken in heard if spoken.heard is not None],
            )
            if len(opinions) != len(heard):
                raise RuntimeError(f"{len(opinions)} opinions on {len(heard)} messages")
        except Exception as error:
            log_failure("crowd_model_failed", error)
            self._metrics.opinions_missing.inc(len(heard))
            opinions = [None] * len(heard)
        share_seconds = (self._clock.monotonic_seconds() - began_seconds) / len(heard)
        for spoken in heard:
            spoken.work_seconds += share_seconds
        self._fit_batch(share_seconds)
        return opinions

    def _fit_batch(self, share_seconds: float) -> None:
        """Let the next batch be one that the model reads in about a turn, judging by this one."""
        config = self._config
        most = config.batch_messages
        if share_seconds > 0:
            most = min(most, max(BATCH_LEAST, int(config.turn_seconds / share_seconds)))
        # Smaller at once, larger step by step: one slow read may be the machine's, not the model's.
        self._batch_most = min(most, self._batch_most + BATCH_LEAST)

    def _settle(self, spoken: _Spoken, opinion: Opinion | None) -> None:
        room, member, text = spoken.room, spoken.member, spoken.text
        if member is None or text is None:
            return
        began_seconds = self._clock.monotonic_seconds()
        emotes = emote_spans(text.shown, room.emotes, len(text.shown))
        try:
            rules, hype = room.chat.floor.rules, room.senses.hype
            ruling = room.judge.rule(
                text, opinion, member, rules, hype=hype, emotes=emotes, heard=spoken.heard
            )
        except Exception as error:
            log_failure("crowd_judging_failed", error)
            ruling = UNJUDGED
        work_seconds = self._clock.monotonic_seconds() - began_seconds + spoken.work_seconds
        self._metrics.moderation_seconds.observe(work_seconds)
        try:
            drawn = emotes[:EMOTES_MOST]
            said = room.chat.settle(member, spoken.say, text.shown, drawn, ruling)
            self._counts[said.action].inc()
            self._answer(spoken, said)
            if said.action is Action.ALLOW:
                room.senses.hear_said(member.user, text, drawn, opinion)
        except Exception as error:
            log_failure("crowd_settling_failed", error)
            self._answer(spoken, FAILED)
