"""From ordered Opus packets to hops: sample-exact, and the same however the packets arrived.

The decoder is a function of the packets' positions and payloads alone. The live path and a replay
of a recording therefore judge the very same samples.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.media import CHANNELS, HOP_SAMPLES, SAMPLE_RATE_HZ
from core.messages import AudioHop, EncodedAudio
from stream.opus import (
    CONCEALMENT_STEP_SAMPLES,
    OpusDecoder,
    OpusUndecodable,
    open_decoder,
    packet_duration_samples,
)

LONGEST_CONCEALMENT_SAMPLES: Final = SAMPLE_RATE_HZ // 10
"""After 100 ms made-up sound is noise that nobody played; the rest of a gap is silence."""

FADE_SAMPLES: Final = SAMPLE_RATE_HZ // 50
"""The last 20 ms before such silence fade out, so that it does not begin with a click."""


class HopDecoder:
    """Decodes one session's packets and cuts them into hops.

    Parameters
    ----------
    session
        Id that the hops carry.
    decoder
        What decodes Opus; the best there is by default.

    Notes
    -----
    Sample 0 of the first hop is sample 0 of the set. Whatever is missing before a packet is made up
    and counted: by libopus (from what the packet repeats of its predecessor, then from the past)
    up to `LONGEST_CONCEALMENT_SAMPLES`; a longer gap goes on in silence and resets the decoder,
    whose memory is worthless by then. What overlaps audio already decoded is cut off.
    """

    def __init__(self, session: str, *, decoder: OpusDecoder | None = None) -> None:
        self._session = session
        self._decoder = decoder or open_decoder()
        self._fade = np.linspace(1.0, 0.0, FADE_SAMPLES, dtype=np.float32)[:, np.newaxis]
        self._hop = np.zeros((HOP_SAMPLES, CHANNELS), dtype=np.float32)
        self._end_sample = 0
        self._hop_concealed = 0
        self.concealed_samples = 0
        self.undecodable_packets = 0

    @property
    def end_sample(self) -> int:
        """Position right behind the last sample decoded."""
        return self._end_sample

    def packet(self, packet: EncodedAudio) -> list[AudioHop]:
        """Decode the next packet and return the hops it completes, often none.

        The gap before it, if any, is made up first; a long one completes many hops.
        """
        hops: list[AudioHop] = []
        duration = packet_duration_samples(packet.payload)
        overlap = max(0, self._end_sample - packet.start_sample)
        if duration == 0 or overlap >= duration:
            return hops
        self._fill_gap(packet, hops)
        try:
            pcm, concealed = self._decoder.decode(packet.payload), False
        except OpusUndecodable:
            self.undecodable_packets += 1
            pcm, concealed = self._decoder.conceal(duration), True
        self._append(pcm[overlap:], packet.arrived_seconds, hops, concealed=concealed)
        return hops

    def close(self) -> None:
        """Free the decoder."""
        self._decoder.close()

    def _fill_gap(self, packet: EncodedAudio, hops: list[AudioHop]) -> None:
        gap = packet.start_sample - self._end_sample
        if gap <= 0:
            return
        arrived = packet.arrived_seconds
        if gap > LONGEST_CONCEALMENT_SAMPLES:
            made_up = self._decoder.conceal(LONGEST_CONCEALMENT_SAMPLES)
            made_up[-FADE_SAMPLES:] *= self._fade
            self._append(made_up, arrived, hops, concealed=True)
            self._append_silence(gap - len(made_up), arrived, hops)
            self._decoder.reset()
            return
        remainder = gap % CONCEALMENT_STEP_SAMPLES
        self._append_silence(remainder, arrived, hops)
        if gap > remainder:
            made_up = self._make_up(packet.payload, gap - remainder)
            self._append(made_up, arrived, hops, concealed=True)

    def _make_up(self, payload: bytes, samples: int) -> NDArray[np.float32]:
        try:
            return self._decoder.recover(payload, samples)
        except OpusUndecodable:
            return self._decoder.conceal(samples)

    def _append_silence(self, samples: int, arrived: float, hops: list[AudioHop]) -> None:
        while samples > 0:
            part = min(samples, HOP_SAMPLES)
            silence = np.zeros((part, CHANNELS), dtype=np.float32)
            self._append(silence, arrived, hops, concealed=True)
            samples -= part

    def _append(
        self, pcm: NDArray[np.float32], arrived: float, hops: list[AudioHop], *, concealed: bool
    ) -> None:
        """Copy `pcm` into the hop under way, and begin the next one wherever it is full."""
        while len(pcm):
            filled = self._end_sample % HOP_SAMPLES
            part = pcm[: HOP_SAMPLES - filled]
            self._hop[filled : filled + len(part)] = part
            self._end_sample += len(part)
            if concealed:
                self._hop_concealed += len(part)
                self.concealed_samples += len(part)
            if self._end_sample % HOP_SAMPLES == 0:
                hops.append(self._finish_hop(arrived))
            pcm = pcm[len(part) :]

    def _finish_hop(self, arrived_seconds: float) -> AudioHop:
        index = self._end_sample // HOP_SAMPLES - 1
        samples = self._hop
        samples.flags.writeable = False
        hop = AudioHop(
            session=self._session,
            index=index,
            start_sample=index * HOP_SAMPLES,
            samples=samples,
            concealed_samples=self._hop_concealed,
            arrived_seconds=arrived_seconds,
        )
        self._hop = np.zeros((HOP_SAMPLES, CHANNELS), dtype=np.float32)
        self._hop_concealed = 0
        return hop
