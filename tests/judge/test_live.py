from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.bus.memory import MemoryBus
from core.clock import ManualClock
from core.errors import BadInput
from core.features import MemoryFeatureCache
from core.feed import SessionFeed
from core.media import HOP_SAMPLES
from core.messages import AudioHop, Envelope, Fault, Score, SessionInfo
from core.metrics import Metrics
from core.show import EMBEDDING_SIZE
from judge.engine import Engine
from judge.listening import Listener
from judge.live import QUEUE_HOPS, LiveJudge
from judge.networks import Networks
from judge.readings import Heard, HopSpectra
from judge.turn import Judged
from tests.judge.music import hops, info, mix

MUSIC = mix(14.0)
PATIENCE_SECONDS = 20.0


class Kept:
    """A recorder of envelopes."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def envelope(self, envelope: Envelope) -> None:
        self.envelopes.append(envelope)

    @property
    def scores(self) -> list[Score]:
        return [e.message for e in self.envelopes if isinstance(e.message, Score)]

    @property
    def reasons(self) -> dict[int, str | None]:
        return {score.window: score.reason for score in self.scores}

    @property
    def faults(self) -> list[Fault]:
        return [e.message for e in self.envelopes if isinstance(e.message, Fault)]


class Gate:
    """An engine whose worker waits at a gate, so that a test decides when hops pile up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.batches: list[list[str]] = []
        self.threads: set[str] = set()
        self.identity = engine.identity
        self.largest_batch = engine.largest_batch
        self.batching_pays = False

    def open(self, of: SessionInfo):
        self.threads.add(threading.current_thread().name)
        return self._engine.open(of)

    def advance(self, items, batch_size=None, skip=()) -> list[Judged]:
        self.threads.add(threading.current_thread().name)
        self.entered.set()
        self.opened.wait(PATIENCE_SECONDS)
        self.batches.append([hop.session for _, hop in items])
        return self._engine.advance(items, batch_size, skip)


@pytest.fixture(scope="module")
def networks() -> Networks:
    return Networks.load(providers=["CPUExecutionProvider"])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def live(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> AsyncIterator[LiveJudge]:
    judge = LiveJudge(Engine(networks), clock=clock, metrics=metrics)
    judge.start()
    yield judge
    await asyncio.wait_for(judge.stop(), PATIENCE_SECONDS)


def feed(session: str = "set") -> tuple[SessionFeed, Kept]:
    kept = Kept()
    return SessionFeed(info(session), MemoryBus(), [kept]), kept


def fresh(hop_list: Sequence[AudioHop]) -> list[AudioHop]:
    """Hops that arrived just now on a clock that stands at 0."""
    return [replace(hop, arrived_seconds=0.0) for hop in hop_list]


async def push_slowly(judge: LiveJudge, hop_list: Sequence[AudioHop]) -> None:
    """Push without ever filling a queue."""
    for hop in hop_list:
        judge.push(hop)
        if hop.index % (QUEUE_HOPS // 2) == 0:
            await until_idle(judge)
    await until_idle(judge)


async def until_idle(judge: LiveJudge) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while judge.backlog:
            await asyncio.sleep(0.002)


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def test_scores_are_those_of_the_engine_in_order(
    live: LiveJudge, networks: Networks, metrics: Metrics
) -> None:
    engine = Engine(networks)
    session = engine.open(info())
    expected = [
        message
        for hop in fresh(hops(MUSIC))
        for message, _ in engine.advance([(session, hop)])[0].messages
    ]
    set_feed, kept = feed()
    live.open(set_feed)
    await push_slowly(live, fresh(hops(MUSIC)))
    await live.close("set")
    assert [envelope.message for envelope in kept.envelopes] == expected
    assert [score.window for score in kept.scores] == list(range(19, 28))
    assert value(metrics, "djuv_windows_judged_total") == 9
    for stage in ("queue", "resample", "mel", "trunk", "listen", "head", "score", "publish"):
        assert value(metrics, "djuv_window_latency_seconds_count", stage=stage) == 28
    assert value(metrics, "djuv_queue_depth", queue="judge") == 0


async def test_close_judges_what_is_queued(live: LiveJudge) -> None:
    set_feed, kept = feed()
    live.open(set_feed)
    await push_slowly(live, fresh(hops(MUSIC)[:20]))
    for hop in fresh(hops(MUSIC)[20:26]):
        live.push(hop)
    await asyncio.wait_for(live.close("set"), PATIENCE_SECONDS)
    assert kept.reasons == dict.fromkeys(range(19, 26))
    assert live.sessions == 0


async def test_what_comes_for_no_open_set_is_counted(live: LiveJudge, metrics: Metrics) -> None:
    live.push(hops(MUSIC)[0])
    await live.close("nobody")
    assert value(metrics, "djuv_queue_dropped_total", queue="judge") == 1
    assert value(metrics, "djuv_queue_depth", queue="judge") == 0


async def test_a_set_is_opened_once(live: LiveJudge) -> None:
    live.open(feed()[0])
    with pytest.raises(BadInput, match="already"):
        live.open(feed()[0])


async def test_sets_that_wait_together_are_judged_together_off_the_loop(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    gate = Gate(Engine(networks))
    judge = LiveJudge(gate, clock=clock, metrics=metrics)
    judge.start()
    feeds = [feed(name) for name in "abc"]
    for set_feed, _ in feeds:
        judge.open(set_feed)
    judge.push(hops(MUSIC, "a")[0])
    await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
    for name in "cba":
        judge.push(hops(MUSIC, name)[1 if name == "a" else 0])
    gate.opened.set()
    await until_idle(judge)
    await judge.stop()
    assert gate.batches == [["a"], ["c", "b", "a"]]
    assert gate.threads == {"judge_0"}


async def test_a_tick_gathers_sets_whose_hops_arrive_close_together(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    gate = Gate(Engine(networks))
    gate.opened.set()
    judge = LiveJudge(gate, clock=clock, metrics=metrics, tick_seconds=0.25)
    judge.start()
    for name in "ab":
        judge.open(feed(name)[0])
    judge.push(hops(MUSIC, "a")[0])
    await asyncio.sleep(0.01)
    judge.push(hops(MUSIC, "b")[0])
    await until_idle(judge)
    await judge.stop()
    assert gate.batches == [["a", "b"]]


async def test_a_late_window_is_not_judged_but_its_hop_counts(
    live: LiveJudge, clock: ManualClock, metrics: Metrics
) -> None:
    set_feed, kept = feed()
    live.open(set_feed)
    clock.advance(10.0)
    on_time = [replace(hop, arrived_seconds=9.9) for hop in hops(MUSIC)]
    late = replace(on_time[22], arrived_seconds=9.4)
    await push_slowly(live, [*on_time[:22], late, *on_time[23:]])
    await live.close("set")
    assert kept.reasons == dict.fromkeys(range(19, 28)) | {22: "deadline"}
    assert kept.scores[3].overall is None
    assert value(metrics, "djuv_windows_dropped_total", reason="deadline") == 1


async def test_a_full_queue_loses_its_oldest_and_says_so(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    gate = Gate(Engine(networks))
    gate.opened.set()
    judge = LiveJudge(gate, clock=clock, metrics=metrics)
    judge.start()
    set_feed, kept = feed()
    judge.open(set_feed)
    music = fresh(hops(mix(25.0)))
    await push_slowly(judge, music[:20])
    gate.opened.clear()
    gate.entered.clear()
    judge.push(music[20])
    await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
    for hop in music[21 : 21 + QUEUE_HOPS + 1]:
        judge.push(hop)
    gate.opened.set()
    await until_idle(judge)
    await push_slowly(judge, music[21 + QUEUE_HOPS + 1 :])
    await judge.stop()
    assert kept.reasons == (
        {19: None, 20: None, 21: "queue_full"}
        | dict.fromkeys(range(22, 41), "audio_missing")
        | dict.fromkeys(range(41, 50))
    )
    lost = next(score for score in kept.scores if score.window == 21)
    assert lost.set_components == kept.scores[0].set_components, "of the set, nothing is forgotten"
    assert value(metrics, "djuv_queue_dropped_total", queue="judge") == 1
    assert value(metrics, "djuv_windows_dropped_total", reason="queue_full") == 1
    assert value(metrics, "djuv_windows_dropped_total", reason="audio_missing") == 19


async def test_a_loss_before_the_first_window_is_told_too(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    gate = Gate(Engine(networks))
    judge = LiveJudge(gate, clock=clock, metrics=metrics)
    judge.start()
    set_feed, kept = feed()
    judge.open(set_feed)
    music = fresh(hops(MUSIC))
    judge.push(music[0])
    await asyncio.to_thread(gate.entered.wait, PATIENCE_SECONDS)
    for hop in music[1 : QUEUE_HOPS + 3]:
        judge.push(hop)
    gate.opened.set()
    await until_idle(judge)
    await judge.stop()
    assert kept.reasons == dict.fromkeys((1, 2), "queue_full")
    assert {score.batch_size for score in kept.scores} == {0}, "a replay must leave them out"
    assert value(metrics, "djuv_windows_dropped_total", reason="queue_full") == 0


class Fragile(Listener):
    """A listener that cannot stand one of the sets."""

    def __init__(self, of: SessionInfo) -> None:
        super().__init__(of)
        self._breaks = of.session == "bad"

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        if self._breaks:
            raise RuntimeError("cannot listen")
        return super().hear(hop, spectra)


async def test_one_sets_fault_leaves_the_others_alone(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    judge = LiveJudge(Engine(networks, hearing=Fragile), clock=clock, metrics=metrics)
    judge.start()
    (good_feed, good), (bad_feed, bad) = feed("good"), feed("bad")
    judge.open(good_feed)
    judge.open(bad_feed)
    for mine, theirs in zip(
        fresh(hops(MUSIC, "good"))[:22], fresh(hops(MUSIC, "bad"))[:22], strict=True
    ):
        judge.push(theirs)
        judge.push(mine)
        await until_idle(judge)
    await judge.stop()
    assert good.reasons == dict.fromkeys(range(19, 22))
    assert bad.reasons == dict.fromkeys(range(19, 22), "judge_failed")
    assert len(bad.faults) == 1
    assert good.faults == []


async def test_a_broken_engine_is_announced_and_survived(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    class Broken(Gate):
        def advance(self, items, batch_size=None, skip=()) -> list[Judged]:
            if items[0][1].index == 20:
                raise MemoryError("no room for this batch")
            return self._engine.advance(items, batch_size, skip)

    judge = LiveJudge(Broken(Engine(networks)), clock=clock, metrics=metrics)
    judge.start()
    set_feed, kept = feed()
    judge.open(set_feed)
    await push_slowly(judge, fresh(hops(MUSIC)[:22]))
    await judge.stop()
    assert kept.reasons == {19: None, 20: "judge_failed", 21: "audio_missing"}
    assert [fault.code for fault in kept.faults] == ["judge_failed"]


async def test_a_feed_that_fails_does_not_stop_the_judge(live: LiveJudge) -> None:
    class Full:
        def envelope(self, envelope: Envelope) -> None:
            raise OSError("no space left on device")

    live.open(SessionFeed(info("full"), MemoryBus(), [Full()]))
    set_feed, kept = feed()
    live.open(set_feed)
    for index in range(21):
        live.push(fresh(hops(MUSIC, "full"))[index])
        live.push(fresh(hops(MUSIC))[index])
        await until_idle(live)
    assert kept.reasons == {19: None, 20: None}


async def test_what_was_heard_is_cached_at_the_end_of_its_hop(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    cache = MemoryFeatureCache(clock)
    judge = LiveJudge(Engine(networks), clock=clock, metrics=metrics, features=cache)
    judge.start()
    judge.open(feed()[0])
    await push_slowly(judge, fresh(hops(MUSIC)[:3]))
    await judge.stop()
    features = await cache.get("set", 1.5)
    assert features is not None
    assert "energy" in features


class Embeddings:
    """Who is told how the network hears; whoever breaks costs nobody a score."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.vectors: list[NDArray[np.float32]] = []
        self.breaks = False

    def embedding(self, session: str, end_sample: int, embedding: NDArray[np.float32]) -> None:
        self.told.append((session, end_sample))
        self.vectors.append(embedding)
        if self.breaks:
            raise RuntimeError("not today")


@pytest.mark.parametrize("breaks", [False, True])
async def test_how_the_network_hears_each_hop_is_told(
    networks: Networks, clock: ManualClock, metrics: Metrics, breaks: bool
) -> None:
    embeddings = Embeddings()
    embeddings.breaks = breaks
    judge = LiveJudge(Engine(networks), clock=clock, metrics=metrics, embeddings=embeddings)
    judge.start()
    set_feed, kept = feed()
    judge.open(set_feed)
    broken = replace(hops(MUSIC)[5], samples=np.zeros(7, np.float32))
    await push_slowly(judge, fresh([*hops(MUSIC)[:5], broken, *hops(MUSIC)[5:22]]))
    await asyncio.wait_for(judge.stop(), PATIENCE_SECONDS)
    # of the hop that could not be used there is none
    assert [end // HOP_SAMPLES for _, end in embeddings.told] == list(range(1, 23))
    assert {vector.shape for vector in embeddings.vectors} == {(EMBEDDING_SIZE,)}
    assert all(np.isfinite(vector).all() for vector in embeddings.vectors)
    assert np.abs(embeddings.vectors[-1] - embeddings.vectors[0]).max() > 0
    assert [score.window for score in kept.scores if score.reason is None]


async def test_stop_drains_and_comes_back_at_once_when_there_is_nothing(
    networks: Networks, clock: ManualClock, metrics: Metrics
) -> None:
    idle = LiveJudge(Engine(networks), clock=clock, metrics=metrics)
    await asyncio.wait_for(idle.stop(), 1.0)
    judge = LiveJudge(Engine(networks), clock=clock, metrics=metrics)
    judge.start()
    set_feed, kept = feed()
    judge.open(set_feed)
    await push_slowly(judge, fresh(hops(MUSIC)[:16]))
    for hop in fresh(hops(MUSIC)[16:20]):
        judge.push(hop)
    await asyncio.wait_for(judge.stop(), PATIENCE_SECONDS)
    assert kept.reasons == {19: None}
    assert set_feed.info.session == "set"
    assert kept.scores[0].end_sample == 20 * HOP_SAMPLES
