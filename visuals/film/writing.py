"""Pictures and sound into one WebM file: VP9 at constant quality, and Opus."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from core.media import SAMPLE_RATE_HZ
from visuals.encoding import bt709
from visuals.picture import Picture, PictureSize

QUALITY: Final = 24
"""libvpx's crf: the quantiser that all pictures get, 0 (best) to 63."""

SOUND_BITS_A_SECOND: Final = 192_000
"""Opus is transparent for music at less."""

_SPEED: Final = 7
"""Of libvpx's realtime mode: a fourth of the CPU of its good one, for a quarter more bits."""

_KEY_SECONDS: Final = 5.0


class FilmWriter:
    """Writes one film; the first picture and the first sample lie at 0.

    Parameters
    ----------
    path
        Where to; what is there is overwritten.
    size, frames_per_second
        Of the pictures.
    title
        Of the film, in its metadata.
    """

    def __init__(
        self, path: Path, size: PictureSize, frames_per_second: Fraction, title: str = ""
    ) -> None:
        # Bit-exact files hold no date and no random numbers: the same show is the same file.
        self._container = av.open(
            str(path), "w", format="webm", container_options={"fflags": "+bitexact"}
        )
        self._container.metadata["title"] = title
        self._video = self._container.add_stream("libvpx-vp9", rate=frames_per_second)
        self._sound = self._container.add_stream("libopus", rate=SAMPLE_RATE_HZ)
        self._picture_seconds = 1 / frames_per_second
        self._set_up_video(size, frames_per_second)
        self._sound.layout = "stereo"
        self._sound.bit_rate = SOUND_BITS_A_SECOND
        self._sound.codec_context.flags |= av.codec.context.Flags.bitexact
        self._resampler = av.AudioResampler("flt", "stereo", SAMPLE_RATE_HZ, 960)
        self._frames = 0
        self._samples = 0

    def _set_up_video(self, size: PictureSize, frames_per_second: Fraction) -> None:
        video = self._video
        video.width, video.height, video.pix_fmt = size.width, size.height, "yuv420p"
        video.bit_rate = 0  # of constant quality, whatever that takes
        video.codec_context.time_base = self._picture_seconds
        video.gop_size = round(_KEY_SECONDS * frames_per_second)
        video.options = {
            "crf": str(QUALITY),
            "deadline": "realtime",
            "cpu-used": str(_SPEED),
            "row-mt": "1",
            "tile-columns": "2",
            "threads": "2",
        }
        context = video.codec_context
        context.flags |= av.codec.context.Flags.bitexact
        context.color_range = ColorRange.MPEG
        context.colorspace = context.color_primaries = context.color_trc = bt709.CODE

    def picture(self, picture: Picture) -> None:
        """Write the next picture."""
        frame = bt709.video_frame(picture)
        frame.pts, frame.time_base = self._frames, self._picture_seconds
        self._frames += 1
        self._container.mux(self._video.encode(frame))

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Write the next sound, shape (n, 2) at 48 kHz."""
        block = np.ascontiguousarray(np.clip(samples, -1.0, 1.0), np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, self._samples
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        self._samples += len(samples)
        for part in self._resampler.resample(frame):
            self._container.mux(self._sound.encode(part))

    def finish(self) -> None:
        """Write what the encoders still hold, and the index."""
        self._container.mux(self._video.encode(None))
        for part in self._resampler.resample(None):
            self._container.mux(self._sound.encode(part))
        self._container.mux(self._sound.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close the file, which is of no use then."""
        self._container.close()
