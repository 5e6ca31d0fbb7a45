"""Findings that a single stretch of time shows: clipping, dead air, level, a build.

Each watcher tells a fault once, when it is plain, and is armed again only when the fault has been
gone for a while.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from core.media import HOP_SAMPLES, HOP_SECONDS, SAMPLE_RATE_HZ
from core.messages import AudioHop, Finding
from judge.listening.faults import leading_silence_samples
from judge.readings import Heard
from judge.scoring.history import History, mean_energy, mean_lufs
from judge.scoring.rules import CLIPPING, DEAD_AIR, ENERGY_BUILD, TOO_LOUD, TOO_QUIET, Rule

_MINUTE_HOPS: Final = round(60 / HOP_SECONDS)
_CLIP_COLLECT_HOPS: Final = round(5 / HOP_SECONDS)
"""After the first clipped run 5 s are gathered, so that the figure told means something."""

_TELL_SILENCE_SAMPLES: Final = 4 * SAMPLE_RATE_HZ
"""Dead air is told when sound returns, or after 4 s: by then it costs all it can."""
_USUAL_BEAT_SAMPLES: Final = SAMPLE_RATE_HZ // 2
_LEVEL_HOPS: Final = round(30 / HOP_SECONDS)
_REARM_LU: Final = 1.0
QUIET_LUFS: Final = -30.0
LOUD_LUFS: Final = -6.0
"""Masters of club music lie from -12 to -7 LUFS; beyond -6 little but distortion is left."""
_BUILD_BLOCK_HOPS: Final = round(4 / HOP_SECONDS)
_BUILD_BACK_HOPS: Final = round(16 / HOP_SECONDS)
_BUILD_HIGH: Final = 0.7
_BUILD_REST_HOPS: Final = round(60 / HOP_SECONDS)


class ClippingWatch:
    """Clipped runs of the last minute; told again only after a clean minute."""

    def __init__(self) -> None:
        self._minute: deque[int] = deque(maxlen=_MINUTE_HOPS)
        self._told = False

    def hear(self, hop: AudioHop, heard: Heard) -> Finding | None:
        """Take one hop; sound made up for lost packets does not count."""
        self._minute.append(0 if hop.concealed_samples else heard.clipped_runs)
        runs = sum(self._minute)
        if runs == 0:
            self._told = False
            return None
        since_first = next(age for age, count in enumerate(self._minute) if count)
        ripe = len(self._minute) - since_first >= _CLIP_COLLECT_HOPS
        if self._told or not ripe:
            return None
        start_sample = hop.start_sample - (len(self._minute) - 1 - since_first) * HOP_SAMPLES
        finding = CLIPPING.finding(float(runs), start_sample, hop.start_sample + HOP_SAMPLES)
        self._told = finding is not None
        return finding


class DeadAirWatch:
    """Silence in the midst of a set that lasts beyond one beat."""

    def __init__(self) -> None:
        self._begun = False
        self._run_samples = 0
        self._beat_samples = _USUAL_BEAT_SAMPLES
        self._expected_sample = 0
        self._excused = False
        self._told = False

    def hear(self, hop: AudioHop, heard: Heard) -> Finding | None:
        """Take one hop; silence that a broken network explains is excused."""
        end_sample = hop.start_sample + HOP_SAMPLES
        if heard.beat is not None:
            self._beat_samples = round(heard.beat.period_samples)
        lost = hop.concealed_samples > 0 or hop.start_sample != self._expected_sample
        self._expected_sample = end_sample
        self._excused = self._excused or lost
        silent_samples = heard.silent_samples
        sounding = silent_samples < HOP_SAMPLES
        finding = None
        # What was silent before this hop and did not go on through it has ended here.
        if self._run_samples and sounding:
            rest = leading_silence_samples(hop.samples)
            finding = self._tell(self._run_samples + rest, hop.start_sample + rest)
            self._told = False
        elif silent_samples >= _TELL_SILENCE_SAMPLES:
            finding = self._tell(silent_samples, end_sample)
        self._run_samples = silent_samples
        self._begun = self._begun or sounding
        if sounding and not lost:
            self._excused = False
        return finding

    def _tell(self, run_samples: int, end_sample: int) -> Finding | None:
        if self._told or self._excused or not self._begun:
            return None
        beyond_seconds = (run_samples - self._beat_samples) / SAMPLE_RATE_HZ
        finding = DEAD_AIR.finding(beyond_seconds, end_sample - run_samples, end_sample)
        self._told = finding is not None
        return finding


class LevelWatch:
    """Half a minute that is too quiet or too loud throughout."""

    def __init__(self) -> None:
        self._told: Rule | None = None

    def hear(self, hop: AudioHop, history: History) -> Finding | None:
        """Take the newest hop; `history` includes it."""
        notes = history.newest(_LEVEL_HOPS)
        level = mean_lufs(notes) if len(notes) == _LEVEL_HOPS else None
        if level is None:
            return None
        for rule, excess_lu in ((TOO_QUIET, QUIET_LUFS - level), (TOO_LOUD, level - LOUD_LUFS)):
            finding = rule.finding(excess_lu, notes[0].start_sample, hop.start_sample + HOP_SAMPLES)
            if finding is not None:
                news = self._told is not rule
                self._told = rule
                return finding if news else None
        if QUIET_LUFS + _REARM_LU < level < LOUD_LUFS - _REARM_LU:
            self._told = None
        return None


class BuildWatch:
    """A rise of energy within 16 s that arrives high."""

    def __init__(self) -> None:
        self._rest_hops = 0

    def hear(self, hop: AudioHop, history: History) -> Finding | None:
        """Take the newest hop; `history` includes it."""
        self._rest_hops = max(self._rest_hops - 1, 0)
        now = mean_energy(history.newest(_BUILD_BLOCK_HOPS))
        before_notes = history.newest(_BUILD_BLOCK_HOPS, skip=_BUILD_BACK_HOPS)
        before = mean_energy(before_notes)
        if now is None or before is None or len(before_notes) < _BUILD_BLOCK_HOPS:
            return None
        if self._rest_hops or now < _BUILD_HIGH:
            return None
        finding = ENERGY_BUILD.finding(
            100 * (now - before), before_notes[0].start_sample, hop.start_sample + HOP_SAMPLES
        )
        if finding is not None:
            self._rest_hops = _BUILD_REST_HOPS
        return finding
