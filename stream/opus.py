"""Opus packets to PCM: libopus through ctypes, with PyAV's decoder where libopus cannot be found.

PyAV decodes Opus too, but offers neither packet loss concealment nor forward error correction, and
one empty payload flushes its decoder for good. PyAV's wheels carry libopus, so the real thing is
nearly always at hand without a compiler or a package to install.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import sys
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import av
import numpy as np
from numpy.typing import NDArray

from core.media import CHANNELS, SAMPLE_RATE_HZ

LONGEST_PACKET_SAMPLES: Final = SAMPLE_RATE_HZ * 120 // 1000
"""No Opus packet is longer than 120 ms (RFC 6716, requirement R5)."""

CONCEALMENT_STEP_SAMPLES: Final = SAMPLE_RATE_HZ * 25 // 10_000
"""libopus makes up audio in multiples of 2.5 ms only."""

_OPUS_OK: Final = 0
_OPUS_RESET_STATE: Final = 4028
_SILK_FRAMES: Final = (480, 960, 1920, 2880)
_HYBRID_FRAMES: Final = (480, 960)
_CELT_FRAMES: Final = (120, 240, 480, 960)

logger = logging.getLogger(__name__)


class OpusUndecodable(Exception):
    """The payload is no Opus packet that can be decoded."""


def packet_duration_samples(payload: bytes) -> int:
    """Return how long a packet lasts, from its first two bytes, without decoding it.

    Returns
    -------
    Samples at 48 kHz, or 0 if the payload is empty or breaks RFC 6716, section 3.
    """
    if not payload:
        return 0
    configuration, code = payload[0] >> 3, payload[0] & 3
    if code == 0:
        frames = 1
    elif code < 3:
        frames = 2
    elif len(payload) > 1:
        frames = payload[1] & 0x3F
    else:
        return 0
    duration = frames * _frame_samples(configuration)
    return duration if duration <= LONGEST_PACKET_SAMPLES else 0


def _frame_samples(configuration: int) -> int:
    """Return the length of one frame by its configuration number (RFC 6716, table 2)."""
    if configuration < 12:
        return _SILK_FRAMES[configuration % 4]
    if configuration < 16:
        return _HYBRID_FRAMES[configuration % 2]
    return _CELT_FRAMES[configuration % 4]


def packet_is_stereo(payload: bytes) -> bool:
    """Return whether a packet is coded with two channels (RFC 6716, section 3.1)."""
    return bool(payload) and bool(payload[0] & 0x04)


class OpusDecoder(Protocol):
    """One stream's decoder. Arrays are float32 of shape (samples, 2), valid until the next call."""

    def decode(self, payload: bytes) -> NDArray[np.float32]:
        """Decode the next packet.

        Raises
        ------
        OpusUndecodable
            If the payload is damaged; the decoder stays usable.
        """
        ...

    def recover(self, payload: bytes, samples: int) -> NDArray[np.float32]:
        """Make up the `samples` lost right before `payload`, with what `payload` repeats of them.

        `samples` is a multiple of `CONCEALMENT_STEP_SAMPLES`.
        """
        ...

    def conceal(self, samples: int) -> NDArray[np.float32]:
        """Make up `samples`, a multiple of `CONCEALMENT_STEP_SAMPLES`, from the past alone."""
        ...

    def reset(self) -> None:
        """Forget the past, as after a long break."""
        ...

    def close(self) -> None:
        """Free the decoder; nothing may be called after."""
        ...


class LibopusDecoder:
    """libopus itself.

    Parameters
    ----------
    library
        The loaded library, from `load_libopus`.
    """

    def __init__(self, library: ctypes.PyDLL) -> None:
        self._library = library
        error = ctypes.c_int()
        self._state = library.opus_decoder_create(SAMPLE_RATE_HZ, CHANNELS, ctypes.byref(error))
        if error.value != _OPUS_OK or not self._state:
            raise MemoryError(f"libopus could not create a decoder (error {error.value})")
        self._free = weakref.finalize(self, library.opus_decoder_destroy, self._state)
        self._pcm = np.zeros((SAMPLE_RATE_HZ, CHANNELS), dtype=np.float32)
        self._address = self._pcm.ctypes.data

    def decode(self, payload: bytes) -> NDArray[np.float32]:
        """Decode the next packet; see `OpusDecoder`."""
        if not payload:  # which libopus would take as a request to conceal
            raise OpusUndecodable("the payload is empty")
        return self._run(payload, LONGEST_PACKET_SAMPLES, repeat=0)

    def recover(self, payload: bytes, samples: int) -> NDArray[np.float32]:
        """Use in-band FEC for the last frame lost, concealment for what lies before it."""
        return self._run(payload, samples, repeat=1)

    def conceal(self, samples: int) -> NDArray[np.float32]:
        """Extrapolate; libopus fades the sound out by itself the longer it lasts."""
        return self._run(None, samples, repeat=0)

    def _run(self, payload: bytes | None, samples: int, *, repeat: int) -> NDArray[np.float32]:
        length = 0 if payload is None else len(payload)
        decoded: int = self._library.opus_decode_float(
            self._state, payload, length, self._address, samples, repeat
        )
        if decoded < 0:
            raise OpusUndecodable(f"libopus refused {length} bytes (error {decoded})")
        return self._pcm[:decoded]

    def reset(self) -> None:
        """Forget the past."""
        self._library.opus_decoder_ctl(self._state, _OPUS_RESET_STATE)

    def close(self) -> None:
        """Free libopus's memory."""
        self._free()


class PyAvDecoder:
    """FFmpeg's decoder: no concealment, so what is lost becomes silence."""

    def __init__(self) -> None:
        self._codec = self._open()

    @staticmethod
    def _open() -> av.AudioCodecContext:
        codec = av.AudioCodecContext.create("libopus", "r")
        codec.sample_rate = SAMPLE_RATE_HZ
        codec.layout = "stereo"
        codec.format = "flt"
        return codec

    def decode(self, payload: bytes) -> NDArray[np.float32]:
        """Decode the next packet; see `OpusDecoder`."""
        if not packet_duration_samples(payload):
            raise OpusUndecodable("the payload is no Opus packet")
        try:
            frames = self._codec.decode(av.Packet(payload))
        except av.FFmpegError as error:
            raise OpusUndecodable(str(error)) from error
        if not frames:
            raise OpusUndecodable("the payload held no sound")
        return np.concatenate([_interleaved(frame) for frame in frames])

    def recover(self, payload: bytes, samples: int) -> NDArray[np.float32]:
        """Return silence."""
        return self.conceal(samples)

    def conceal(self, samples: int) -> NDArray[np.float32]:
        """Return silence."""
        return np.zeros((samples, CHANNELS), dtype=np.float32)

    def reset(self) -> None:
        """Start again with a fresh codec."""
        self._codec = self._open()

    def close(self) -> None:
        """Nothing to free: PyAV frees its codec with the last reference."""


def _interleaved(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Return a frame as float32 of shape (samples, 2), whatever FFmpeg chose to decode to."""
    samples = frame.to_ndarray()
    pcm = samples.reshape(-1, frame.layout.nb_channels) if not frame.format.is_planar else samples.T
    if pcm.dtype == np.int16:
        pcm = pcm.astype(np.float32) / 32_768.0
    stereo = np.repeat(pcm, 2, axis=1) if pcm.shape[1] == 1 else pcm
    return np.ascontiguousarray(stereo, dtype=np.float32)


def open_decoder() -> OpusDecoder:
    """Return the best decoder there is on this machine."""
    library = load_libopus()
    return PyAvDecoder() if library is None else LibopusDecoder(library)


def decoder_description() -> str:
    """Say which decoder is used, for the log and for `djuniverse doctor`."""
    library = load_libopus()
    if library is None:
        return "FFmpeg through PyAV (lost packets become silence: libopus was not found)"
    version: bytes = library.opus_get_version_string()
    return version.decode("ascii", "replace")


@cache
def load_libopus() -> ctypes.PyDLL | None:
    """Find libopus: first the one in PyAV's wheel, then the system's; None if there is none.

    Notes
    -----
    `PyDLL` keeps the interpreter's lock during a call. A packet takes some 50 microseconds; giving
    the lock away for that long would let a busy thread keep it for the whole switch interval of
    5 milliseconds.
    """
    for candidate in _library_candidates():
        try:
            library = ctypes.PyDLL(candidate)
            _declare(library)
        except (OSError, AttributeError) as error:
            logger.debug("%s is no usable libopus: %s", candidate, error)
        else:
            return library
    logger.warning("libopus was not found: lost packets will become silence")
    return None


def _library_candidates() -> Iterator[str]:
    package = Path(av.__file__).parent
    for folder in (package.parent / "av.libs", package / ".dylibs"):
        for pattern in ("libopus-*", "libopus.*", "opus-*", "opus.*"):
            yield from map(str, sorted(folder.glob(pattern)))
    found = ctypes.util.find_library("opus")
    if found is not None:
        yield found
    if sys.platform == "darwin":
        yield from ("/opt/homebrew/lib/libopus.dylib", "/usr/local/lib/libopus.dylib")


def _declare(library: ctypes.PyDLL) -> None:
    """Tell ctypes the signatures of opus.h."""
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    library.opus_decoder_create.argtypes = (ctypes.c_int32, integer, ctypes.POINTER(integer))
    library.opus_decoder_create.restype = pointer
    library.opus_decode_float.argtypes = (
        pointer,
        ctypes.c_char_p,
        ctypes.c_int32,
        pointer,
        integer,
        integer,
    )
    library.opus_decode_float.restype = integer
    library.opus_decoder_ctl.argtypes = (pointer, integer)
    library.opus_decoder_ctl.restype = integer
    library.opus_decoder_destroy.argtypes = (pointer,)
    library.opus_decoder_destroy.restype = None
    library.opus_get_version_string.argtypes = ()
    library.opus_get_version_string.restype = ctypes.c_char_p
