import time

import av
import numpy as np
import pytest

from training.demonstration.source import PacketSource
from training.simulator import SetStyle


def taken(source, count, seconds=60.0):
    packets = []
    end = time.monotonic() + seconds
    while len(packets) < count and time.monotonic() < end:
        packet = source.next()
        if packet is None:
            time.sleep(0.01)
        else:
            packets.append(packet)
    assert len(packets) == count
    return packets


def test_packets_hold_the_set_in_stereo_at_full_rate():
    source = PacketSource(3, SetStyle(), ahead_packets=120)
    source.start()
    try:
        packets = taken(source, 100)
    finally:
        source.stop()
    bits_a_second = 8 * sum(map(len, packets)) / (0.02 * len(packets))
    assert 150_000 < bits_a_second < 320_000
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    sounds = [frame.to_ndarray() for data in packets for frame in decoder.decode(av.Packet(data))]
    samples = np.concatenate([sound.reshape(-1, 2) for sound in sounds]).astype(np.float64)
    assert abs(len(samples) - 100 * 960) <= 960
    assert samples.std() > 0
    assert 0 < np.corrcoef(samples.T)[0, 1] < 0.9999


def test_rendering_waits_for_the_listener_and_stops_when_told():
    source = PacketSource(4, ahead_packets=30)
    source.start()
    taken(source, 1)
    time.sleep(0.5)
    assert source.ready_packets <= 30
    source.stop()
    assert not source._thread.is_alive()


def test_a_failure_is_told_and_not_hidden(caplog):
    source = PacketSource(-1)  # no seed of a generator
    source.start()
    source._thread.join(10)
    with pytest.raises(RuntimeError, match="could not be rendered"):
        source.next()
    assert "rendering failed" in caplog.text
