"""Judging sets on air: hops come in on the event loop, a worker thread judges, results go out.

A hop that has arrived waits until the worker is free, then goes with the next hop of every other
set that has one. On a GPU the batch is worth a short wait for more sets; on the CPU it is not.

Overload, in this order: windows past their deadline are not judged, though their hops are still
taken so that later windows are whole; when a set's queue is full its oldest hop is lost, and the
windows that would have needed it say so. A set is never judged on less than it played, and none
waits for another's fault.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from typing import Final

import structlog

from core.clock import Clock
from core.errors import BadInput
from core.features import FeatureCache
from core.feed import SessionFeed
from core.media import HOP_SAMPLES, HOP_SECONDS, HOPS_PER_WINDOW, samples_to_seconds
from core.messages import AudioHop, Fault, Score
from core.metrics import Metrics
from core.queues import BoundedQueue, DropPolicy
from core.show import EmbeddingListener
from inference.worker import Worker
from judge.engine import Engine
from judge.session import JudgeSession
from judge.turn import JUDGE_FAILED, Judged, unscored

_log = structlog.get_logger(__name__)

QUEUE_HOPS: Final = 8
"""Four seconds of one set: more backlog than that is never judged in time."""

QUEUE_NAME: Final = "judge"

GPU_TICK_SECONDS: Final = 0.005
"""How long a GPU's batch waits for more sets."""

DRAIN_SECONDS: Final = 10.0
"""How long the end of a set may wait for its last hops to be judged."""


QUEUE_FULL: Final = "queue_full"
"""Reason of a window whose hop was thrown away unheard."""


class _LiveSet:
    """One set on air. The loop owns all of it but `session`, which the worker alone touches."""

    def __init__(self, feed: SessionFeed, queue: BoundedQueue[AudioHop]) -> None:
        self.feed = feed
        self.queue = queue
        self.last: Score | None = None  # what is known of the set while a window is not
        self.session: JudgeSession | None = None
        self.waiting = False  # in the line of sets that have a hop to judge
        self.idle = asyncio.Event()
        self.idle.set()


class LiveJudge:
    """Judges all live sets of this process; a `core.feed.HopSink`.

    Parameters
    ----------
    engine
        The loaded judge.
    clock
        Tells whether a window is past its deadline; the clock of `AudioHop.arrived_seconds`.
    metrics
        Where latencies, drops and queue depths are counted.
    tick_seconds
        How long a batch waits for more sets; by default only as long as that pays.
    deadline_seconds
        Time from a hop's arrival after which its window is not worth judging any more: by default
        when the next one is due.
    features
        Where what was heard in each hop is cached.
    embeddings
        Who is told how the network hears each hop, right after what it led to is published.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        metrics: Metrics,
        tick_seconds: float | None = None,
        deadline_seconds: float = HOP_SECONDS,
        features: FeatureCache | None = None,
        embeddings: EmbeddingListener | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._features = features
        self._embeddings = embeddings
        self._deadline_seconds = deadline_seconds
        default_tick = GPU_TICK_SECONDS if engine.batching_pays else 0.0
        self._tick_seconds = default_tick if tick_seconds is None else tick_seconds
        self._sets: dict[str, _LiveSet] = {}
        self._line: deque[_LiveSet] = deque()  # each open set at most once
        self._arrival = asyncio.Event()
        self._worker = Worker("judge", capacity=1)
        self._task: asyncio.Task[None] | None = None

    @property
    def sessions(self) -> int:
        """How many sets are open."""
        return len(self._sets)

    @property
    def backlog(self) -> int:
        """How many sets have a hop that is not judged yet."""
        return sum(not live.idle.is_set() for live in self._sets.values())

    def start(self) -> None:
        """Begin to judge; call once, on the running loop."""
        self._task = asyncio.create_task(self._run(), name="judge")

    def open(self, feed: SessionFeed) -> None:
        """Begin a set.

        Raises
        ------
        BadInput
            If a set of this session is already open.
        """
        session = feed.info.session
        if session in self._sets:
            raise BadInput(f"session {session} is already being judged; close it first")
        queue: BoundedQueue[AudioHop] = BoundedQueue(
            QUEUE_HOPS, DropPolicy.OLDEST, on_drop=lambda hop: self._lost(live, hop)
        )
        live = self._sets[session] = _LiveSet(feed, queue)

    def push(self, hop: AudioHop) -> None:
        """Take the next hop of an open set; of any other set it is counted and thrown away."""
        live = self._sets.get(hop.session)
        if live is None or live.queue.closed:
            self._metrics.queue_dropped.labels(QUEUE_NAME).inc()
            return
        self._metrics.queue_depth.labels(QUEUE_NAME).inc()
        live.queue.put(hop)
        live.idle.clear()
        self._line_up(live)

    async def close(self, session: str) -> None:
        """Judge what is still queued, publish it, and forget the session.

        Never raises and never waits longer than `DRAIN_SECONDS`; a session that is not open is
        closed already.
        """
        live = self._sets.get(session)
        if live is None:
            return
        live.queue.close()
        try:
            if self._task is not None and not self._task.done():
                await asyncio.wait_for(live.idle.wait(), DRAIN_SECONDS)
        except TimeoutError:
            _log.warning("judge_drain_timed_out", session=session, hops=len(live.queue))
        finally:
            if self._sets.get(session) is live:
                del self._sets[session]
            for hop in live.queue.take_all():
                self._lost(live, hop)

    async def stop(self) -> None:
        """Close all sets, then end the judging task and its thread, within a bounded time."""
        await asyncio.gather(*(self.close(session) for session in list(self._sets)))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if not await self._worker.close(DRAIN_SECONDS):
            _log.error("judge_thread_stuck")

    def _line_up(self, live: _LiveSet) -> None:
        """Let a set wait for its turn; whoever waits longest is judged first."""
        if not live.waiting:
            live.waiting = True
            self._line.append(live)
            self._arrival.set()

    async def _run(self) -> None:
        while True:
            await self._arrival.wait()
            if self._tick_seconds > 0:
                await asyncio.sleep(self._tick_seconds)
            batch = await self._take_batch()
            if batch:
                await self._judge(batch)
            if not self._line:
                self._arrival.clear()

    async def _take_batch(self) -> list[tuple[_LiveSet, AudioHop]]:
        """Take the next hop of each set in the line, as many as are best judged at once."""
        batch: list[tuple[_LiveSet, AudioHop]] = []
        while self._line and len(batch) < self._engine.largest_batch:
            live = self._line.popleft()
            if len(live.queue) == 0:  # given up by its close, which timed out
                continue
            batch.append((live, await live.queue.get()))
            self._metrics.queue_depth.labels(QUEUE_NAME).dec()
        return batch

    async def _judge(self, batch: Sequence[tuple[_LiveSet, AudioHop]]) -> None:
        now = self._clock.monotonic_seconds()
        late = {
            index
            for index, (_, hop) in enumerate(batch)
            if now - hop.arrived_seconds > self._deadline_seconds
        }
        self._metrics.batch_size.observe(len(batch))
        try:
            judged = await self._worker.run(lambda: self._advance(batch, late))
            for (live, hop), result in zip(batch, judged, strict=True):
                self._deliver(live, hop, result)
        except Exception:  # whatever failed, the next batch must be judged
            _log.exception("judge_batch_failed", sets=len(batch))
            for live, hop in batch:
                self._refuse(live, hop, JUDGE_FAILED)
        finally:
            for live, _ in batch:
                self._next_turn(live)

    def _advance(
        self, batch: Sequence[tuple[_LiveSet, AudioHop]], late: Collection[int]
    ) -> list[Judged]:
        """Judge a batch, on the worker's thread."""
        items = []
        for live, hop in batch:
            if live.session is None:
                live.session = self._engine.open(live.feed.info)
            items.append((live.session, hop))
        return self._engine.advance(items, skip=late)

    def _next_turn(self, live: _LiveSet) -> None:
        live.waiting = False
        if len(live.queue) > 0:
            self._line_up(live)
        else:
            live.idle.set()

    def _deliver(self, live: _LiveSet, hop: AudioHop, judged: Judged) -> None:
        try:
            for message, position_samples in judged.messages:
                if isinstance(message, Score):
                    live.last = message
                live.feed.publish(message, position_samples)
            if self._features is not None and judged.features:
                self._features.put(
                    judged.session, samples_to_seconds(judged.end_sample), judged.features
                )
            if self._embeddings is not None and judged.embedding is not None:
                self._embeddings.embedding(judged.session, judged.end_sample, judged.embedding)
        except Exception:  # one set's feed must not stop the others' judging
            _log.exception("judge_publish_failed", session=judged.session, window=judged.hop)
        self._count(hop, judged)

    def _count(self, hop: AudioHop, judged: Judged) -> None:
        latency = self._metrics.window_latency_seconds
        for stage, ended_seconds in judged.stage_ends.items():
            latency.labels(stage).observe(ended_seconds - hop.arrived_seconds)
        latency.labels("publish").observe(self._clock.monotonic_seconds() - hop.arrived_seconds)
        if judged.reason is None:
            self._metrics.windows_judged.inc()
        elif hop.index >= HOPS_PER_WINDOW - 1:
            self._metrics.windows_dropped.labels(judged.reason).inc()

    def _lost(self, live: _LiveSet, hop: AudioHop) -> None:
        """Say of a hop that fell out of its queue that its window is not judged."""
        self._metrics.queue_dropped.labels(QUEUE_NAME).inc()
        self._metrics.queue_depth.labels(QUEUE_NAME).dec()
        self._refuse(live, hop, QUEUE_FULL)

    def _refuse(self, live: _LiveSet, hop: AudioHop, reason: str) -> None:
        """Say that a hop did not reach the set: even before the first window, for the replay."""
        end_sample = hop.start_sample + HOP_SAMPLES
        if hop.index >= HOPS_PER_WINDOW - 1:
            self._metrics.windows_dropped.labels(reason).inc()
        try:
            if reason == JUDGE_FAILED:
                live.feed.publish(Fault(JUDGE_FAILED, {"window": hop.index}), end_sample)
            live.feed.publish(unscored(hop, reason, so_far=live.last), end_sample)
        except Exception:  # one set's feed must not stop the others' judging
            _log.exception("judge_publish_failed", session=hop.session, window=hop.index)
