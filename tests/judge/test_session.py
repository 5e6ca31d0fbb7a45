from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.errors import BadInput
from core.media import HOP_SAMPLES
from core.messages import AudioHop
from judge.evidence import EVIDENCE_FEATURES
from judge.listening import Listener
from judge.mel.scipy_mel import ScipyMel
from judge.readings import FRAMES_PER_HOP, FRAMES_PER_WINDOW, MEL_BANDS, Heard, HopSpectra
from judge.rings import HopRing, SlidingRows
from judge.scoring import SetScorer
from judge.session import LONGEST_FILL_HOPS, JudgeSession
from judge.specification import (
    COLUMN_FEATURES,
    COLUMN_FRAMES,
    COLUMN_STRIDE,
    COLUMNS_PER_HOP,
    COLUMNS_PER_WINDOW,
    HOP_TRUNK_FRAMES,
    columns_known,
)
from tests.judge.music import hops, info, mix

MUSIC = mix(16.0)


def session() -> JudgeSession:
    return JudgeSession(info(), Listener(info()), SetScorer(info()))


def play(judged: JudgeSession, hop_list: list, mel: ScipyMel | None = None) -> None:
    mel = mel or ScipyMel()
    for hop in hop_list:
        judged.accept(hop)
        judged.take_mel(mel.log_mel(judged.mel_samples[None])[0])
        judged.take_columns(np.zeros((COLUMNS_PER_HOP, COLUMN_FEATURES), np.float32))


def test_every_column_of_the_set_is_handed_over_exactly_once_and_in_order() -> None:
    judged = session()
    seen = 0
    for hop in hops(MUSIC)[:24]:
        judged.accept(hop)
        first_frame = hop.index * FRAMES_PER_HOP
        numbers = np.arange(first_frame, first_frame + FRAMES_PER_HOP, dtype=np.float32)
        judged.take_mel(np.repeat(numbers[:, None], MEL_BANDS, axis=1))
        frames = judged.trunk_frames()
        assert frames.shape == (HOP_TRUNK_FRAMES, MEL_BANDS)
        # A column that names its own first frame.
        columns = np.repeat(frames[: -COLUMN_FRAMES + 1 : COLUMN_STRIDE, :1], COLUMN_FEATURES, 1)
        assert len(columns) == COLUMNS_PER_HOP
        judged.take_columns(columns)
        known = columns_known((hop.index + 1) * FRAMES_PER_HOP)
        newest = judged.head_columns()[len(judged.head_columns()) - (known - seen) :, 0]
        assert newest.tolist() == [COLUMN_STRIDE * c for c in range(seen, known)]
        seen = known
    assert judged.head_columns().shape == (COLUMNS_PER_WINDOW, COLUMN_FEATURES)
    assert np.array_equal(np.diff(judged.head_columns()[:, 0]), np.full(119, 4.0))
    end = 24 * FRAMES_PER_HOP
    first, last = judged.head_columns()[[0, -1], 0]
    assert first >= end - FRAMES_PER_WINDOW
    assert end - 3 <= last + COLUMN_FRAMES <= end


def test_a_window_needs_twenty_hops() -> None:
    judged = session()
    play(judged, hops(MUSIC)[:19])
    assert judged.window_reason() == "too_short"
    play(judged, hops(MUSIC)[19:20])
    assert judged.window_reason() is None


def test_a_missing_hop_keeps_windows_from_being_judged_until_it_has_left() -> None:
    judged = session()
    all_hops = hops(mix(20.0))
    play(judged, all_hops[:10] + all_hops[11:30])
    assert judged.window_reason() == "audio_missing"
    play(judged, all_hops[30:31])
    assert judged.window_reason() is None


class Remembering(Listener):
    """A listener that remembers what it was given."""

    def __init__(self) -> None:
        super().__init__(info())
        self.given: list[AudioHop] = []

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        self.given.append(hop)
        return super().hear(hop, spectra)


@pytest.mark.parametrize(("missing", "filled"), [(3, 3), (100, LONGEST_FILL_HOPS)])
def test_a_gap_is_heard_as_silence(missing: int, filled: int) -> None:
    listener = Remembering()
    judged = JudgeSession(info(), listener, SetScorer(info()))
    first, second = hops(MUSIC)[:2]
    judged.accept(first)
    frames = ScipyMel().log_mel(judged.mel_samples[None])[0]
    judged.hear(first, judged.take_mel(frames))
    judged.state = np.full_like(judged.state, 0.5)
    index = 1 + missing
    second = replace(second, index=index, start_sample=index * HOP_SAMPLES)
    judged.accept(second)
    judged.hear(second, judged.take_mel(frames))
    expected = list(range(index - filled, index + 1))
    assert [hop.index for hop in listener.given[1:]] == expected
    assert [hop.start_sample for hop in listener.given[1:]] == [i * HOP_SAMPLES for i in expected]
    assert not any(hop.samples.any() for hop in listener.given[1:-1])
    assert (judged.state == 0.5).all(), "what the model remembers of the set outlasts a gap"
    assert np.isfinite(judged.evidence).all()


def test_each_hop_has_evidence_of_its_own() -> None:
    judged, mel = session(), ScipyMel()
    assert not judged.evidence.any()
    seen = []
    for hop in hops(MUSIC)[:18]:
        taken = judged.accept(hop)
        judged.hear(taken, judged.take_mel(mel.log_mel(judged.mel_samples[None])[0]))
        judged.take_columns(np.zeros((COLUMNS_PER_HOP, COLUMN_FEATURES), np.float32))
        seen.append(judged.evidence)
    assert {evidence.shape for evidence in seen} == {(EVIDENCE_FEATURES,)}
    assert {evidence.dtype for evidence in seen} == {np.dtype(np.float32)}
    assert all(not np.array_equal(a, b) for a, b in pairwise(seen))


class Kept(SetScorer):
    """Notes which hops it is asked to remember."""

    def __init__(self) -> None:
        super().__init__(info())
        self.hops: list[int] = []

    def remember(self, hop_index: int, evidence: np.ndarray, row: np.ndarray) -> None:
        self.hops.append(hop_index)


def test_what_was_made_up_for_lost_packets_is_not_looked_back_on() -> None:
    kept = Kept()
    judged, mel = JudgeSession(info(), Listener(info()), kept), ScipyMel()
    music = hops(MUSIC)[:8]
    music[2] = replace(music[2], concealed_samples=HOP_SAMPLES)
    for hop in (*music[:4], *music[6:]):
        accepted = judged.accept(hop)
        judged.hear(accepted, judged.take_mel(mel.log_mel(judged.mel_samples[None])[0]))
    assert kept.hops == [0, 1, 3, 6, 7]


def test_hops_never_go_back() -> None:
    judged = session()
    play(judged, hops(MUSIC)[:3])
    with pytest.raises(BadInput, match="hop 2 came after hop 2"):
        judged.accept(hops(MUSIC)[2])


def test_a_hop_has_a_hops_length() -> None:
    hop = hops(MUSIC)[0]
    with pytest.raises(BadInput, match="shape"):
        session().accept(replace(hop, samples=hop.samples[:-1]))


@pytest.mark.parametrize(("share", "reason"), [(0.19, None), (0.21, "concealed")])
def test_a_window_made_up_for_lost_packets_is_not_judged(share: float, reason: str | None) -> None:
    judged = session()
    concealed = round(share * HOP_SAMPLES)
    play(judged, [replace(hop, concealed_samples=concealed) for hop in hops(MUSIC)[:20]])
    assert judged.window_reason() == reason
    assert judged.concealed_ratio() == pytest.approx(share, abs=1e-4)


def test_silence_is_not_judged_but_a_quiet_passage_is() -> None:
    silent = session()
    play(silent, hops(np.zeros((20 * HOP_SAMPLES, 2), np.float32)))
    assert silent.window_reason() == "silent"
    quiet = session()
    play(quiet, hops(MUSIC * np.float32(0.02)))
    assert quiet.window_reason() is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_no_sound_are_silenced_and_counted(value: float) -> None:
    judged = session()
    hop = hops(MUSIC)[0]
    samples = hop.samples.copy()
    samples[100:600, 1] = value
    taken = judged.accept(replace(hop, samples=samples))
    assert taken.concealed_samples == 500
    assert not taken.samples[100:600].any()
    assert np.array_equal(taken.samples[600:], hop.samples[600:])
    assert np.isfinite(judged.mel_samples).all()


def test_the_window_mfcc_are_the_mean_over_its_frames() -> None:
    judged, mel, means = session(), ScipyMel(), []
    for hop in hops(MUSIC)[:27]:
        judged.accept(hop)
        spectra = judged.take_mel(mel.log_mel(judged.mel_samples[None])[0])
        judged.take_columns(np.zeros((COLUMNS_PER_HOP, COLUMN_FEATURES), np.float32))
        means.append(spectra.mfcc)
    expected = np.concatenate(means[-20:]).mean(axis=0)
    assert np.abs(judged.head_mfcc() - expected).max() < 1e-4


def test_sliding_rows_keep_the_newest() -> None:
    rows = SlidingRows(3, 1, fill=-1.0)
    assert rows.rows[:, 0].tolist() == [-1.0, -1.0, -1.0]
    rows.append(np.array([[1.0], [2.0]], np.float32))
    assert rows.rows[:, 0].tolist() == [-1.0, 1.0, 2.0]
    rows.append(np.arange(3, 8, dtype=np.float32)[:, None])
    assert rows.rows[:, 0].tolist() == [5.0, 6.0, 7.0]
    rows.append(np.empty((0, 1), np.float32))
    assert rows.rows[:, 0].tolist() == [5.0, 6.0, 7.0]


def test_a_hop_ring_holds_one_window() -> None:
    ring = HopRing(1, np.int64, 0)
    for hop in range(45):
        ring.put(hop, hop)
    assert ring.total()[0] == sum(range(25, 45))
    assert ring.all_below(45)
    assert not ring.all_below(44)
