"""Recorded mixes as hops: anything that FFmpeg opens, in the shape in which live sound arrives.

The file is decoded as it is read, so memory does not grow with its length. Sound is resampled to
the media clock; one channel is doubled without a change of level, more than two are mixed down by
FFmpeg's rules. What is missing or cannot be decoded becomes silence of the same length, flagged as
made up, as a lost packet is in a live set. The last hop, if the file ends within it, is left out:
filling it up would be silence that nobody played, and it might be judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from core.errors import BadInput, NotFound, UnsupportedMedia
from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ, samples_to_seconds
from core.messages import AudioHop

MOST_DAMAGED: Final = 0.1
"""Share of a file's packets that may be undecodable; beyond, too little of the mix is left."""

SHORTEST_GAP_SECONDS: Final = 0.005
"""How far the file's time must jump ahead of the decoded sound before sound counts as missing.

This holds where all frames are of one length; some formats round to 1 ms.
"""

SHORTEST_ROUGH_GAP_SECONDS: Final = 0.05
"""The same where frames differ in length, or the time ran ahead bit by bit.

Of Vorbis, FFmpeg puts a frame 10 ms too late where long and short blocks meet, and the one where
they part as much too early. Taken for losses, these would stretch a mix by 3 %, and its tempo.
"""

CLOCK_SKEW: Final = 0.001
"""How much faster or slower a file's time may run than its sound without any being missing.

Recorders that take the time from one clock and the sound from another differ by 0.01 % or so.
"""

LONGEST_GAP_SECONDS: Final = 60.0
"""A jump beyond is a fault in the time itself, as where files were strung together."""

_FAILURES: Final = (av.FFmpegError, ValueError)
"""What PyAV raises for damaged input."""


@dataclass(frozen=True, slots=True)
class MixFile:
    """A recorded mix that can be read, as often as needed."""

    path: Path
    session: str  # id that its hops carry
    duration_seconds: float | None  # as the file states it; None where it does not
    sample_rate_hz: int
    channels: int
    codec: str

    def hops(self) -> Iterator[AudioHop]:
        """Decode the file from its beginning.

        Raises
        ------
        core.errors.BadInput
            If it holds no sound after all, or is too damaged to be judged.
        """
        cutter = _HopCutter(self.session)
        with _opened(self.path) as container:
            for samples, concealed in _sound(container, self.path):
                yield from cutter.append(samples, concealed=concealed)
        if cutter.end_sample == 0:
            raise _soundless(self.path)


def open_mix(path: Path, *, session: str = "file") -> MixFile:
    """Look into the file at `path` and decode its beginning.

    Raises
    ------
    core.errors.NotFound
        If there is no such file.
    core.errors.UnsupportedMedia
        If it is no media file, or damaged from its beginning.
    core.errors.BadInput
        If it is a folder, or holds no sound.
    """
    if path.is_dir():
        raise BadInput(
            f"{path} is a folder. Name a file in it.", code="file_is_folder", path=str(path)
        )
    if not path.is_file():
        raise NotFound(
            f"There is no file {path}. Check the name and the folder.",
            code="file_not_found",
            path=str(path),
        )
    with _opened(path) as container:
        stream = _audio_of(container, path)
        mix = MixFile(
            path=path,
            session=session,
            duration_seconds=_duration_seconds(container, stream),
            sample_rate_hz=stream.rate,
            channels=stream.channels,
            codec=stream.codec_context.name,
        )
        for _, concealed in _sound(container, path):
            if not concealed:
                return mix
    raise _soundless(path)


def _opened(path: Path) -> InputContainer:
    try:
        # A playlist must not make us fetch anything from elsewhere.
        return av.open(str(path.resolve()), options={"protocol_whitelist": "file"})
    except (*_FAILURES, OSError) as error:
        raise UnsupportedMedia(
            f"{path.name} cannot be read as sound ({error}). It may be damaged or no media file; "
            "try to play it, or convert it to FLAC, WAV, MP3 or Opus.",
            code="file_unreadable",
            path=str(path),
        ) from error


def _audio_of(container: InputContainer, path: Path) -> AudioStream:
    if not container.streams.audio:
        raise _soundless(path)
    return container.streams.audio[0]


def _duration_seconds(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _soundless(path: Path) -> BadInput:
    return BadInput(
        f"{path.name} holds no sound that can be decoded. Choose a file with an audio track.",
        code="file_soundless",
        path=str(path),
    )


def _sound(container: InputContainer, path: Path) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Yield arrays of shape (samples, 2) at 48 kHz, and whether they are made up."""
    stream = _audio_of(container, path)
    resampler, timeline = _Resampler(), _Timeline()
    packets = damaged = 0
    for packet in _packets(container, stream):
        packets += 1
        try:
            frames = packet.decode()
        except _FAILURES:
            damaged += 1
            continue
        for frame in frames:
            missing_samples = timeline.missing_before(frame)
            if missing_samples:
                yield from ((part, False) for part in resampler.rest())
                yield np.zeros((missing_samples, CHANNELS), dtype=np.float32), True
            yield from ((part, False) for part in resampler.resample(frame))
    yield from ((part, False) for part in resampler.rest())
    if damaged > max(1, MOST_DAMAGED * packets):
        raise BadInput(
            f"{path.name} is damaged: {damaged} of its {packets} packets cannot be decoded. "
            "Copy or export it again.",
            code="file_damaged",
            path=str(path),
            damaged=damaged,
            packets=packets,
        )


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[av.Packet[AudioStream]]:
    """Yield packets up to the end, or to where the container itself breaks off."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, *_FAILURES):
            return
        yield packet


class _Timeline:
    """Notices where a file's own time runs ahead of the sound that was decoded from it.

    Places follow from how much was decoded; the time that frames carry only tells what is missing.
    """

    def __init__(self) -> None:
        self._end_seconds = 0.0  # in the file's time, as the decoded sound has it
        self._said_seconds = 0.0  # as the last frame has it
        self._length_samples = 0  # of the last frame
        self._frames = 0
        self._rough = False

    def missing_before(self, frame: av.AudioFrame) -> int:
        """Return how many samples at 48 kHz are missing right before `frame`."""
        begins, length_seconds = frame.time, frame.samples / frame.sample_rate
        if begins is None:
            self._frames = 0
            return 0
        # The first frame is often cut at its beginning: its length says nothing of the format.
        self._rough |= self._frames > 1 and frame.samples != self._length_samples
        ahead = begins - self._end_seconds if self._frames else 0.0
        jump = begins - self._said_seconds if self._frames else 0.0
        self._frames += 1
        self._length_samples = frame.samples
        self._said_seconds = begins + length_seconds
        if self._fits(ahead, jump):
            skew = CLOCK_SKEW * length_seconds
            self._end_seconds = self._said_seconds - ahead + max(-skew, min(ahead, skew))
            return 0
        self._end_seconds = self._said_seconds  # what is missing is made up, or the time began anew
        return round(ahead * SAMPLE_RATE_HZ) if 0 < ahead <= LONGEST_GAP_SECONDS else 0

    def _fits(self, ahead: float, jump: float) -> bool:
        """Whether a frame continues the sound, for all that its time can be trusted."""
        if abs(ahead) > SHORTEST_ROUGH_GAP_SECONDS:
            return False
        return self._rough or min(ahead, jump) <= SHORTEST_GAP_SECONDS


class _Resampler:
    """FFmpeg's resampler, begun anew where a file changes its format on the way."""

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None

    def resample(self, frame: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            yield from self.rest()
            # FFmpeg may change the level when it makes one channel two: we double it ourselves.
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            self._resampler = av.AudioResampler("flt", layout, SAMPLE_RATE_HZ)
            self._form = form
        frame.pts = None  # positions are counted in samples; what the file says may be rounded
        if self._resampler is not None:
            yield from map(_stereo, self._resampler.resample(frame))

    def rest(self) -> Iterator[NDArray[np.float32]]:
        """Yield what the resampler still holds; it begins anew with the next frame."""
        resampler, self._resampler, self._form = self._resampler, None, None
        if resampler is not None:
            yield from map(_stereo, resampler.resample(None))


def _stereo(frame: av.AudioFrame) -> NDArray[np.float32]:
    samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return np.asarray(np.broadcast_to(samples, (len(samples), CHANNELS)), dtype=np.float32)


class _HopCutter:
    """Cuts sound of any length into hops."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._hop = np.zeros((HOP_SAMPLES, CHANNELS), dtype=np.float32)
        self._concealed = 0
        self.end_sample = 0

    def append(self, samples: NDArray[np.float32], *, concealed: bool) -> Iterator[AudioHop]:
        while len(samples):
            filled = self.end_sample % HOP_SAMPLES
            part = samples[: HOP_SAMPLES - filled]
            self._hop[filled : filled + len(part)] = part
            self.end_sample += len(part)
            self._concealed += len(part) * concealed
            if self.end_sample % HOP_SAMPLES == 0:
                yield self._finish()
            samples = samples[len(part) :]

    def _finish(self) -> AudioHop:
        index = self.end_sample // HOP_SAMPLES - 1
        start = index * HOP_SAMPLES
        self._hop.flags.writeable = False
        arrived = samples_to_seconds(self.end_sample)  # as if it were played live
        hop = AudioHop(self._session, index, start, self._hop, self._concealed, arrived)
        self._hop = np.zeros((HOP_SAMPLES, CHANNELS), dtype=np.float32)
        self._concealed = 0
        return hop
