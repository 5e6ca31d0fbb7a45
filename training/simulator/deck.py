"""A deck: plays one track from where it was cued, through the channel of a mixer."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from training.simulator.arrangement import Role
from training.simulator.channel import Echo, PlayedTrack
from training.simulator.filters import BassKnob, SweptFilter
from training.simulator.synthesis import Audio
from training.simulator.track import Part, TrackSound

SWITCH_SAMPLES: Final = 240
"""A part comes in and goes out within 5 ms, without a click."""


class Deck:
    """Plays a track.

    Parameters
    ----------
    played
        The track, where it stands on the set's clock, and what the DJ does with it.
    sound
        The track's loops.
    """

    def __init__(self, played: PlayedTrack, sound: TrackSound) -> None:
        self.played = played
        self.plan = played.plan
        self._sound = sound
        self._trim = np.float32(10 ** (played.trim_db / 20))
        self._bass_knob = BassKnob()
        self._highpass = SweptFilter("highpass")
        self._lowpass = SweptFilter("lowpass")

    def render(self, start: int, samples: int) -> Audio:
        """Return the channel's output from sample `start` of the set; call in order."""
        channel = self.played.channel
        fader = channel.fader.over(start, samples)
        if fader.any():
            music = self._rolled(start, samples)
            music = self._bass_knob(music, channel.bass.over(start, samples))
            music = self._highpass(music, channel.highpass_hz.over(start, samples))
            music = self._lowpass(music, channel.lowpass_hz.over(start, samples))
            output = music * (fader * self._trim)[:, None]
        else:
            output = np.zeros((samples, 2), dtype=np.float32)
        if channel.echo is not None:
            self._add_echo(channel.echo, output, start)
        return output

    def _rolled(self, start: int, samples: int) -> Audio:
        """Return the track's sound, with the rolls read from where they repeat."""
        rolls = self.played.channel.rolls
        output = np.empty((samples, 2), dtype=np.float32)
        position, end = start, start + samples
        while position < end:
            roll = next((r for r in rolls if r.start_sample <= position < r.end_sample), None)
            if roll is None:
                upcoming = [r.start_sample for r in rolls if r.start_sample > position]
                until = min([end, *(int(np.ceil(sample)) for sample in upcoming)])
                source = position
            else:
                turn, into = divmod(position - roll.start_sample, roll.length_samples)
                source = round(roll.start_sample + into)
                turn_end = roll.start_sample + (turn + 1) * roll.length_samples
                until = min(end, int(np.ceil(min(turn_end, roll.end_sample))))
            output[position - start : until - start] = self._track(source, until - position)
            position = until
        return output

    def _add_echo(self, echo: Echo, output: Audio, start: int) -> None:
        """Add the part of the echo that falls into this block."""
        length = round(echo.length_samples)
        end = start + len(output)
        for repeat in range(echo.repeats):
            begins = round(echo.cut_sample + repeat * length)
            first, last = max(start, begins), min(end, begins + length)
            if first < last:
                source = round(echo.cut_sample) - length + first - begins
                gain = self._trim * np.float32(echo.feedback ** (repeat + 1))
                output[first - start : last - start] += gain * self._track(source, last - first)

    def _track(self, start: int, samples: int) -> Audio:
        """Return the mastered track over a stretch of the set's clock; depends on nothing else."""
        position = start - self.played.origin_sample
        pushed = np.zeros((samples, 2), dtype=np.float32)
        free = np.zeros((samples, 2), dtype=np.float32)
        for part in self._sound.parts:
            level = self._level(part.role, position, samples)
            if level is None:
                continue
            target = pushed if part.pumped else free
            target += self._loop(part, position, samples) * level
        kick = self._level(Role.KICK, position, samples)
        if kick is not None:
            pump = _read(self._sound.pump, self.plan.bar_samples, position, samples)[:, None]
            pushed *= 1 - kick * (1 - pump)
        return self._sound.master(pushed + free)

    def _loop(self, part: Part, position: float, samples: int) -> Audio:
        period = part.bars * self.plan.bar_samples
        bright = _read(part.bright, period, position, samples)
        if part.dark is None:
            return bright
        bars = (position + np.array([0.0, samples])) / self.plan.bar_samples
        brightness = self.plan.arrangement.brightness
        edges = np.interp(bars - 0.5, np.arange(len(brightness)), brightness)
        if edges.min() >= 1.0:
            return bright
        opened = np.linspace(edges[0], edges[1], samples, dtype=np.float32)[:, None]
        dark = _read(part.dark, period, position, samples)
        return np.asarray(dark + (bright - dark) * opened)

    def _level(self, role: Role, position: float, samples: int) -> Audio | None:
        """Return a role's level over a stretch, shape (1, 1) or (samples, 1); None for silence."""
        levels = self.plan.arrangement.levels[role]
        bar_samples = self.plan.bar_samples
        first = int(np.floor(position / bar_samples))
        last = int(np.floor((position + samples + SWITCH_SAMPLES) / bar_samples))
        values = [
            float(levels[bar]) if 0 <= bar < len(levels) else 0.0 for bar in range(first, last + 1)
        ]
        if not any(values):
            return None
        if len(set(values)) == 1:
            return np.full((1, 1), values[0], dtype=np.float32)
        knots: list[float] = []
        heights: list[float] = []
        for index, (before, after) in enumerate(pairwise(values)):
            edge = (first + index + 1) * bar_samples - position
            knots += [edge - SWITCH_SAMPLES, edge]
            heights += [before, after]
        curve = np.interp(np.arange(samples), knots, heights)
        return curve.astype(np.float32)[:, None]


def _read(loop: Audio, period: float, position: float, samples: int) -> Audio:
    """Return a stretch of an endless repetition of `loop`.

    Repetition r begins at the sample nearest to r x `period`, so rounding never adds up.
    """
    pieces = []
    start = round(position)
    end = start + samples
    turn = int(np.floor(position / period))
    while start < end:
        begins, ends = round(turn * period), round((turn + 1) * period)
        if start < ends:
            stop = min(end, ends)
            pieces.append(loop[start - begins : stop - begins])
            start = stop
        turn += 1
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
