"""What a judge must not mind: the way from the mixer to the ear, drawn for each set.

A nuisance is everything that changes the sound and says nothing of the DJ. Two renderings of one
set that differ in nuisances alone have the same labels, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import chain
from typing import Final

import numpy as np

from core.media import CHANNELS
from training.codecs import through_mp3
from training.simulator.mastering import Limiter
from training.simulator.nuisances.colour import Tilt, Wow
from training.simulator.nuisances.crowd import Crowd
from training.simulator.nuisances.dynamics import Compressor, DrivenLimiter
from training.simulator.nuisances.room import Room
from training.simulator.nuisances.stage import Stage
from training.simulator.nuisances.voice import Mc
from training.simulator.randomness import pick, stream
from training.simulator.synthesis import Audio

# Shares of sets that have each nuisance, at full strength. Most sets reach a server by a cable from
# the mixer, so none of these is the rule but the level, which nobody sets alike.
GAIN_SHARE: Final = 0.7
TILT_SHARE: Final = 0.4  # cables are flat, loudspeakers, microphones and tape are not
COMPRESSOR_SHARE: Final = 0.2  # in many audio interfaces and in every radio's chain
LIMITER_SHARE: Final = 0.3  # clubs limit; a few decibels are common
ROOM_SHARE: Final = 0.15  # who streams with a microphone
CROWD_SHARE: Final = 0.2  # every room, and some who add a microphone to the cable
MC_SHARE: Final = 0.1  # usual in dubstep, rare elsewhere
MP3_SHARE: Final = 0.2  # files that were sent in, and records that were bought as such

GAIN_DB: Final = (-12.0, 3.0)
TILT_DB_PER_DECADE: Final = 3.0
COMPRESSION_RATIO: Final = (1.5, 4.0)
LIMITER_DRIVE_DB: Final = (1.0, 6.0)
ROOM_SECONDS: Final = (0.3, 1.4)  # from a booth's corner to a hall
ROOM_WET_DB: Final = (-18.0, 0.0)
CROWD_DB: Final = (-40.0, -18.0)
CABLE_WET_DB: Final = -6.0  # what stands where there is no room
MC_DB: Final = (-14.0, -2.0)
DUCKING_DB: Final = (0.0, 6.0)
DUCKING_SHARE: Final = 0.5
MP3_BITRATES_BPS: Final = (128_000, 192_000, 256_000, 320_000)


@dataclass(frozen=True, slots=True)
class Nuisances:
    """The nuisances of one set; the defaults are none.

    Attributes
    ----------
    gain_db
        Level of the whole; a limiter holds peaks that it would raise to full scale.
    tilt_db_per_decade
        Slope of the spectrum; positive is bright.
    wow_percent
        Largest deviation of a speed that swings once a turn of a record; 0 unless asked for.
    compression_ratio
        Of a compressor; None for none.
    limiter_drive_db
        How far a club's limiter is driven beyond the mixer's headroom; None where there is none.
    room_seconds, room_wet_db
        Reverberation time, and energy of the room beside the loudspeakers; None for a cable.
    crowd_db
        A crowd's level beside the music; None for nobody.
    mc_db, mc_ducking_db
        Level of an MC's voice beside the music, and how far the music gives way; None for silence.
    mp3_bitrate_bps
        The sound was an MP3 file of this rate; None if it was not.
    """

    gain_db: float = 0.0
    tilt_db_per_decade: float = 0.0
    wow_percent: float = 0.0
    compression_ratio: float | None = None
    limiter_drive_db: float | None = None
    room_seconds: float | None = None
    room_wet_db: float = CABLE_WET_DB
    crowd_db: float | None = None
    mc_db: float | None = None
    mc_ducking_db: float = 0.0
    mp3_bitrate_bps: int | None = None

    @staticmethod
    def none() -> Nuisances:
        """Return a straight cable."""
        return Nuisances()

    @property
    def present(self) -> tuple[str, ...]:
        """Names of the attributes that differ from a straight cable's."""
        straight = Nuisances()
        return tuple(
            field.name
            for field in fields(self)
            if getattr(self, field.name) != getattr(straight, field.name)
        )


def draw_nuisances(rng: np.random.Generator, strength: float = 1.0) -> Nuisances:
    """Draw the nuisances of one set.

    Parameters
    ----------
    rng
        What is drawn from; always the same number of draws.
    strength
        0 for none; 1 for the shares and sizes above; in between, fewer and smaller ones.
    """
    happens, size = rng.uniform(size=8) / max(strength, 1e-9), rng.uniform(size=10)
    ducks = rng.uniform() < DUCKING_SHARE
    bitrate_bps = pick(rng, MP3_BITRATES_BPS)

    def between(index: int, limits: tuple[float, float], mildest: float) -> float:
        drawn = limits[0] + float(size[index]) * (limits[1] - limits[0])
        return mildest + min(strength, 1.0) * (drawn - mildest)

    room, mc = happens[4] < ROOM_SHARE, happens[6] < MC_SHARE
    tilt = (-TILT_DB_PER_DECADE, TILT_DB_PER_DECADE)
    return Nuisances(
        gain_db=between(0, GAIN_DB, 0.0) if happens[0] < GAIN_SHARE else 0.0,
        tilt_db_per_decade=between(1, tilt, 0.0) if happens[1] < TILT_SHARE else 0.0,
        compression_ratio=(
            between(2, COMPRESSION_RATIO, 1.1) if happens[2] < COMPRESSOR_SHARE else None
        ),
        limiter_drive_db=(
            between(3, LIMITER_DRIVE_DB, 0.0) if happens[3] < LIMITER_SHARE else None
        ),
        room_seconds=between(4, ROOM_SECONDS, ROOM_SECONDS[0]) if room else None,
        room_wet_db=between(5, ROOM_WET_DB, ROOM_WET_DB[0]) if room else CABLE_WET_DB,
        crowd_db=between(6, CROWD_DB, CROWD_DB[0]) if happens[5] < CROWD_SHARE else None,
        mc_db=between(7, MC_DB, MC_DB[0]) if mc else None,
        mc_ducking_db=between(8, DUCKING_DB, 0.0) if mc and ducks else 0.0,
        mp3_bitrate_bps=bitrate_bps if happens[7] < MP3_SHARE else None,
    )


class NuisanceChain:
    """The nuisances of one set as a stream: blocks in, blocks of the same length out.

    Parameters
    ----------
    nuisances
        What there is.
    seed
        Draws the room, the crowd and what the MC says; equal seeds give equal samples.
    """

    def __init__(self, nuisances: Nuisances, seed: int) -> None:
        self._stages = _stages(nuisances, seed)
        self._mp3_bitrate_bps = nuisances.mp3_bitrate_bps

    def __call__(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        """Pass a stream through, once for each chain.

        Parameters
        ----------
        blocks
            Each of shape (24000, 2) at 48 kHz; endless, or as many as come out.

        Yields
        ------
        Audio
            Blocks on the same clock to within a millisecond: what is late is waited for.
        """
        passed = _on_time(self._stages, blocks) if self._stages else iter(blocks)
        if self._mp3_bitrate_bps is None:
            return passed
        return through_mp3(passed, self._mp3_bitrate_bps)


def _stages(nuisances: Nuisances, seed: int) -> list[Stage]:
    """Return what there is, in the order of the signal's way."""
    stages: list[Stage] = []
    if nuisances.wow_percent:
        phase = float(stream(seed, "wow").uniform())
        stages.append(Wow(nuisances.wow_percent, phase))
    if nuisances.tilt_db_per_decade:
        stages.append(Tilt(nuisances.tilt_db_per_decade))
    if nuisances.mc_db is not None:
        stages.append(Mc(stream(seed, "mc"), nuisances.mc_db, nuisances.mc_ducking_db))
    if nuisances.compression_ratio is not None:
        stages.append(Compressor(nuisances.compression_ratio))
    if nuisances.room_seconds is not None:
        rng = stream(seed, "room")
        stages.append(Room(rng, nuisances.room_seconds, nuisances.room_wet_db))
    if nuisances.crowd_db is not None:
        stages.append(Crowd(stream(seed, "crowd"), nuisances.crowd_db))
    peaks_raised = bool(stages) or nuisances.gain_db > 0
    if nuisances.limiter_drive_db is not None:
        stages.append(DrivenLimiter(nuisances.limiter_drive_db))
        peaks_raised = False
    if nuisances.gain_db:
        stages.append(Fader(nuisances.gain_db))
    if peaks_raised:
        stages.append(Limiter())
    return stages


class Fader:
    """A level, once and for all."""

    delay_samples: Final = 0

    def __init__(self, gain_db: float) -> None:
        self._gain = np.float32(10 ** (gain_db / 20))

    def __call__(self, block: Audio) -> Audio:
        """Return the block at that level."""
        return block * self._gain


def _on_time(stages: list[Stage], blocks: Iterable[Audio]) -> Iterator[Audio]:
    """Pass blocks through all stages and leave out their delay; the end is waited for."""
    delay = skip = sum(stage.delay_samples for stage in stages)
    ready = np.zeros((0, CHANNELS), dtype=np.float32)
    waiting = 0
    for block in chain(blocks, (None,)):
        if block is not None:
            waiting += 1
            samples = len(block)
        elif not (waiting and delay):
            return
        sound = np.zeros((samples, CHANNELS), dtype=np.float32) if block is None else block
        for stage in stages:
            sound = stage(sound)
        ready = np.concatenate([ready, sound[skip:]]) if len(ready) else sound[skip:]
        skip = 0
        while waiting and len(ready) >= samples:
            waiting -= 1
            yield ready[:samples]
            ready = ready[samples:]
