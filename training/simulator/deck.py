"""A deck: plays one track from where it was cued, through the channel of a mixer."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from training.simulator.arrangement import Role
from training.simulator.channel import Hand, PlayedTrack
from training.simulator.echoes import Echo
from training.simulator.effects_second import rolled_edges, tape_tail
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
        self._mixer = played.channel.mixer
        self._bass_knob = self._mixer.bass_knob()
        self._highpass = self._mixer.swept_filter("highpass")
        self._lowpass = self._mixer.swept_filter("lowpass")
        self._tails: dict[Echo, Audio] = {}
        self._rendered_until: int | None = None

    def render(self, start: int, samples: int) -> tuple[Audio, Audio | None]:
        """Play from sample `start` of the set; call in order.

        Returns
        -------
        tuple
            The channel's output, shape (samples, 2), and what the record plays into the channel;
            None while the fader is closed.
        """
        channel = self.played.channel
        fader = channel.fader.over(start, samples) * channel.gate.over(start, samples)
        music = None
        if channel.fader.is_ever_open(start, samples):
            music = self._played(start, samples)
            output = self._filtered(music, start)
            output = output * (fader * self._trim)[:, None]
        else:
            output = np.zeros((samples, 2), dtype=np.float32)
        for echo in channel.echoes:
            self._add_echo(echo, output, start)
        return output, music

    def _filtered(self, music: Audio, start: int) -> Audio:
        """Return the music through the channel's knobs."""
        channel, fresh = self.played.channel, self._rendered_until != start
        self._rendered_until = start + len(music)
        for knob, setting in (
            (self._bass_knob, channel.bass),
            (self._highpass, channel.highpass_hz),
            (self._lowpass, channel.lowpass_hz),
        ):
            music = knob(music, setting.over(start, len(music)), fresh=fresh)
        return music

    def _played(self, start: int, samples: int) -> Audio:
        """Return what the needle reads: the record, rolled or moved by hand."""
        output = np.empty((samples, 2), dtype=np.float32)
        position, end = start, start + samples
        while position < end:
            until, read = self._reading(position, end)
            output[position - start : until - start] = read
            position = until
        return output

    def _reading(self, position: int, end: int) -> tuple[int, Audio]:
        """Return the sound from `position` to where the way of reading changes."""
        channel = self.played.channel
        for hand in channel.hands:
            if hand.start_sample <= position < hand.end_sample:
                until = min(end, math.ceil(hand.end_sample))
                return until, self._moved(hand, position, until)
        touched = [hand.start_sample for hand in channel.hands]
        touched += [roll.start_sample for roll in channel.rolls]
        until = min([end, *(math.ceil(sample) for sample in touched if sample > position)])
        for roll in channel.rolls:
            if roll.start_sample <= position < roll.end_sample:
                turn, into = divmod(position - roll.start_sample, roll.length_samples)
                source = roll.start_sample if roll.source_sample is None else roll.source_sample
                turn_end = roll.start_sample + (turn + 1) * roll.length_samples
                until = min(until, math.ceil(min(turn_end, roll.end_sample)))
                sound = self._track(round(source + into), until - position)
                fade = self._mixer.roll_fade_samples
                if fade:
                    sound = sound * rolled_edges(into, len(sound), roll.length_samples, fade)
                return until, sound
        return until, self._track(position, until - position)

    def _moved(self, hand: Hand, start: int, end: int) -> Audio:
        """Return what is read while a hand moves the record, at whatever speed."""
        positions = np.interp(np.arange(start, end), hand.moments, hand.positions)
        first = math.floor(positions.min())
        sound = self._track(first, math.ceil(positions.max()) + 2 - first)
        whole = np.floor(positions).astype(np.int64)
        share = (positions - whole).astype(np.float32)[:, None]
        before, after = sound[whole - first], sound[whole - first + 1]
        return np.asarray(before + (after - before) * share)

    def _add_echo(self, echo: Echo, output: Audio, start: int) -> None:
        """Add the part of an echo that falls into this block."""
        length = round(echo.length_samples)
        end = start + len(output)
        if not start < echo.end_sample + length or end <= echo.cut_sample:
            return
        if self._mixer.tape_echo:
            self._add_tape(echo, output, start)
            return
        for repeat in range(echo.repeats):
            begins = round(echo.cut_sample + repeat * length)
            first, last = max(start, begins), min(end, begins + length)
            if first < last:
                source = round(echo.cut_sample) - length + first - begins
                gain = self._trim * np.float32(echo.feedback ** (repeat + 1))
                output[first - start : last - start] += gain * self._track(source, last - first)

    def _add_tape(self, echo: Echo, output: Audio, start: int) -> None:
        """Add the part of a tape's echo that falls into this block."""
        if echo not in self._tails:
            self._tails[echo] = tape_tail(self._track, echo)
        tail, begins = self._tails[echo], round(echo.cut_sample)
        first, last = max(start, begins), min(start + len(output), begins + len(tail))
        if first < last:
            output[first - start : last - start] += (
                self._trim * tail[first - begins : last - begins]
            )

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
