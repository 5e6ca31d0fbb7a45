"""From a seed to what the judge would be shown: sound, features by the serving code, labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from core.media import (
    CHANNELS,
    HOP_SAMPLES,
    HOP_SECONDS,
    HOPS_PER_WINDOW,
    SAMPLE_RATE_HZ,
)
from core.messages import AudioHop, SessionInfo
from judge.listening import Listener
from judge.mel.scipy_mel import ScipyMel
from judge.readings import Heard
from judge.scoring import SetScorer
from judge.session import JudgeSession
from judge.specification import (
    BASIC_FEATURES,
    BPM_SCALE,
    TRANSITION_FEATURES,
    TRANSITIONS,
)
from training.opus import opus_encoder, opus_frames
from training.simulator import Pace, SetRenderer, SetStyle
from training.simulator.labels import Labels
from training.simulator.randomness import pick, stream

OPUS_BITRATES_BPS: Final = (96_000, 128_000, 192_000, 256_000)
LONGEST_TRANSITION_SECONDS: Final = 32.0
EARLIER_TRANSITIONS: Final = (0, 0, 1, 2, 4, 9)
"""How much of a set lies behind a clip: a judge meets young sets and old ones."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One stretch of one set, W of its windows labelled.

    Attributes
    ----------
    log_mel
        Shape (frames, 128), float16.
    hops
        Shape (W,): index of each window's last hop within the clip.
    mfcc
        Shape (W, 13), the mean over the window.
    basic
        Shape (W, 3): bpm / 200, energy, danceability; 0 where not known.
    transitions
        Shape (W, 10, 4): what a perfect listener would know of the last ten transitions.
    labels
        Shape (W, 4).
    genre
        Of the set's first track.
    """

    log_mel: NDArray[np.float16]
    hops: NDArray[np.int32]
    mfcc: NDArray[np.float32]
    basic: NDArray[np.float32]
    transitions: NDArray[np.float32]
    labels: NDArray[np.float32]
    genre: str


def make_clip(seed: int, hops: int, window_step_hops: int) -> Clip:
    """Render, encode, decode, listen and label.

    Parameters
    ----------
    seed
        Equal arguments give equal clips.
    hops
        Length of the clip.
    window_step_hops
        Hops from one labelled window to the next.
    """
    rng = stream(seed, "clip")
    renderer = SetRenderer(
        seed,
        SetStyle(pace=Pace.BRISK if rng.uniform() < 0.8 else Pace.FULL),
        skip_transitions=pick(rng, EARLIER_TRANSITIONS),
        lead_in_seconds=float(rng.uniform(13.0, 24.0)),
    )
    blocks = islice(renderer.blocks(), hops)
    gain = np.float32(10 ** (rng.uniform(-4.0, 0.0) / 20))
    listened = _Listening(seed)
    ends = range(HOPS_PER_WINDOW - 1, hops, window_step_hops)
    for hop in through_opus((block * gain for block in blocks), pick(rng, OPUS_BITRATES_BPS)):
        listened.hear(hop, keep=len(listened.frames) in ends)
    labels = Labels(renderer.truth)
    start_seconds = renderer.start_sample / SAMPLE_RATE_HZ
    ends_seconds = [start_seconds + (end + 1) * HOP_SECONDS for end in ends]
    window_seconds = HOPS_PER_WINDOW * HOP_SECONDS
    return Clip(
        log_mel=np.concatenate(listened.frames).astype(np.float16),
        hops=np.array(ends, dtype=np.int32),
        mfcc=np.array(listened.mfcc, dtype=np.float32),
        basic=np.array(listened.basic, dtype=np.float32),
        transitions=np.array([known_transitions(labels, end) for end in ends_seconds]),
        labels=np.array([labels.window(end - window_seconds, end) for end in ends_seconds]),
        genre=renderer.truth.tracks[0].plan.genre.value,
    )


def known_transitions(labels: Labels, seconds: float) -> NDArray[np.float32]:
    """Return the newest ten transitions begun by `seconds`, shape (10, 4), the newest last."""
    table = np.zeros((TRANSITIONS, TRANSITION_FEATURES), dtype=np.float32)
    begun = labels.begun(seconds)[-TRANSITIONS:]
    for row, plan in enumerate(begun, start=TRANSITIONS - len(begun)):
        verdict = labels.verdict(plan)
        until = min(plan.end_sample, seconds * SAMPLE_RATE_HZ)
        duration_seconds = (until - plan.start_sample) / SAMPLE_RATE_HZ
        table[row] = (
            min(1.0, duration_seconds / LONGEST_TRANSITION_SECONDS),
            verdict.beat_match,
            verdict.harmony,
            (verdict.level + verdict.bass + verdict.phrase + verdict.faults) / 4,
        )
    return table


class _Listening:
    """The serving code over one clip, without the network."""

    def __init__(self, seed: int) -> None:
        info = SessionInfo(f"clip-{seed}", "training", "", 0.0)
        self.frames: list[NDArray[np.float32]] = []
        self.mfcc: list[NDArray[np.float32]] = []
        self.basic: list[NDArray[np.float32]] = []
        self._session = JudgeSession(info, Listener(info), SetScorer(info))
        self._mel = ScipyMel()

    def hear(self, samples: NDArray[np.float32], *, keep: bool) -> None:
        """Take the next hop; with `keep`, note the features of the window that it ends."""
        index = len(self.frames)
        hop = AudioHop(
            session=self._session.info.session,
            index=index,
            start_sample=index * HOP_SAMPLES,
            samples=samples,
            concealed_samples=0,
            arrived_seconds=0.0,
        )
        hop = self._session.accept(hop)
        spectra = self._session.take_mel(self._mel.log_mel(self._session.mel_samples[None])[0])
        heard = self._session.hear(hop, spectra)
        self.frames.append(spectra.log_mel)
        if keep:
            self.mfcc.append(self._session.head_mfcc())
            self.basic.append(_basic(heard))


def _basic(heard: Heard) -> NDArray[np.float32]:
    basic = np.zeros(BASIC_FEATURES, dtype=np.float32)
    bpm = heard.bpm.value
    basic[0] = 0.0 if bpm is None else float(bpm) / BPM_SCALE
    basic[1] = heard.energy or 0.0
    basic[2] = heard.danceability or 0.0
    return basic


def through_opus(
    blocks: Iterator[NDArray[np.float32]], bitrate_bps: int
) -> Iterator[NDArray[np.float32]]:
    """Encode and decode a stream; hops of the same length come out, a few milliseconds late."""
    encoder = opus_encoder(bitrate_bps, complexity=0)
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate = SAMPLE_RATE_HZ
    decoder.layout = "stereo"
    decoder.open()
    pending = np.zeros((0, CHANNELS), dtype=np.float32)
    position = 0
    for block in blocks:
        decoded = [pending]
        for frame in opus_frames(block, position):
            for packet in encoder.encode(frame):
                decoded += [_stereo(sound) for sound in decoder.decode(packet)]
        position += len(block)
        pending = np.concatenate(decoded)
        while len(pending) >= HOP_SAMPLES:
            yield pending[:HOP_SAMPLES]
            pending = pending[HOP_SAMPLES:]
    if len(pending):
        yield np.concatenate(
            [pending, np.zeros((HOP_SAMPLES - len(pending), CHANNELS), np.float32)]
        )


def _stereo(sound: av.AudioFrame) -> NDArray[np.float32]:
    samples = sound.to_ndarray().reshape(-1, CHANNELS)
    if samples.dtype == np.int16:
        return np.asarray(samples / np.float32(32_768), dtype=np.float32)
    return np.asarray(samples, dtype=np.float32)
