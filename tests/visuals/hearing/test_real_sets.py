"""The ear on real music, with the judge's own events, as live as they come."""

from itertools import islice

import numpy as np
import pytest

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import SessionInfo
from judge.engine import Engine
from stream.files import open_mix
from tests.conftest import DATA_ABSENT
from training.evaluation import recordings
from visuals.film.hindsight import HeardHop, Hindsight
from visuals.hearing.ear import Ear

STEADY = {"EsoXLB-CPU__128BPM": 128.0, "Momo64-esp__138BPM": 138.0, "Skiessi-222__100BPM": 100.0}
"""Tracks of which the judge has the beat right throughout; it lies on the first sample."""

SECONDS = 40
PICTURE = SAMPLE_RATE_HZ // 20

TRACKS = {recordings.folder() / "tracks" / f"{name}.ogg": bpm for name, bpm in STEADY.items()}

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in TRACKS),
    reason=f"{DATA_ABSENT}name the folder of recordings in {recordings.VARIABLE}",
)


@pytest.fixture(scope="module")
def judged():
    engine = Engine.load(providers=("CPUExecutionProvider",))
    made = {}
    for path, bpm in TRACKS.items():
        session, hops = engine.open(SessionInfo(path.stem, "room", "DJ", 0.0)), []
        for hop in islice(open_mix(path).hops(), 2 * SECONDS):
            (result,) = engine.advance([(session, hop)])
            told = tuple(message for message, _ in result.messages)
            hops.append(HeardHop(hop.start_sample, hop.samples, told, result.embedding))
        made[path.stem] = (bpm, hops)
    return made


def senses_of(hops, *, live):
    """Ask twenty times a second; live events come half a second after the hop that they end."""
    ear, hindsight, late, senses = Ear(), Hindsight(), (), []
    for hop in hops if not live else ():
        hindsight.take(hop)
    for hop in hops:
        ear.hear(hop.samples, hop.start_sample)
        for event in late if live else ():
            ear.event(event)
        late = hop.messages
        for position in range(hop.start_sample, hop.end_sample, PICTURE):
            if not live:
                hindsight.tell(ear, position)
            senses.append(ear.senses(position))
    return senses


def off_ms(senses, bpm):
    beats = np.array([each.beat - each.position_seconds * bpm / 60 for each in senses])
    return np.abs((beats + 0.5) % 1.0 - 0.5) * 60_000 / bpm


def test_the_beat_is_drawn_within_30_ms_of_the_true_one(judged):
    for bpm, hops in judged.values():
        senses = senses_of(hops, live=True)
        first = next(n for n, each in enumerate(senses) if each.beat_confidence > 0.3)
        off = off_ms(senses[first + 40 :], bpm)  # two seconds to find in
        assert np.percentile(off, 99) < 30
        assert np.median(off) < 15


def test_a_film_has_the_beat_from_its_beginning(judged):
    for bpm, hops in judged.values():
        senses = senses_of(hops, live=False)
        off = off_ms(senses[20:], bpm)
        assert np.percentile(off, 98) < 30
        assert senses[20].beat_confidence > 0.1


def test_levels_of_real_music_lie_around_one(judged):
    for _, hops in judged.values():
        senses = senses_of(hops, live=True)[HOP_SAMPLES * 10 // PICTURE :]
        for band in ("low", "mid", "high", "level"):
            assert 0.4 < np.mean([getattr(each, band) for each in senses]) < 1.8, band
