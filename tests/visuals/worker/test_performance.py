"""Pictures come on the media clock, as soon as their sound is there, and never queue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.clock import ManualClock
from core.media import SAMPLE_RATE_HZ
from core.messages import Beat
from core.show import EMBEDDING_SIZE, PictureFormat, ShowSettings
from tests.visuals.worker.parts import FakeShow, sound
from visuals.picture import FRAMES_PER_SECOND, STANDARD
from visuals.worker.pace import Pace, ladder_below
from visuals.worker.performance import Performance
from visuals.worker.wire import (
    Blackout,
    Embedding,
    Event,
    Figures,
    Hype,
    Look,
    Painted,
    Settings,
    Watched,
)

BEAT = Beat(0, 22_500.0, 128.0, 0.9, None)


class Stage:
    def __init__(self, frames_per_second: float = FRAMES_PER_SECOND) -> None:
        self.clock = ManualClock()
        self.show = FakeShow()
        self.said: list[object] = []
        self.performance = Performance(
            "set-1",
            self.show.parts(),
            Pace(ladder_below(STANDARD.height, frames_per_second)),
            say=self.said.append,
            clock=self.clock,
            cpu_seconds=lambda: 0.5 * self.clock.monotonic_seconds(),
        )

    def take(self, *messages) -> None:
        self.performance.take(messages)

    def play(self, first: int, count: int, **given) -> None:
        """Sound as it comes, a packet every 20 ms."""
        for index in range(first, first + count):
            self.clock.advance(0.02)
            self.take(sound(index, arrived=self.clock.monotonic_seconds(), **given))

    def pictures(self, of: PictureFormat = PictureFormat.VP9) -> list[Painted]:
        return [each for each in self.said if isinstance(each, Painted) and each.format is of]

    def told(self, kind):
        return [each for each in self.said if isinstance(each, kind)]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_picture_comes_with_the_packet_that_completes_its_sound(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 3)  # up to 60 ms
    assert [each.start_sample for each in stage.pictures()] == [0, 2_400]
    stage.play(3, 47)  # up to a second
    starts = [each.start_sample for each in stage.pictures()]
    assert starts == list(range(0, SAMPLE_RATE_HZ + 1, 2_400))
    assert {each.duration_samples for each in stage.pictures()} == {2_400}
    first, *others = stage.pictures()
    assert first.key
    assert not any(each.key for each in others)
    # each names the time at which the packet came that completed its sound
    for each in stage.pictures()[1:]:
        packet_end = -(-each.start_sample // 960) * 960
        assert each.arrived_seconds == pytest.approx(packet_end / SAMPLE_RATE_HZ)


def test_the_worker_rests_until_the_sound_of_two_pictures_is_there(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    assert stage.performance.rest_seconds() == 0.0  # it knows of no sound yet
    stage.play(0, 5)  # up to 100 ms
    seen = len(stage.pictures())
    for group in range(1, 10):
        rest_seconds = stage.performance.rest_seconds()
        assert rest_seconds == pytest.approx(0.1, abs=0.0025)
        began = stage.clock.monotonic_seconds()
        stage.clock.advance(rest_seconds)
        came = [sound(5 * group + i, arrived=began + 0.02 * (i + 1)) for i in range(5)]
        stage.take(*came)
        drawn = stage.pictures()[seen:]
        seen += len(drawn)
        assert [each.start_sample for each in drawn] == [4_800 * group + 2_400, 4_800 * (group + 1)]
        ages = [stage.clock.monotonic_seconds() - each.arrived_seconds for each in drawn]
        assert ages == [pytest.approx(0.04, abs=0.003), pytest.approx(0.0, abs=0.003)]
        stage.clock.advance(0.1 * (group + 1) - stage.clock.monotonic_seconds())


def test_one_late_packet_does_not_delay_the_next_group(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 9)
    stage.clock.advance(0.05)  # the tenth comes 30 ms late
    stage.take(sound(9, arrived=stage.clock.monotonic_seconds()))
    assert stage.performance.rest_seconds() == pytest.approx(0.07, abs=0.004)  # to 300 ms


@pytest.mark.parametrize("frames_per_second", [25.0, 20.0, 15.0, 10.0])
def test_no_rest_is_longer_than_what_makes_a_picture_late(frames_per_second: float):
    stage = Stage(frames_per_second)
    stage.take(Watched(tuple(PictureFormat)))
    group = max(1, int(0.1 * frames_per_second)) / frames_per_second
    for index in range(100):
        stage.play(index, 1)
        assert stage.performance.rest_seconds() <= group


@pytest.mark.parametrize("fault", ["late", "past", "stopped"])
def test_the_worker_does_not_rest_while_it_is_behind(stage: Stage, fault: str):
    stage.take(Watched(tuple(PictureFormat)))
    if fault == "past":
        stage.clock.advance(20.0)
        stage.take(*(sound(index, past=True) for index in range(100)))
    elif fault == "stopped":
        stage.play(0, 20)
        stage.clock.advance(5.0)
    else:
        stage.clock.advance(5.0)
        stage.take(*(sound(index, arrived=0.02 * index) for index in range(100)))
    assert stage.performance.rest_seconds() == 0.0


def test_a_packet_without_length_is_no_reason_to_end(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 5)
    stage.take(replace(sound(5, arrived=stage.clock.monotonic_seconds()), duration_samples=0))
    assert 0.0 <= stage.performance.rest_seconds() <= 0.1


def test_a_clock_that_leaps_makes_no_long_rest(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 20)
    stage.take(sound(500_000, arrived=stage.clock.monotonic_seconds()))
    assert stage.performance.rest_seconds() <= 0.1
    stage.take(sound(40, arrived=stage.clock.monotonic_seconds()))  # back again
    assert stage.performance.rest_seconds() <= 0.1


def test_every_second_picture_is_a_still_too(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 50)
    stills = stage.pictures(PictureFormat.JPEG)
    assert [each.start_sample for each in stills] == list(range(0, SAMPLE_RATE_HZ + 1, 4_800))
    assert {each.duration_samples for each in stills} == {4_800}


def test_what_nobody_watches_is_not_encoded_and_begins_with_a_key_when_somebody_does(stage: Stage):
    stage.take(Watched((PictureFormat.JPEG,)))
    stage.play(0, 50)
    assert stage.pictures() == []
    assert len(stage.pictures(PictureFormat.JPEG)) == 11
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(50, 50)
    stage.take(Watched((PictureFormat.VP9,)))
    stills = len(stage.pictures(PictureFormat.JPEG))
    stage.play(100, 50)
    assert [each.key for each in stage.pictures()] == [True, *[False] * 39]
    assert len(stage.pictures(PictureFormat.JPEG)) == stills


def test_without_an_audience_it_only_hears(stage: Stage):
    stage.play(0, 50)
    assert stage.pictures() == []
    heard = [entry[1:] for entry in stage.show.log if entry[0] == "hear"]
    ends = [start + count for start, count in heard]
    assert [start for start, _ in heard] == [0, *ends[:-1]]
    assert ends[-1] == SAMPLE_RATE_HZ
    assert stage.show.of("senses")[-1] == SAMPLE_RATE_HZ  # its time passes all the same


def test_an_audience_that_comes_back_gets_a_key_picture_at_once(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 50)
    stage.take(Watched(()))
    stage.play(50, 20)
    before = len(stage.pictures())
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(70, 3)
    new = stage.pictures()[before:]
    assert [each.start_sample for each in new] == [69_600]
    assert new[0].key
    assert stage.pictures(PictureFormat.JPEG)[-1].start_sample == 69_600


def test_what_is_past_is_heard_and_not_drawn(stage: Stage):
    stage.take(
        *(sound(index, past=True) for index in range(100, 150)),
        Event(BEAT),
        Watched(tuple(PictureFormat)),
    )
    assert stage.pictures() == []
    stage.play(150, 3)
    assert [each.start_sample for each in stage.pictures()] == [146_400]
    assert stage.pictures()[0].key
    assert stage.show.of("event") == [BEAT]


def test_pictures_that_are_late_are_skipped_and_the_newest_is_drawn(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 10)
    began = len(stage.pictures())
    stage.clock.advance(1.0)  # the machine was busy with something else
    late = [sound(index, arrived=0.02 * index) for index in range(10, 60)]
    stage.take(*late)
    assert [each.start_sample for each in stage.pictures()[began:]] == [55_200, 57_600]
    stage.play(60, 50)
    assert sum(each.skipped for each in stage.told(Figures)) == 57_600 // 2_400 - began - 1


def test_a_burst_that_is_not_late_is_drawn_whole(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.clock.advance(1.0)
    stage.take(*(sound(index, arrived=0.99) for index in range(10)))
    assert [each.start_sample for each in stage.pictures()] == [0, 2_400, 4_800, 7_200, 9_600]


def test_a_machine_that_cannot_keep_up_is_given_less_to_draw(stage: Stage):
    stage.show.on_draw = lambda: stage.clock.advance(0.04)
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 400)
    looks = stage.told(Look)
    assert (looks[0].width, looks[0].frames_per_second) == (320, 20.0)
    assert looks[-1].frames_per_second < 20.0
    last = stage.pictures()[-1]
    assert last.duration_samples == SAMPLE_RATE_HZ / looks[-1].frames_per_second
    assert last.start_sample % last.duration_samples == 0
    assert (last.width, last.height) == (looks[-1].width, looks[-1].height)


def test_of_a_gap_in_the_sound_nothing_is_drawn_or_counted_as_skipped(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 50)
    before = len(stage.pictures())
    stage.play(500, 60)
    assert stage.pictures()[before].start_sample == 480_000
    assert sum(each.skipped for each in stage.told(Figures)) == 0


def test_the_vj_and_the_crowd_are_heeded(stage: Stage):
    calm = ShowSettings(calm=True)
    embedding = np.ones(EMBEDDING_SIZE, np.float32)
    stage.take(Watched(tuple(PictureFormat)), Settings(calm), Blackout(True), Hype(0.5))
    stage.take(Embedding(24_000, embedding))
    stage.play(0, 3)
    assert stage.show.of("draw")[-1] == calm
    assert stage.show.of("fade")[-1] is True
    assert stage.show.of("limit")[-1] is True
    assert stage.show.of("hype") == [0.5]
    assert stage.show.of("embedding") == [24_000]
    order = [name for name, *_ in stage.show.log if name in ("draw", "fade", "limit")]
    assert order[:3] == ["draw", "fade", "limit"]  # nothing comes behind the limiter
    stage.take(Blackout(False))
    stage.play(3, 3)
    assert stage.show.of("fade")[-1] is False


def test_what_is_on_is_said_when_it_changes_and_anew_to_a_new_audience(stage: Stage):
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(0, 100)
    assert stage.told(Look) == [Look("tide", "ember", 320, 180, 20.0)]
    stage.show.scene = "prism"
    stage.play(100, 50)
    assert [each.scene for each in stage.told(Look)] == ["tide", "prism"]
    stage.take(Watched(()))
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(150, 10)
    assert [each.scene for each in stage.told(Look)] == ["tide", "prism", "prism"]


def test_figures_are_told_about_once_a_second_as_a_sign_of_life(stage: Stage):
    stage.play(0, 500)  # ten seconds without an audience
    assert 9 <= len(stage.told(Figures)) <= 10
    stage.take(Watched(tuple(PictureFormat)))
    stage.play(500, 200, payload=b"broken")
    figures = stage.told(Figures)
    assert sum(each.drawn for each in figures) == pytest.approx(80, abs=20)
    assert sum(each.undecodable for each in figures) == pytest.approx(200, abs=50)
    assert sum(each.cpu_seconds for each in figures) == pytest.approx(7.0, abs=0.6)
    assert sum(each.wall_seconds for each in figures) == pytest.approx(14.0, abs=1.1)
