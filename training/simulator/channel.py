"""What a DJ does with one track: where it is cued, and how its channel of the mixer moves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.simulator.automation import Automation
from training.simulator.echoes import Echo
from training.simulator.effects import FIRST, Mixer
from training.simulator.filters import FILTER_OPEN_HZ
from training.simulator.track import TrackPlan


@dataclass(frozen=True, slots=True)
class Roll:
    """A loop roll: until `end_sample`, the stretch from `source_sample` on is repeated."""

    start_sample: float
    end_sample: float
    length_samples: float
    source_sample: float | None = None  # where it starts, unless said otherwise


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand on the record: it is read where the hand moves it, forwards and backwards.

    Attributes
    ----------
    moments
        Samples of the set's clock, rising.
    positions
        What is read then: the samples at which the untouched record would play the same.
    """

    moments: NDArray[np.float64]
    positions: NDArray[np.float64]

    @property
    def start_sample(self) -> float:
        """When the hand touches the record."""
        return float(self.moments[0])

    @property
    def end_sample(self) -> float:
        """When it lets go; the record then plays as if it had never been touched."""
        return float(self.moments[-1])


@dataclass(slots=True)
class Channel:
    """The gestures on one channel, in the order of time.

    Attributes
    ----------
    fader, gate
        Gains; the gate is what fingers do on the cross-fader: scratches, stutters, throws.
    bass
        Gain of the bass knob.
    highpass_hz, lowpass_hz
        Where the filters stand.
    rolls, hands
        From where the record is read.
    echoes
        What comes back after a cut.
    mixer
        What the channel is built of.
    """

    fader: Automation = field(default_factory=lambda: Automation(1.0))
    gate: Automation = field(default_factory=lambda: Automation(1.0))
    bass: Automation = field(default_factory=lambda: Automation(1.0))
    highpass_hz: Automation = field(default_factory=lambda: Automation(FILTER_OPEN_HZ["highpass"]))
    lowpass_hz: Automation = field(default_factory=lambda: Automation(FILTER_OPEN_HZ["lowpass"]))
    rolls: list[Roll] = field(default_factory=list)
    hands: list[Hand] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    mixer: Mixer = FIRST


def channel_of(mixer: Mixer) -> Channel:
    """Return an untouched channel of a mixer."""
    return Channel(
        fader=Automation(1.0, mixer.fader_curve),
        bass=Automation(1.0, mixer.bass_curve),
        mixer=mixer,
    )


@dataclass(frozen=True, slots=True)
class PlayedTrack:
    """A track on the clock of the set.

    Attributes
    ----------
    index
        Counted from 0 within the set.
    plan
        The track.
    origin_sample
        Where its first bar begins on the set's clock; may be negative, and fractional.
    trim_db
        Gain of its channel.
    channel
        Its gestures; the transition out of it is added once it is planned.
    """

    index: int
    plan: TrackPlan
    origin_sample: float
    trim_db: float
    channel: Channel

    def sample_of_bar(self, bar: float) -> float:
        """Return where a bar begins on the set's clock."""
        return self.origin_sample + bar * self.plan.bar_samples

    def bar_at(self, sample: float) -> float:
        """Return the bar that plays at a sample of the set's clock."""
        return (sample - self.origin_sample) / self.plan.bar_samples
