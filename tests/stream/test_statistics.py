import pytest

from stream.rtp import RtpPacket
from stream.statistics import SourceStatistics


def feed(statistics, sequences, *, late_seconds=lambda _: 0.0):
    for sequence in sequences:
        packet = RtpPacket(sequence & 0xFFFF, (sequence * 960) & 0xFFFFFFFF, 1, 111, b"")
        statistics.add(packet, sequence * 0.02 + late_seconds(sequence))


def test_losses_are_reported_for_the_interval_and_in_all():
    statistics = SourceStatistics()
    feed(statistics, [n for n in range(65_500, 65_600) if n % 10])
    report = statistics.report()
    assert report.packets_lost == 9  # the very first was lost unseen
    assert report.fraction_lost == 9 * 256 // 99
    assert report.highest_sequence == 65_599
    feed(statistics, range(65_600, 65_700))
    report = statistics.report()
    assert (report.fraction_lost, report.packets_lost) == (0, 9)


def test_duplicates_make_the_loss_negative_and_reordering_none():
    statistics = SourceStatistics()
    feed(statistics, [1, 2, 4, 3, 3, 3])
    report = statistics.report()
    assert (report.fraction_lost, report.packets_lost) == (0, -2)
    assert report.highest_sequence == 4


def test_jitter_is_that_of_rfc_3550():
    even, shaky = SourceStatistics(), SourceStatistics()
    feed(even, range(500))
    feed(shaky, range(500), late_seconds=lambda sequence: 0.005 * (sequence % 2))
    assert even.jitter_seconds == pytest.approx(0.0, abs=1e-9)
    assert shaky.jitter_seconds == pytest.approx(0.005, rel=0.01)
    assert shaky.report().jitter_samples == pytest.approx(240, abs=3)


def test_a_wrapping_timestamp_is_no_jitter():
    statistics = SourceStatistics()
    feed(statistics, range(2**32 // 960 - 20, 2**32 // 960 + 20))
    assert statistics.jitter_seconds < 1e-3


def test_nothing_received_is_nothing_expected():
    assert SourceStatistics().expected == 0
