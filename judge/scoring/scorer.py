"""The scorer: from the model's opinion and what was heard to scores and findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import HOP_SAMPLES, HOP_SECONDS, WINDOW_SAMPLES
from core.messages import (
    AudioHop,
    Component,
    Estimate,
    Finding,
    Genre,
    Reading,
    Score,
    SessionInfo,
)
from judge.readings import Heard, WindowOpinion
from judge.scoring.estimates import Belief, opinion_belief, overall_belief
from judge.scoring.evidence import ComponentEvidence
from judge.scoring.findings import FindingsWriter
from judge.scoring.transitions import TransitionMemory
from judge.scoring.weights import COMPONENTS, GENRE_WEIGHTS

PENDING_SECONDS: Final = 180.0
"""Sound judged without a transition after which the set is scored all the same: one long track
is a set too, and a viewer must not wait for ever. Most club transitions come sooner."""

GENRE_HOLD_HOPS: Final = 60
"""A newly heard genre must last 30 s before its weights apply."""

_UNKNOWN: Final[Mapping[Component, Estimate | None]] = dict.fromkeys(COMPONENTS)


class GenreHold:
    """Which genre's weights apply, without flapping."""

    def __init__(self, declared: Genre | None) -> None:
        self.genre = declared or Genre.OTHER
        self._fixed = declared is not None
        self._rival = self.genre
        self._rival_hops = 0

    def hear(self, reading: Reading) -> None:
        """Take the newest reading of the genre."""
        if self._fixed or reading.value is None:
            return
        heard = Genre(str(reading.value))
        self._rival_hops = self._rival_hops + 1 if heard is self._rival else 1
        self._rival = heard
        if self._rival_hops >= GENRE_HOLD_HOPS:
            self.genre = heard


class SetScorer:
    """Scores one set, hop by hop.

    What it says depends on the sequence of calls alone, so a replay gives the same bits.

    Parameters
    ----------
    info
        The session; a declared genre chooses the weights.
    """

    def __init__(self, info: SessionInfo) -> None:
        self._transitions = TransitionMemory()
        self._evidence = {component: ComponentEvidence() for component in COMPONENTS}
        self._genre = GenreHold(info.declared_genre)
        self._findings = FindingsWriter()
        self._judged_seconds = 0.0

    def transition_features(self) -> NDArray[np.float32]:
        """Return the last ten transitions as the model wants them, shape (10, 4)."""
        return self._transitions.features()

    def score(  # noqa: PLR0917 (what is known of one window, handed over by one caller)
        self,
        hop: AudioHop,
        heard: Heard,
        opinion: WindowOpinion | None,
        reason: str | None,
        concealed_ratio: float,
        batch_size: int,
    ) -> tuple[Score, tuple[Finding, ...]]:
        """Score the window that ends with `hop`.

        Parameters
        ----------
        hop, heard
            The newest hop and what was heard up to its end.
        opinion
            The model's opinion of the window, or None where there is none.
        reason
            Why there is no opinion or why it must not count; None where it counts.
        concealed_ratio
            Share of the window that was made up for lost packets, 0-1.
        batch_size
            The padded batch in which the model judged the window; 0 without an opinion.

        Returns
        -------
        tuple of Score and findings
            A window with a reason has no score and does not enter the set.

        Raises
        ------
        ValueError
            If there is neither an opinion nor a reason.
        """
        if opinion is None and reason is None:
            raise ValueError("a window without an opinion needs a reason")
        self._genre.hear(heard.genre)
        settled = self._transitions.add(heard.transitions)
        beliefs = {} if opinion is None or reason is not None else _window_beliefs(opinion)
        if beliefs:
            self._judged_seconds += HOP_SECONDS
        for component, belief in beliefs.items():
            self._evidence[component].add(belief, 1.0 - concealed_ratio)
        set_beliefs = self._set_beliefs()
        set_reason = self._set_reason(set_beliefs)
        end_sample = hop.start_sample + HOP_SAMPLES
        score = Score(
            window=hop.index,
            start_sample=max(end_sample - WINDOW_SAMPLES, 0),
            end_sample=end_sample,
            reason=reason,
            overall=self._overall(beliefs),
            components=_estimates(beliefs),
            set_reason=set_reason,
            set_overall=self._overall(set_beliefs) if set_reason is None else None,
            set_components=_estimates(set_beliefs),
            bpm=heard.bpm,
            key=heard.key,
            camelot=heard.camelot,
            genre=heard.genre,
            loudness=heard.loudness,
            energy=heard.energy,
            danceability=heard.danceability,
            concealed_ratio=concealed_ratio,
            batch_size=batch_size,
            arrived_seconds=hop.arrived_seconds,
        )
        return score, self._findings.hear(hop, heard, settled)

    def _set_beliefs(self) -> dict[Component, Belief]:
        known = {}
        for component, evidence in self._evidence.items():
            belief = evidence.belief()
            waits = component is Component.TECHNICAL and not self._transitions.any_settled
            if belief is not None and not waits:
                known[component] = belief
        return known

    def _set_reason(self, beliefs: Mapping[Component, Belief]) -> str | None:
        if not beliefs:
            return "too_short"
        if self._transitions.any_settled or self._judged_seconds >= PENDING_SECONDS:
            return None
        return "first_transition_pending"

    def _overall(self, beliefs: Mapping[Component, Belief]) -> Estimate | None:
        belief = overall_belief(beliefs, GENRE_WEIGHTS[self._genre.genre])
        return None if belief is None else belief.estimate()


def _window_beliefs(opinion: WindowOpinion) -> dict[Component, Belief]:
    return {
        component: opinion_belief(float(mean), float(deviation))
        for component, mean, deviation in zip(
            COMPONENTS, opinion.mean, opinion.deviation, strict=True
        )
    }


def _estimates(beliefs: Mapping[Component, Belief]) -> Mapping[Component, Estimate | None]:
    known = {component: belief.estimate() for component, belief in beliefs.items()}
    return {**_UNKNOWN, **known}
