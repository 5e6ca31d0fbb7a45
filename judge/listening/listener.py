"""The listener: everything that is heard of one set, hop by hop."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import AudioHop, Beat, Reading, SessionInfo
from judge.listening.beat import BeatFit, BeatTracker, beat_sample
from judge.listening.camelot import camelot, key_name
from judge.listening.character import EnergyMeter, KickPattern, danceability, kick_pattern
from judge.listening.clipping import ClipMeter
from judge.listening.downbeat import DownbeatTracker
from judge.listening.faults import SilenceMeter
from judge.listening.genre import GenreListener
from judge.listening.loudness import LoudnessMeter
from judge.listening.onsets import OnsetAnalyser, OnsetHop
from judge.listening.tempo import LEAST_CONFIDENCE, LEAST_SECONDS, Pulse, TempoTracker
from judge.listening.texture import BrightnessMeter, KickMeter, onset_rate_hz
from judge.listening.tonality import LEAST_TONAL_SECONDS, KeyListener, Tonality
from judge.readings import Heard, HopSpectra

SILENT_SAMPLES: Final = 2 * SAMPLE_RATE_HZ
"""After two seconds of silence nothing that is remembered describes the present any more."""

_PLAIN_SHARPNESS: Final = 0.15
_KICK_PAUSES_DB: Final = -12.0
"""Breakdowns lie 25 dB and more below the set's usual kick."""
_NO_KICK: Final = KickPattern(0.0, 0.0)


class Listener:
    """Listens to one set, causally: what it says of a hop depends on that hop and earlier ones.

    Parameters
    ----------
    info
        The session; a declared genre is believed.
    """

    def __init__(self, info: SessionInfo) -> None:
        self._loudness = LoudnessMeter()
        self._clips = ClipMeter()
        self._silence = SilenceMeter()
        self._onsets = OnsetAnalyser()
        self._tempo = TempoTracker()
        self._beats = BeatTracker()
        self._downbeats = DownbeatTracker()
        self._key = KeyListener()
        self._energy = EnergyMeter()
        self._brightness = BrightnessMeter()
        self._kick = KickMeter()
        self._genre = GenreListener(info.declared_genre)
        self._newest_onsets: OnsetHop | None = None
        self._pulse: Pulse | None = None
        self._fit: BeatFit | None = None
        self._tonality: Tonality | None = None

    @property
    def tempo_flux(self) -> NDArray[np.float32]:
        """The onset bands of the newest seconds, shape (n, ONSET_BANDS), 5 ms a row."""
        return self._tempo.flux

    @property
    def onsets(self) -> OnsetHop | None:
        """What the newest hop added; None before the first."""
        return self._newest_onsets

    @property
    def pulse(self) -> Pulse | None:
        """The tempo up to the newest hop; None where nothing is said of it."""
        return self._pulse

    @property
    def fit(self) -> BeatFit | None:
        """The beat up to the newest hop; None where there is no pulse."""
        return self._fit

    @property
    def tonality(self) -> Tonality | None:
        """The key up to the newest hop, however unsure; None while too little was tonal."""
        return self._tonality

    @property
    def hop_chroma(self) -> NDArray[np.float64]:
        """Chroma of the newest hop alone, shape (12,), C first, not normalised."""
        return self._key.hop_chroma

    def hear(self, hop: AudioHop, spectra: HopSpectra) -> Heard:
        """Listen to the next hop.

        Parameters
        ----------
        hop
            Stereo at 48 kHz. Hops come in order and without gaps.
        spectra
            The same hop as 24 kHz mono.

        Returns
        -------
        Heard
            Everything known up to the end of the hop; what is not known carries its reason.
        """
        end_sample = hop.start_sample + HOP_SAMPLES
        loudness = self._loudness.hear(hop.samples)
        silent_samples = self._silence.hear(hop.samples)
        onsets = self._onsets.hear(spectra.mono)
        pulse = self._tempo.hear(onsets.flux)
        tonality = self._key.hear(spectra.mono)
        silent = silent_samples >= SILENT_SAMPLES
        if silent:
            self._tempo.forget()
            pulse = None
        bpm = None if pulse is None else pulse.bpm
        fit = self._beats.hear(self._tempo.flux, bpm, HOP_SECONDS)
        if fit is None or not fit.stands_out:
            pulse = bpm = fit = None
        self._newest_onsets, self._tonality = onsets, tonality
        self._pulse, self._fit = pulse, fit
        place = self._downbeats.hear(onsets, self._key.hop_chroma, fit, HOP_SECONDS)
        beat = _beat(pulse, fit, end_sample, place)
        kick = _NO_KICK if pulse is None else kick_pattern(self._tempo.flux, pulse.bpm)
        kick_db = self._kick.hear(onsets, silent=silent)
        struck = kick_db is not None and kick_db > _KICK_PAUSES_DB
        key, code = self._key_readings(tonality, silent)
        return Heard(
            bpm=self._bpm_reading(pulse, silent),
            beat=beat,
            key=key,
            camelot=code,
            genre=self._genre.hear(bpm if struck else None, kick.every_beat, self._tonal_share()),
            loudness=loudness,
            energy=self._energy.hear(loudness, onsets),
            danceability=self._danceability(pulse, kick, silent),
            silent_samples=silent_samples,
            clipped_samples=self._clips.hear(hop.samples),
            clipped_runs=self._clips.runs,
            bass_db=self._energy.bass_db,
            onset_rate_hz=onset_rate_hz(self._tempo.flux),
            brightness_hz=self._brightness.hear(onsets, silent=silent),
            kick_db=kick_db,
        )

    def _bpm_reading(self, pulse: Pulse | None, silent: bool) -> Reading:
        if pulse is not None:
            return Reading(pulse.bpm, pulse.confidence)
        return Reading(None, reason=self._why_no_pulse(silent))

    def _why_no_pulse(self, silent: bool) -> str:
        if silent:
            return "silent"
        return "too_short" if self._tempo.seconds_heard < LEAST_SECONDS else "no_beat"

    def _key_readings(self, tonality: Tonality | None, silent: bool) -> tuple[Reading, Reading]:
        if tonality is not None and not silent and tonality.confidence >= LEAST_CONFIDENCE:
            best, confidence = tonality.best, tonality.confidence
            return Reading(key_name(best), confidence), Reading(camelot(best), confidence)
        unknown = Reading(None, reason="silent" if silent else self._why_no_key())
        return unknown, unknown

    def _why_no_key(self) -> str:
        return "too_short" if self._key.heard_seconds < LEAST_TONAL_SECONDS else "no_key"

    def _tonal_share(self) -> float:
        return self._key.tonal_seconds / max(self._key.heard_seconds, HOP_SECONDS)

    def _danceability(self, pulse: Pulse | None, kick: KickPattern, silent: bool) -> float | None:
        if pulse is not None:
            return danceability(pulse.clarity, kick, pulse.bpm)
        return None if self._why_no_pulse(silent) != "no_beat" else 0.0


def _beat(
    pulse: Pulse | None, fit: BeatFit | None, end_sample: int, place: int | None
) -> Beat | None:
    if pulse is None or fit is None:
        return None
    return Beat(
        sample=beat_sample(end_sample, fit),
        period_samples=fit.period_seconds * SAMPLE_RATE_HZ,
        bpm=pulse.bpm,
        confidence=pulse.confidence * min(1.0, fit.sharpness / _PLAIN_SHARPNESS),
        beat_in_bar=place,
    )
