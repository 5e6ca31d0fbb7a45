"""Everything that one hop shows, as one vector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop
from judge.evidence.course import LEVEL_FEATURES, SOUND_FEATURES, LevelCourse, SoundCourse
from judge.evidence.deeds import DEED_FEATURES, DeedCourse
from judge.evidence.folding import (
    BEATS_PER_BAR,
    FLAM_FEATURES,
    FOLD_FEATURES,
    LONG_FRAMES,
    fold_features,
)
from judge.evidence.grids import GRID_FEATURES, GridCourse, beat_seconds_of
from judge.evidence.harmony import HARMONY_FEATURES, HarmonyCourse
from judge.evidence.phrases import PHRASE_FEATURES, PhraseCourse
from judge.listening.beat import BeatFit
from judge.listening.onsets import OnsetHop
from judge.listening.tempo import Pulse
from judge.listening.tonality import Tonality
from judge.listening.trail import Trail
from judge.places import side_by_side
from judge.readings import Heard

_PULSE_FEATURES: Final = 6
_COUNT_FEATURES: Final = 6
_FAULT_FEATURES: Final = 5
_BASELINE_HOPS: Final = 40
_GUARD_HOPS: Final = 14
"""What flams show is compared with what they showed from 20 to 7 s ago."""
_NEWEST_HOPS: Final = 2


PLACES: Final[Mapping[str, slice]] = side_by_side(
    ("folds", FOLD_FEATURES),
    ("flams", FLAM_FEATURES),
    ("grids", GRID_FEATURES),
    ("harmony", HARMONY_FEATURES),
    ("phrases", PHRASE_FEATURES),
    ("sound", SOUND_FEATURES),
    ("level", LEVEL_FEATURES),
    ("pulse", _PULSE_FEATURES),
    ("counts", _COUNT_FEATURES),
    ("faults", _FAULT_FEATURES),
    ("deeds", DEED_FEATURES),
)
"""Where each kind of evidence lies; `flams` is how much more the folds show than a while ago."""

EVIDENCE_FEATURES: Final = max(place.stop for place in PLACES.values())


class Ears(Protocol):
    """What a listener lets others see of its newest hop; `judge.listening.Listener`."""

    @property
    def tempo_flux(self) -> NDArray[np.float32]:
        """Onset bands of the newest seconds, shape (n, ONSET_BANDS)."""
        ...

    @property
    def onsets(self) -> OnsetHop | None:
        """The newest hop's onsets."""
        ...

    @property
    def pulse(self) -> Pulse | None:
        """The tempo."""
        ...

    @property
    def fit(self) -> BeatFit | None:
        """The beat."""
        ...

    @property
    def hop_chroma(self) -> NDArray[np.float64]:
        """The newest hop's chroma, shape (12,)."""
        ...

    @property
    def tonality(self) -> Tonality | None:
        """The key."""
        ...


class EvidenceTaker:
    """Takes the evidence of one set, hop by hop."""

    def __init__(self) -> None:
        self._grids = GridCourse()
        self._harmony = HarmonyCourse()
        self._sound = SoundCourse()
        self._level = LevelCourse()
        self._phrases = PhraseCourse()
        self._deeds = DeedCourse()
        self._flams: Trail[np.float64] = Trail(_BASELINE_HOPS, FLAM_FEATURES, np.float64)

    def take(self, hop: AudioHop, ears: Ears, heard: Heard) -> NDArray[np.float32]:
        """Return the evidence of the hop that was just listened to, shape (EVIDENCE_FEATURES,)."""
        onsets = ears.onsets
        if onsets is None:
            return np.zeros(EVIDENCE_FEATURES, np.float32)
        fit, pulse, tonality = ears.fit, ears.pulse, ears.tonality
        end_sample = hop.start_sample + HOP_SAMPLES
        beat_at = None if fit is None else beat_seconds_of(end_sample, fit.since_beat_seconds)
        period = 0.5 if fit is None else fit.period_seconds
        grids = self._grids.hear(beat_at, period)
        loudness = heard.loudness
        features = np.concatenate(
            (
                *self._folds(ears.tempo_flux, fit),
                grids,
                self._harmony.hear(
                    ears.hop_chroma, None if tonality is None else tonality.posterior
                ),
                self._phrases.hear(
                    onsets.fine,
                    beat_at,
                    period,
                    self._grids.beat_count,
                    end_sample / SAMPLE_RATE_HZ,
                ),
                self._sound.hear(onsets.fine, onsets.mean_power, onsets.flux),
                self._level.hear(
                    loudness.momentary_lufs, loudness.short_term_lufs, loudness.integrated_lufs
                ),
                _pulse(pulse, fit),
                self._counts(fit),
                _faults(hop, heard),
                self._deeds.hear(onsets.fine, period),
            )
        )
        return features.astype(np.float32)

    def _folds(
        self, flux: NDArray[np.float32], fit: BeatFit | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the folds, and what of them is new."""
        if fit is None or len(flux) < LONG_FRAMES:
            return np.zeros(FOLD_FEATURES), np.zeros(FLAM_FEATURES)
        beat_in_bar = self._grids.beat_count % BEATS_PER_BAR
        folds = fold_features(flux, fit.since_beat_seconds, fit.period_seconds, beat_in_bar)
        self._flams.append(folds[None, :FLAM_FEATURES])
        rows = self._flams.newest()
        if len(rows) <= _GUARD_HOPS:
            return folds, np.zeros(FLAM_FEATURES)
        return folds, rows[-_NEWEST_HOPS:].mean(axis=0) - rows[:-_GUARD_HOPS].mean(axis=0)

    def _counts(self, fit: BeatFit | None) -> NDArray[np.float64]:
        """Return where in a bar, four bars and eight bars of its own count the set stands."""
        if fit is None:
            return np.zeros(_COUNT_FEATURES)
        position = self._grids.beat_count + fit.since_beat_seconds / fit.period_seconds
        angles = 2 * np.pi * position / np.array([4.0, 16.0, 32.0])
        return np.concatenate((np.sin(angles), np.cos(angles)))


def _pulse(pulse: Pulse | None, fit: BeatFit | None) -> NDArray[np.float64]:
    if pulse is None or fit is None:
        return np.zeros(_PULSE_FEATURES)
    octaves = math.log2(pulse.bpm / 128.0)
    return np.array(
        [1.0, octaves, pulse.confidence, pulse.clarity, 4 * fit.sharpness, 2 * fit.crispness]
    )


def _faults(hop: AudioHop, heard: Heard) -> NDArray[np.float64]:
    size = np.abs(hop.samples)
    peak = float(size.max())
    power = float(np.einsum("sc,sc->", hop.samples, hop.samples)) / hop.samples.size
    crest_db = 20 * math.log10((peak + 1e-9) / (math.sqrt(power) + 1e-9))
    silent_seconds = heard.silent_samples / SAMPLE_RATE_HZ
    quietest = float(size.reshape(-1, 2_400).max(axis=1).min())
    return np.array(
        [
            min(silent_seconds, 8.0),
            math.log1p(heard.clipped_runs),
            math.log1p(heard.clipped_samples / 100),
            min(crest_db, 60.0) / 20,
            20 * math.log10((quietest + 1e-6) / (peak + 1e-6)) / 40,
        ]
    )
