"""When a set has a show, who draws it, what the VJ has of it, and what failures cost."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from core.clock import ManualClock
from core.crowd import ChatTimedOut, CrowdEnvelope
from core.metrics import Metrics
from core.show import (
    BLACKOUT_SECONDS,
    EMBEDDING_SIZE,
    EncodedPicture,
    PictureFormat,
    ShowMode,
    ShowSettings,
    ShowState,
    watched_as,
)
from tests.core.sample_messages import beat, packet
from tests.visuals.hosting.house import PATIENCE_SECONDS, PULSE, FakeWorker, House, settled, watched
from visuals.hosting import keeper
from visuals.hosting.config import VisualsConfig
from visuals.hosting.live import HANDS_MOST, LINGER_SECONDS, ROOMS_REMEMBERED
from visuals.hosting.show import PAST_MESSAGES, Show, seed_of
from visuals.hosting.surroundings import Surroundings
from visuals.worker.place import FieldProvider
from visuals.worker.wire import (
    Begin,
    Blackout,
    Embedding,
    Event,
    Figures,
    Hype,
    Ready,
    Settings,
    Sound,
    Watched,
)


async def test_a_set_without_an_audience_has_a_show_that_is_not_drawn(house: House):
    house.open()
    assert house.visuals.state("ana") is None
    house.play()
    await house.tick()
    assert house.workers == []
    (state,) = house.states()
    assert (state.running, state.reason, state.width) == (False, "nobody_watches", 0)
    assert house.visuals.state("ana") == state
    await house.tick()
    assert len(house.states()) == 1  # no news is not said


async def test_a_worker_is_told_what_to_draw_and_what_it_missed(house: House):
    worker = await watched(house)
    begin, *rest = worker.told
    assert begin == Begin("set-1", seed_of("set-1"), 180, 20.0, 420)
    assert [each.start_sample for each in worker.of(Sound)] == [960 * n for n in range(10)]
    assert all(each.past for each in worker.of(Sound))
    assert worker.watched
    house.play(first=10, count=2)
    house.feeds["set-1"].publish(beat(9_600), 11_520)
    house.visuals.embedding("set-1", 24_000, np.ones(EMBEDDING_SIZE, np.float32))
    house.visuals.embedding("another", 24_000, np.ones(EMBEDDING_SIZE, np.float32))
    *_, before, last, event, embedding = worker.told
    assert isinstance(before, Sound)
    assert last == Sound(11 * 960, 960, False, False, 0.0, packet(11).payload)
    assert event == Event(beat(9_600))
    assert isinstance(embedding, Embedding)
    assert rest


@pytest.mark.parametrize("house", [{"provider": FieldProvider.CUDA, "device": 1}], indirect=True)
async def test_a_worker_is_told_which_gpu_to_draw_on(house: House):
    worker = await watched(house)
    begin = worker.told[0]
    assert isinstance(begin, Begin)
    assert (begin.provider, begin.device) == (FieldProvider.CUDA, 1)


async def test_what_was_missed_is_bounded(house: House):
    house.open()
    house.play(count=3 * PAST_MESSAGES)
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    await house.tick()
    assert len(house.workers[0].of(Sound)) == PAST_MESSAGES


async def test_pictures_go_into_the_sets_feed_in_their_order(house: House):
    worker = await watched(house)
    house.clock.advance(5.0)
    worker.show.said(Ready())
    worker.look()
    worker.paint(0, arrived=house.clock.monotonic_seconds() - 0.012)
    worker.paint(0, PictureFormat.JPEG)
    worker.paint(2_400)
    worker.show.said(Figures(2, 1, 0, 0.001, 0.002, 0.003, 0.004, 0.012, 1.0))
    await house.tick()
    assert [(p.format, p.start_sample, p.key) for p in house.pictures()] == [
        ("vp9", 0, True),
        ("jpeg", 0, True),
        ("vp9", 2_400, False),
    ]
    sent = [e for e in house.published if isinstance(e.message, EncodedPicture)]
    assert [(e.seq, e.pts_microseconds) for e in sent] == [(1, 0), (1, 0), (2, 50_000)]
    state = house.states()[-1]
    assert state == ShowState(True, None, "tide", "ember", False, 320, 180, 20.0, ShowSettings())
    assert house.count("djuv_visual_bytes_total", format="vp9") == 12
    assert house.count("djuv_visual_picture_seconds_count") == 3
    assert house.count("djuv_visual_pictures_total") == 2
    assert house.count("djuv_visual_skipped_total", reason="late") == 1
    assert house.count("djuv_visual_cpu_seconds_total", part="all") == 0.012
    assert house.count("djuv_visual_shows", rung="320x180@20") == 1


async def test_after_the_end_nothing_is_published(house: House):
    worker = await watched(house)
    worker.look()
    worker.paint(0)
    house.end()
    count = len(house.published)
    worker.paint(2_400)
    worker.look("prism")
    house.visuals.change("ana", ShowSettings(calm=True))
    await house.tick()
    house.play()  # a straggler of a set that is over begins nothing
    await house.tick()
    assert [e.message for e in house.published[count:] if not e.is_media] == []
    assert len(house.pictures()) == 1
    assert house.visuals.state("ana") is None
    assert worker.closed
    assert len(house.workers) == 1
    assert house.count("djuv_visual_skipped_total", reason="unwatched") == 1
    assert house.count("djuv_visual_shows", rung="320x180@20") == 0
    assert house.visuals.embedding("set-1", 0, np.zeros(EMBEDDING_SIZE, np.float32)) is None


async def test_a_viewer_who_leaves_pauses_it_and_one_who_comes_back_finds_it_warm(house: House):
    worker = await watched(house)
    worker.look()
    await house.tick()
    assert house.states()[-1].running
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 0)
    await house.tick()
    assert not worker.watched
    assert (house.states()[-1].running, house.states()[-1].reason) == (False, "nobody_watches")
    worker.paint(4_800, lags=True)  # was on its way
    assert house.pictures() == []
    house.play(first=10, count=1)
    assert isinstance(worker.told[-1], Sound)  # it hears on
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    await house.tick()
    assert house.workers == [worker]
    assert worker.watched
    worker.look()
    worker.paint(7_200)
    assert len(house.pictures()) == 1


async def test_it_draws_in_the_formats_that_somebody_watches_and_for_no_others(house: House):
    house.open()
    house.play()
    house.bus.report_viewers("ana", 5)  # who hear, and want no pictures
    await house.tick()
    assert house.workers == []
    house.bus.report_viewers(watched_as("ana", PictureFormat.JPEG), 1)
    await house.tick()
    (worker,) = house.workers
    assert worker.of(Watched)[-1].formats == (PictureFormat.JPEG,)
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 2)
    await house.tick()
    assert worker.of(Watched)[-1].formats == tuple(PictureFormat)
    for each in PictureFormat:
        house.bus.report_viewers(watched_as("ana", each), 0)
    await house.tick()
    assert not worker.watched


async def test_no_picture_follows_upon_one_that_was_not_published(house: House):
    worker = await watched(house)
    worker.look()
    worker.paint(0)
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 0)
    await house.tick()
    worker.paint(2_400, lags=True)  # nobody watches: it is lost
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    await house.tick()
    worker.paint(4_800, lags=True)  # of before the pause
    worker.paint(7_200)
    worker.paint(9_600)
    assert [each.start_sample for each in house.pictures()] == [0, 7_200, 9_600]


async def test_a_worker_that_nobody_needs_for_long_goes(house: House):
    worker = await watched(house)
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 0)
    await house.tick()
    await house.tick(LINGER_SECONDS + 1)
    assert worker.closed
    assert house.accepts == {}
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    await house.tick()
    assert len(house.workers) == 2
    assert house.workers[1].watched


async def test_a_vj_can_switch_it_off_and_on(house: House):
    worker = await watched(house)
    house.visuals.change("ana", ShowSettings(enabled=False))
    await house.tick()
    assert not worker.watched
    assert house.states()[-1].reason == "off"
    house.visuals.change("ana", ShowSettings())
    await house.tick()
    assert worker.watched
    assert house.states()[-1].reason is None


async def test_settings_are_told_at_once_and_outlive_the_set(house: House):
    worker = await watched(house)
    wanted = ShowSettings(mode=ShowMode.MANUAL, scene="prism", intensity=0.5)
    house.visuals.change("ana", wanted)
    assert worker.told[-1] == Settings(wanted)
    house.end()
    later = await watched(house, session="set-2")
    assert later is not worker
    assert later.of(Settings) == [Settings(wanted)]
    assert house.visuals.settings("ana") == wanted
    assert house.visuals.settings("another") == ShowSettings()
    assert house.states()[-1].settings == wanted


async def test_settings_of_so_many_rooms_are_kept_and_no_more(house: House):
    for number in range(ROOMS_REMEMBERED + 1):
        house.visuals.change(f"room-{number}", ShowSettings(calm=True))
    assert house.visuals.settings("room-0") == ShowSettings()
    assert house.visuals.settings("room-1") == ShowSettings(calm=True)
    assert house.visuals.settings(f"room-{ROOMS_REMEMBERED}") == ShowSettings(calm=True)


async def test_a_blackout_ends_by_itself_unless_it_is_held(house: House):
    worker = await watched(house)
    house.visuals.blackout("ana", held=True)
    assert worker.told[-1] == Blackout(True)
    for _ in range(4):  # held for long
        await house.tick(BLACKOUT_SECONDS - 0.5)
        house.visuals.blackout("ana", held=True)
    assert worker.of(Blackout) == [Blackout(False), Blackout(True)]
    assert house.states()[-1].blackout
    await house.tick(BLACKOUT_SECONDS + 0.1)
    assert worker.told[-1] == Blackout(False)
    assert not house.visuals.state("ana").blackout  # type: ignore[union-attr]  # a set is on air
    house.visuals.blackout("ana", held=True)
    house.visuals.blackout("ana", held=False)
    assert worker.of(Blackout)[-2:] == [Blackout(True), Blackout(False)]
    house.visuals.blackout("nobody-plays-here", held=True)


async def test_a_blackout_lasts_until_the_last_hand_lets_go(house: House):
    worker = await watched(house)
    house.visuals.blackout("ana", held=True, hand="desk")
    house.visuals.blackout("ana", held=True, hand="tablet")
    house.visuals.blackout("ana", held=False, hand="tablet")
    house.visuals.blackout("ana", held=False, hand="a phone that held nothing")
    assert worker.of(Blackout) == [Blackout(False), Blackout(True)]
    await house.tick(BLACKOUT_SECONDS - 0.5)
    house.visuals.blackout("ana", held=True, hand="tablet")
    await house.tick(1.0)  # the desk said nothing more
    assert worker.told[-1] == Blackout(True)
    house.visuals.blackout("ana", held=False, hand="tablet")
    assert worker.told[-1] == Blackout(False)


async def test_so_many_hands_hold_a_blackout_and_no_more(house: House):
    worker = await watched(house)
    for number in range(HANDS_MOST + 1):
        house.visuals.blackout("ana", held=True, hand=str(number))
    for number in range(1, HANDS_MOST + 1):
        assert worker.told[-1] == Blackout(True)
        house.visuals.blackout("ana", held=False, hand=str(number))
    assert worker.told[-1] == Blackout(False)


async def test_states_come_no_more_often_than_twice_a_second(house: House):
    worker = await watched(house)
    before = len(house.states())
    for index in range(40):
        worker.look(f"scene-{index}")
        await house.tick(0.05)
    assert 3 <= len(house.states()) - before <= 4
    await house.tick(0.5)
    assert house.states()[-1].scene == "scene-39"


@pytest.mark.parametrize("house", [{"most_rooms": 1}], indirect=True)
async def test_only_so_many_rooms_are_drawn_and_an_idle_one_gives_way(house: House):
    first = await watched(house, "ana", "set-1")
    first.look()
    house.open("set-2", "ben")
    house.play("set-2")
    house.bus.report_viewers(watched_as("ben", PictureFormat.VP9), 1)
    await house.tick()
    assert house.workers == [first]
    state = house.visuals.state("ben")
    assert state is not None
    assert (state.running, state.reason) == (False, "crowded")
    assert house.visuals.playing == 1
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 0)
    await house.tick()
    assert first.closed  # although it would have lingered
    assert house.workers[-1].show.room == "ben"
    assert house.workers[-1].watched
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    await house.tick()
    assert house.visuals.state("ana").reason == "crowded"  # type: ignore[union-attr]
    house.end("set-2")
    await house.tick()
    assert house.workers[-1].show.room == "ana"
    assert house.visuals.state("ana").reason is None  # type: ignore[union-attr]


@pytest.mark.parametrize("house", [{"most_rooms": 1}], indirect=True)
async def test_a_warm_show_that_is_watched_again_keeps_its_place(house: House):
    house.open("set-1", "ana")
    house.play("set-1")
    warm = await watched(house, "ben", "set-2")
    house.bus.report_viewers(watched_as("ben", PictureFormat.VP9), 0)
    await house.tick()
    for room in ("ana", "ben"):
        house.bus.report_viewers(watched_as(room, PictureFormat.VP9), 1)
    await house.tick()
    assert house.workers == [warm]
    assert warm.watched
    assert house.visuals.state("ana").reason == "crowded"  # type: ignore[union-attr]


@pytest.mark.parametrize("hangs", [True, False])
async def test_a_worker_that_fails_is_started_again(
    house: House, hangs: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeper, "RESTART_SECONDS", (0.01, 0.02))
    worker = await watched(house)
    worker.look()
    worker.paint(0)
    if hangs:
        worker.hung = True
    else:
        worker.kill()
    await house.tick()
    assert worker.closed
    state = house.visuals.state("ana")
    assert state is not None
    assert (state.running, state.reason) == (False, "failed")
    assert house.visuals.failing == 1
    house.play(first=10, count=1)  # the set goes on meanwhile
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(house.workers) < 2:
            await asyncio.sleep(0.005)
    await settled()
    again = house.workers[1]
    assert len(again.of(Sound)) == 11
    assert again.watched
    assert house.visuals.state("ana").reason == "failed"  # type: ignore[union-attr]
    again.look()
    again.paint(9_600)
    await house.tick()
    assert house.states()[-1].running
    assert house.visuals.failing == 0
    reason = "hung" if hangs else "ended"
    assert house.count("djuv_visual_worker_failures_total", reason=reason) == 1


async def test_failures_in_a_row_are_tried_less_and_less_often():
    slept: list[float] = []
    clock, metrics, enough = ManualClock(), Metrics(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 9:
            enough.set()
            await asyncio.Event().wait()

    async def launch(session: str, show: Show) -> FakeWorker:
        raise OSError("no process to be had")

    shared = Surroundings(
        lambda *_: None, launch, clock, metrics, VisualsConfig(), listen=None, sleep=sleep
    )
    show = Show("set-1", "ana", ShowSettings(), shared)
    show.play((PictureFormat.VP9,))
    await asyncio.wait_for(enough.wait(), PATIENCE_SECONDS)
    assert slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    failures = metrics.registry.get_sample_value(
        "djuv_visual_worker_failures_total", {"reason": "not_started"}
    )
    assert failures == 9
    resting = show.rest()
    assert resting is not None
    await asyncio.wait({resting}, timeout=PATIENCE_SECONDS)
    assert resting.cancelled()


async def test_the_crowds_hype_is_told(house: House):
    worker = await watched(house)
    accept = house.accepts["ana"]
    accept(CrowdEnvelope("ana", "c", 1, 0, PULSE))
    accept(CrowdEnvelope("ana", "c", 2, 0, PULSE))  # no news
    accept(CrowdEnvelope("ana", "c", 3, 0, ChatTimedOut("somebody", 1.0)))
    assert worker.of(Hype) == [Hype(None), Hype(0.4)]
    house.end()
    assert house.accepts == {}


async def test_a_crowd_that_cannot_be_heard_is_done_without(house: House):
    house.crowd_full = True
    worker = await watched(house)
    assert worker.watched


async def test_a_feed_that_is_closed_or_breaks_costs_only_its_own_pictures(house: House):
    worker = await watched(house, "ana", "set-1")
    other = await watched(house, "ben", "set-2")
    del house.feeds["set-1"]
    worker.look()
    worker.paint(0)
    other.look()
    other.paint(0)
    await house.tick()
    assert "set-1" in house.refused
    assert [p.session for p in house.pictures()] == ["set-2"]


async def test_an_event_that_cannot_be_told_costs_a_pause_and_not_the_show(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeper, "RESTART_SECONDS", (0.01,))

    def tell_past(self, messages):
        if len(house.workers) == 1:
            raise ValueError("a NaN")

    monkeypatch.setattr(FakeWorker, "tell_past", tell_past)
    first = await watched(house)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(house.workers) < 2:
            await asyncio.sleep(0.005)
    await settled()
    assert first.closed
    assert house.workers[1].watched


async def test_a_set_that_gave_way_to_the_next_of_its_room_ends_its_show(house: House):
    worker = await watched(house, "ana", "set-1")
    house.open("set-2", "ana")
    house.play("set-2")
    await house.tick()
    assert worker.closed
    house.end("set-1")  # late, as its drain takes a while
    await house.tick()
    assert house.visuals.state("ana") is not None
    assert house.workers[-1].told[0].session == "set-2"


async def test_it_looks_after_the_shows_by_itself():
    house = House(VisualsConfig(most_rooms=1))
    house.visuals.start()
    house.open()
    house.play()
    house.bus.report_viewers(watched_as("ana", PictureFormat.VP9), 1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not house.workers:
            await asyncio.sleep(0.01)
    await asyncio.wait_for(house.visuals.stop(), PATIENCE_SECONDS)
    assert house.workers[0].closed
    await house.bus.close()


def test_a_seed_is_of_the_session_alone():
    assert seed_of("set-1") == seed_of("set-1") != seed_of("set-2")
    assert 0 <= seed_of("set-1") < 2**32
