from __future__ import annotations

from core.messages import EncodedAudio
from sentiment.hosting.sound import RecentAudio

PACKET_SAMPLES = 960


def packet(index: int, payload: bytes = b"x" * 100) -> EncodedAudio:
    return EncodedAudio("set", index * PACKET_SAMPLES, PACKET_SAMPLES, payload, False, 0.0)


def test_the_latest_seconds_are_kept_in_order() -> None:
    audio = RecentAudio(seconds=1.0, most_bytes=1_000_000)
    for n in range(200):
        audio.hear("set", packet(n))
    assert [p.start_sample // PACKET_SAMPLES for p in audio.of("set")] == list(range(150, 200))


def test_bytes_are_bounded_whatever_the_rate() -> None:
    audio = RecentAudio(seconds=60.0, most_bytes=1_000)
    for n in range(200):
        audio.hear("set", packet(n))
    assert len(audio) == 10
    audio.hear("set", packet(200, b"x" * 2_000))
    assert len(audio) == 0
    audio.hear("set", packet(201))
    assert len(audio) == 1


def test_another_set_takes_its_place() -> None:
    audio = RecentAudio(seconds=1.0, most_bytes=1_000_000)
    audio.hear("one", packet(5))
    audio.hear("two", packet(0))
    assert audio.of("one") == ()
    assert list(audio.of("two")) == [packet(0)]
