"""One set as the engine sees it: what must be remembered so that only the new hop is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from core.media import HOP_SAMPLES, HOPS_PER_WINDOW, WINDOW_SAMPLES
from core.messages import AudioHop, SessionInfo
from judge.evidence import EVIDENCE_FEATURES, EvidenceTaker
from judge.evidence.taker import Ears
from judge.hindsight import NOTE_FEATURES, note
from judge.mel import specification as mel
from judge.readings import (
    ANALYSIS_HOP_SAMPLES,
    FRAMES_PER_HOP,
    FRAMES_PER_WINDOW,
    MEL_BANDS,
    Concluded,
    Heard,
    HopSpectra,
    WindowOpinion,
)
from judge.resampling import Decimator
from judge.rings import HopRing, SlidingRows
from judge.specification import (
    COLUMN_FEATURES,
    COLUMN_STRIDE,
    COLUMNS_PER_WINDOW,
    HALO_FRAMES,
    HOP_TRUNK_FRAMES,
    STATE_FEATURES,
    columns_known,
)

CONCEALED_LIMIT: Final = 0.2
"""A window of which more than this share was made up for lost packets is not judged."""

SILENT_POWER: Final = 1e-6
"""-60 dBFS: a window in which no hop is louder has nothing to judge."""

LARGEST_SAMPLE: Final = 100.0
"""40 dB above full scale: no decoder puts out more, whatever it was fed."""

LONGEST_FILL_HOPS: Final = 8
"""Of a longer gap, no more silence than this is listened to: what was heard before is stale."""

_FRAMES_KEPT: Final = HOP_TRUNK_FRAMES + COLUMN_STRIDE - 1
_MFCC_BASIS: Final = mel.mfcc_basis()
_SILENT_FRAMES: Final = np.full((FRAMES_PER_HOP, MEL_BANDS), mel.SILENCE, np.float32)
_SILENT_SPECTRA: Final = HopSpectra(
    np.zeros(ANALYSIS_HOP_SAMPLES, np.float32), _SILENT_FRAMES, _SILENT_FRAMES @ _MFCC_BASIS
)


class Hearing(Ears, Protocol):
    """Who listens; `judge.listening.Listener`."""

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        """Listen to the next hop."""
        ...


class Scoring(Protocol):
    """Who concludes; `judge.scoring.SetScorer`."""

    def remember(
        self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]
    ) -> None:
        """Keep a hop's evidence and note, to look back on its transition."""
        ...

    def transition_features(self) -> NDArray[np.float32]:
        """Return the last transitions as the model wants them, shape (10, 6)."""
        ...

    def score(  # noqa: PLR0917 - `SetScorer.score` is called by position
        self,
        hop: AudioHop,
        heard: Heard,
        opinion: WindowOpinion | None,
        reason: str | None,
        concealed_ratio: float,
        batch_size: int,
    ) -> Concluded:
        """Score the window that ends with `hop`."""
        ...


class JudgeSession:
    """The state of one set between hops.

    The engine calls `accept`, `take_mel`, `take_columns`, `hear` and the `head_*` methods, in this
    order for every hop; `evidence` and `note` are the newest hop's, `state` is what the model
    remembers.

    Parameters
    ----------
    info
        Whose set it is.
    hearing, scoring
        This set's listener and scorer.
    """

    def __init__(self, info: SessionInfo, hearing: Hearing, scoring: Scoring) -> None:
        self.info = info
        self.hearing = hearing
        self.scoring = scoring
        self.next_hop = 0
        self.faulty = False
        self.state = np.zeros(STATE_FEATURES, np.float32)
        self.evidence = np.zeros(EVIDENCE_FEATURES, np.float32)
        self.note = np.zeros(NOTE_FEATURES, np.float32)
        self._evidence = EvidenceTaker()
        self._decimator = Decimator()
        self._samples = np.zeros(mel.SLICE_SAMPLES, np.float32)
        self._frames = SlidingRows(_FRAMES_KEPT, MEL_BANDS, mel.SILENCE)
        self._columns = SlidingRows(COLUMNS_PER_WINDOW, COLUMN_FEATURES, 0.0)
        self._mfcc = HopRing(mel.MFCC_COEFFICIENTS, np.float64, 0.0)
        self._power = HopRing(1, np.float64, 0.0)
        self._concealed = HopRing(1, np.int64, 0)
        self._missing = HopRing(1, np.bool_, True)
        self._mixing_input: NDArray[np.float32] | None = None
        self._mixing: NDArray[np.float32] | None = None

    def accept(self, hop: AudioHop) -> AudioHop:
        """Take the next hop's sound; what lies between it and the last one is missing.

        Returns
        -------
        AudioHop
            The hop as it is judged: a sample that is no number is silence, and concealed.

        Raises
        ------
        BadInput
            If the hop is none, or not a later one than the last.
        """
        if hop.samples.shape != (HOP_SAMPLES, 2):
            raise BadInput(f"a hop has shape ({HOP_SAMPLES}, 2), not {hop.samples.shape}")
        if hop.index < self.next_hop:
            raise BadInput(f"hop {hop.index} came after hop {self.next_hop - 1}; hops go forward")
        self._skip_to(hop)
        hop, power = _sound(hop)
        mono = self._decimator.process(hop.samples)
        self._samples[: mel.CONTEXT_SAMPLES] = self._samples[-mel.CONTEXT_SAMPLES :]
        self._samples[mel.CONTEXT_SAMPLES :] = mono
        self._power.put(hop.index, power)
        self._concealed.put(hop.index, hop.concealed_samples)
        self._missing.put(hop.index, False)
        self.next_hop = hop.index + 1
        return hop

    def forget_newest(self) -> None:
        """Take back the hop accepted last, because what follows failed: it is missing now."""
        self.next_hop -= 1

    @property
    def mel_samples(self) -> NDArray[np.float32]:
        """The mel's input, shape (SLICE_SAMPLES,)."""
        return self._samples

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        """Listen to the hop that was accepted last."""
        heard = self.hearing.hear(hop, spectra)
        self.evidence = self._evidence.take(hop, self.hearing, heard)
        self.note = note(self.hearing, heard)
        if hop.concealed_samples <= HOP_SAMPLES // 2:  # else it was not the DJ who played it
            self.scoring.remember(hop.index, self.evidence, self.note)
        return heard

    def take_mel(self, log_mel: NDArray[np.float32]) -> HopSpectra:
        """Keep the hop's mel frames and return all that is known of its spectrum."""
        self._frames.append(log_mel)
        mfcc = log_mel @ _MFCC_BASIS
        self._mfcc.put(self.next_hop - 1, mfcc.sum(axis=0, dtype=np.float64))
        return HopSpectra(self._samples[mel.CONTEXT_SAMPLES :].copy(), log_mel, mfcc)

    def trunk_frames(self) -> NDArray[np.float32]:
        """Return the frames of the newest COLUMNS_PER_HOP columns, (HOP_TRUNK_FRAMES, bands)."""
        # Columns stand on the set's own grid of 4 frames, which 25 frames a hop drift across: the
        # newest column ends up to 3 frames before the newest frame.
        surplus = (self.next_hop * FRAMES_PER_HOP - HALO_FRAMES) % COLUMN_STRIDE
        end = len(self._frames.rows) - surplus
        return self._frames.rows[end - HOP_TRUNK_FRAMES : end]

    def take_columns(self, columns: NDArray[np.float32]) -> None:
        """Keep those columns that became known with this hop."""
        known = columns_known(self.next_hop * FRAMES_PER_HOP)
        before = columns_known((self.next_hop - 1) * FRAMES_PER_HOP)
        self._columns.append(columns[len(columns) - (known - before) :])

    def window_reason(self) -> str | None:
        """Return why the window that ends here is not judged, or None where it can be."""
        if self.next_hop < HOPS_PER_WINDOW:
            return "too_short"
        if self._missing.total()[0] > 0:
            return "audio_missing"
        if self.concealed_ratio() > CONCEALED_LIMIT:
            return "concealed"
        return "silent" if self._power.all_below(SILENT_POWER) else None

    def concealed_ratio(self) -> float:
        """Return how much of the window was made up for lost packets, 0-1."""
        return min(1.0, float(self._concealed.total()[0]) / WINDOW_SAMPLES)

    def head_columns(self) -> NDArray[np.float32]:
        """Return the window's columns, (COLUMNS_PER_WINDOW, COLUMN_FEATURES)."""
        return self._columns.rows

    def head_mfcc(self) -> NDArray[np.float32]:
        """Return the mean MFCC over the window's frames."""
        mean: NDArray[np.float32] = (self._mfcc.total() / FRAMES_PER_WINDOW).astype(np.float32)
        return mean

    def known_mixing(self, transitions: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Return the mixing features of these transitions if they were computed last."""
        if self._mixing_input is None or not np.array_equal(self._mixing_input, transitions):
            return None
        return self._mixing

    def keep_mixing(
        self, transitions: NDArray[np.float32], mixing: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Remember the mixing features of `transitions` and return them."""
        self._mixing_input = transitions.copy()
        self._mixing = mixing
        return mixing

    def _skip_to(self, hop: AudioHop) -> None:
        """Account for the hops between the last one and `hop`, which never came."""
        gap = hop.index - self.next_hop
        if gap == 0:
            return
        self._decimator = Decimator()
        self._samples[:] = 0.0
        for _ in range(min(gap, 2)):  # more than the trunk looks back
            self._frames.append(_SILENT_FRAMES)
        for index in range(hop.index - min(gap, HOPS_PER_WINDOW), hop.index):
            self._power.put(index, 0.0)
            self._concealed.put(index, HOP_SAMPLES)
            self._missing.put(index, True)
        for index in range(hop.index - min(gap, LONGEST_FILL_HOPS), hop.index):
            self.hear(_silent_hop(hop, index), _SILENT_SPECTRA)
        self.next_hop = hop.index


def _sound(hop: AudioHop) -> tuple[AudioHop, float]:
    """Return the hop without samples that are no sound, and its mean power.

    Not a number, infinity and absurd values become silence and count as concealed: one of them in
    a recursive filter would otherwise spoil the rest of the set.
    """
    power = _mean_power(hop.samples)
    if power < LARGEST_SAMPLE:
        return hop, power
    with np.errstate(invalid="ignore"):
        sound = np.max(np.abs(hop.samples), axis=1) <= LARGEST_SAMPLE  # False for NaN
    samples = np.where(sound[:, None], hop.samples, np.float32(0.0))
    damaged = HOP_SAMPLES - int(np.count_nonzero(sound))
    clean = replace(hop, samples=samples, concealed_samples=max(hop.concealed_samples, damaged))
    return clean, _mean_power(samples)


def _mean_power(samples: NDArray[np.float32]) -> float:
    # BLAS would cut a sum of this length by the number of its threads, and with it the last bits.
    return float(np.einsum("sc,sc->", samples, samples)) / samples.size


def _silent_hop(like: AudioHop, index: int) -> AudioHop:
    return AudioHop(
        session=like.session,
        index=index,
        start_sample=like.start_sample - (like.index - index) * HOP_SAMPLES,
        samples=np.zeros((HOP_SAMPLES, 2), np.float32),
        concealed_samples=HOP_SAMPLES,
        arrived_seconds=like.arrived_seconds,
    )
