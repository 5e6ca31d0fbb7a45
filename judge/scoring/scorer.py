"""The scorer: from what the model says and what was heard to scores and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, WINDOW_SAMPLES
from core.messages import (
    AudioHop,
    Component,
    Estimate,
    Finding,
    Loss,
    Reading,
    Score,
    SessionInfo,
)
from judge.calibration import Calibration
from judge.hindsight.reader import HindsightReader
from judge.readings import Concluded, Heard, WindowOpinion
from judge.rubric import Aspect
from judge.scoring.estimates import (
    COVERAGE_DEVIATIONS,
    Belief,
    opinion_belief,
    overall_belief,
)
from judge.scoring.faults import FaultHold
from judge.scoring.findings import FindingsWriter, of_transition
from judge.scoring.genre import GenreHold
from judge.scoring.looking_back import LookingBack
from judge.scoring.mixing import MIXED, MixingRecord, transition_belief
from judge.scoring.opinion import likeliest_section, window
from judge.scoring.passages import mixing_features, transition
from judge.scoring.standing import settled_up
from judge.scoring.techniques import TechniqueWatch
from judge.scoring.tempi import TempoCourse
from judge.scoring.tracking import Track, TransitionTracker
from judge.scoring.weights import COMPONENTS, GENRE_WEIGHTS
from judge.scoring.whole_set import SetCourse

PENDING_SECONDS: Final = 180.0
"""Sound judged without a transition after which the set is scored all the same: one long track
is a set too, and a viewer must not wait for ever. Most club transitions come sooner."""

LEAST_SECTION: Final = 0.45
REPORT_HOPS: Final = 4
"""A transition under way is told again every 2 s."""

_UNKNOWN: Final[Mapping[Component, Estimate | None]] = dict.fromkeys(COMPONENTS)


class SetScorer:
    """Scores one set, hop by hop.

    What it says depends on the sequence of calls alone, so a replay gives the same bits.

    Parameters
    ----------
    info
        The session; a declared genre chooses the weights.
    calibration
        Brings scores onto the scale of a panel of people; by default they stay as they are.
    hindsight
        Looks back on transitions; without one, what was read as they passed is the last word.
    """

    def __init__(
        self,
        info: SessionInfo,
        calibration: Calibration | None = None,
        hindsight: HindsightReader | None = None,
    ) -> None:
        self._calibration = calibration or Calibration.identity()
        self._genre = GenreHold(info.declared_genre)
        self._tracker = TransitionTracker()
        self._hindsight = None if hindsight is None else LookingBack(hindsight)
        self._record = MixingRecord()
        self._course = SetCourse()
        self._techniques = TechniqueWatch()
        self._findings = FindingsWriter()
        self._faults = FaultHold()
        self._tempi = TempoCourse()
        self._judged_seconds = 0.0

    def transition_features(self) -> NDArray[np.float32]:
        """Return the last ten transitions as the model wants them, shape (10, 6)."""
        return mixing_features(self._record.tracks)

    def remember(
        self, hop_index: int, evidence: NDArray[np.float32], row: NDArray[np.float32]
    ) -> None:
        """Keep a hop's evidence and its note, to look back on its transition."""
        if self._hindsight is not None:
            self._hindsight.remember(hop_index, evidence, row)

    def score(  # noqa: PLR0917 (what is known of one window, handed over by one caller)
        self,
        hop: AudioHop,
        heard: Heard,
        opinion: WindowOpinion | None,
        reason: str | None,
        concealed_ratio: float,
        batch_size: int,
    ) -> Concluded:
        """Score the window that ends with `hop`.

        Parameters
        ----------
        hop, heard
            The newest hop and what was heard up to its end.
        opinion
            What the model said at its end, or None where it could not be asked.
        reason
            Why the window must not be scored; None where it is.
        concealed_ratio
            Share of the window that was made up for lost packets, 0-1.
        batch_size
            The padded batch in which the model judged the window; 0 without an opinion.

        Raises
        ------
        ValueError
            If there is neither an opinion nor a reason.
        """
        if opinion is None and reason is None:
            raise ValueError("a window without an opinion needs a reason")
        self._genre.hear(heard.genre)
        self._tempi.hear(hop.index, heard.bpm)
        tracks = () if opinion is None else self._follow(hop.index, opinion)
        findings = self._tell(hop, heard, tracks)
        beliefs = {} if opinion is None or reason is not None else self._window(opinion)
        if beliefs:
            self._judged_seconds += HOP_SECONDS
        score = self._score(hop, heard, beliefs, reason)
        return Concluded(
            replace(
                score,
                concealed_ratio=concealed_ratio,
                batch_size=batch_size,
                section=_section(opinion, reason),
            ),
            tuple(transition(track) for track in tracks if _is_news(track)),
            findings,
        )

    def _follow(self, hop_index: int, opinion: WindowOpinion) -> tuple[Track, ...]:
        tracks = self._tracker.hear(hop_index, opinion)
        if self._hindsight is not None:
            tracks = tuple(self._hindsight.read(track) for track in tracks)
        for track in tracks:
            self._record.add(track)
        self._course.hear(hop_index, opinion)
        self._course.add(self._techniques.hear(hop_index, opinion))
        return tracks

    def _tell(self, hop: AudioHop, heard: Heard, tracks: tuple[Track, ...]) -> tuple[Finding, ...]:
        moments = self._findings.moments(hop, heard)
        found = [finding for finding in moments if finding.component is not Component.TECHNICAL]
        faults = [finding for finding in moments if finding.component is Component.TECHNICAL]
        for fault in self._faults.hear(hop.index, faults, self._record.tracks):
            self._record.add_fault(fault)
            found.append(fault)
        for track in tracks:
            if track.settled:
                found += of_transition(track, self._tempi.jump_percent(track))
        found += self._findings.deeds(self._course.new_deeds(self._record.tracks))
        return (*found, *self._findings.whole_set(hop.index, self._genre.genre, self._aspects))

    def _aspects(self) -> dict[Component, dict[str, Aspect]]:
        tracks = self._record.tracks
        return {
            Component.ENERGY: self._course.energy_aspects(tracks, self._genre.genre),
            Component.CREATIVITY: self._course.creativity_aspects(tracks),
        }

    def _window(self, opinion: WindowOpinion) -> dict[Component, Belief]:
        """Return what the window is worth: its newest transition, its energy, its ideas."""
        energy, creativity = window(opinion)
        beliefs = {
            Component.ENERGY: opinion_belief(energy.share, energy.deviation),
            Component.CREATIVITY: opinion_belief(creativity.share, creativity.deviation),
        }
        newest = self._record.newest()
        if newest is not None:
            beliefs |= {part: transition_belief(part, newest) for part in MIXED}
        return {component: beliefs[component] for component in Component if component in beliefs}

    def _score(
        self,
        hop: AudioHop,
        heard: Heard,
        beliefs: Mapping[Component, Belief],
        reason: str | None,
    ) -> Score:
        set_reason = self._set_reason()
        standings = {} if set_reason == "too_short" else self._standings()
        set_beliefs = {component: belief for component, (belief, _) in standings.items()}
        estimates = self._estimates(set_beliefs)
        end_sample = hop.start_sample + HOP_SAMPLES
        return Score(
            window=hop.index,
            start_sample=max(end_sample - WINDOW_SAMPLES, 0),
            end_sample=end_sample,
            reason=reason,
            overall=self._overall(beliefs),
            components=self._estimates(beliefs),
            set_reason=set_reason,
            set_overall=self._overall(set_beliefs) if set_reason is None else None,
            set_components=estimates,
            bpm=heard.bpm,
            key=heard.key,
            camelot=heard.camelot,
            genre=heard.genre,
            loudness=heard.loudness,
            energy=heard.energy,
            danceability=heard.danceability,
            concealed_ratio=0.0,
            batch_size=0,
            arrived_seconds=hop.arrived_seconds,
            onset_rate_hz=heard.onset_rate_hz,
            brightness_hz=heard.brightness_hz,
            kick_db=heard.kick_db,
            set_losses=tuple(
                loss
                for component, (_, losses) in standings.items()
                for loss in settled_up(component, losses, estimates[component])
            ),
        )

    def _standings(self) -> dict[Component, tuple[Belief, tuple[Loss, ...]]]:
        tracks = self._record.tracks
        standings = {part: self._record.standing(part) for part in MIXED if tracks}
        for component in (Component.ENERGY, Component.CREATIVITY):
            standings[component] = self._course.standing(component, tracks, self._genre.genre)
        return standings

    def _set_reason(self) -> str | None:
        if self._judged_seconds <= 0:
            return "too_short"
        if self._record.tracks or self._judged_seconds >= PENDING_SECONDS:
            return None
        return "first_transition_pending"

    def _overall(self, beliefs: Mapping[Component, Belief]) -> Estimate | None:
        calibrated = {part: self._calibrated(part, belief) for part, belief in beliefs.items()}
        belief = overall_belief(calibrated, GENRE_WEIGHTS[self._genre.genre])
        return None if belief is None else belief.estimate()

    def _calibrated(self, component: Component, belief: Belief) -> Belief:
        if self._calibration.is_identity:
            return belief
        estimate = self._estimate(component, belief)
        half = (estimate.high - estimate.low) / 2
        return Belief(estimate.value, half / COVERAGE_DEVIATIONS)

    def _estimate(self, component: Component, belief: Belief) -> Estimate:
        plain = belief.estimate()
        if self._calibration.is_identity:
            return plain
        return Estimate(*self._calibration.apply(component, plain.value, plain.low, plain.high))

    def _estimates(
        self, beliefs: Mapping[Component, Belief]
    ) -> Mapping[Component, Estimate | None]:
        known = {part: self._estimate(part, belief) for part, belief in beliefs.items()}
        return {**_UNKNOWN, **known}


def _section(opinion: WindowOpinion | None, reason: str | None) -> Reading:
    if opinion is None or reason is not None:
        return Reading(None, reason=reason or "too_short")
    section, likely = likeliest_section(opinion)
    if likely < LEAST_SECTION:
        return Reading(None, reason="section_unsure")
    return Reading(section.value, likely)


def _is_news(track: Track) -> bool:
    return track.settled or track.heard_hops % REPORT_HOPS == 0
