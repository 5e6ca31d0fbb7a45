"""The look at an hour of shows: it sees what flashes, before and behind the video."""

from __future__ import annotations

import numpy as np

from benchmarks.visuals_safety import Checker, Video, show, summary
from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.visuals.encoding.charts import moving
from tests.visuals.encoding.decoding import likeness_db
from visuals.film.hindsight import HeardHop


def hops(seconds: float) -> list[HeardHop]:
    rng = np.random.default_rng(1)
    count = round(seconds * SAMPLE_RATE_HZ / HOP_SAMPLES)
    sound = rng.normal(0.0, 0.1, (count, HOP_SAMPLES, 2)).astype(np.float32)
    return [HeardHop(n * HOP_SAMPLES, samples, (), None) for n, samples in enumerate(sound)]


def test_a_show_is_looked_at_twice_and_summed_up():
    seen = show(3, hops(4.0), seed=2)
    assert (seen.set, seen.seed) == (3, 2)
    assert seen.seconds == 4.0
    assert sum(seen.scenes.values()) == 80
    assert 0 < seen.kilobits_per_second < 450
    both = summary([seen, seen])
    assert both["from_limiter"]["warnings_or_failures"] == 0
    assert both["through_video"]["warnings_or_failures"] == 0
    assert both["minutes"] * 60 == 8.0


def test_a_strobe_is_seen_even_through_video():
    video, direct, watched = Video(), Checker(), Checker()
    for number in range(60):
        picture = np.full((180, 320, 3), 230 if number % 2 else 20, np.uint8)
        direct.look(picture, "strobe", "white")
        watched.look(video.shown(picture, number * 2_400), "strobe", "white")
    for checker in (direct, watched):
        verdict = checker.verdict()
        assert verdict.most_luminance_changes > 6
        assert verdict.stretches[-1].what == "luminance FlashFail"
        assert verdict.stretches[-1].scenes == ["strobe"]


def test_what_is_looked_at_through_video_is_what_was_drawn():
    video = Video()
    for number in range(10):
        picture = moving(number)
        shown = video.shown(picture, number * 2_400)
    assert likeness_db(shown, picture) > 36
    assert video.payload_bytes > 0
