import pytest

from tests.web.viewers import material
from web.viewers.outbox import Outbox, OutboxFull
from web.viewers.protocol import MediaFlag
from web.viewers.units import AudioUnit, OwnUnit, Rank


class VideoUnit:
    """What the pictures of a room will be: a frame whose flags are its first byte."""

    rank = Rank.VIDEO

    def __init__(self, size):
        self.frame = b"\0" + b"v" * (size - 1)

    def flagged(self, flags):
        return bytes([flags]) + self.frame[1:]


def audio(number, size=80):
    packet = material.packet(number, size)
    return AudioUnit(material.envelope(packet, seq=number), packet)


def event(text, size=100):
    return OwnUnit(text * (size // len(text)))


@pytest.fixture
def drops():
    return []


def test_order_is_kept_across_ranks(drops):
    outbox = Outbox(10_000, drops.append)
    units = [event(b"a"), audio(1), VideoUnit(50), audio(2), event(b"b")]
    for unit in units:
        outbox.add(unit)
    assert outbox.take(10_000) == b"".join(unit.frame for unit in units)
    assert (len(outbox), outbox.bytes_held, drops) == (0, 0, [])


def test_old_video_goes_first_then_old_sound_and_events_stay(drops):
    outbox = Outbox(500, drops.append)
    kept = [event(b"a"), event(b"b")]
    for unit in [kept[0], VideoUnit(100), audio(1, 80), VideoUnit(100), kept[1]]:
        outbox.add(unit)  # 498 bytes
    for number in range(3):
        outbox.add(event(str(number).encode()))
    assert drops == [Rank.VIDEO, Rank.VIDEO, Rank.AUDIO]
    assert outbox.take(10_000) == b"".join(
        [kept[0].frame, kept[1].frame, b"0" * 100, b"1" * 100, b"2" * 100]
    )


def test_events_that_fill_the_bound_alone_are_too_much(drops):
    outbox = Outbox(250, drops.append)
    outbox.add(event(b"a"))
    outbox.add(event(b"b"))
    with pytest.raises(OutboxFull):
        outbox.add(event(b"c"))


def test_sound_never_pushes_out_events(drops):
    outbox = Outbox(250, drops.append)
    outbox.add(event(b"a"))
    outbox.add(event(b"b"))
    outbox.add(audio(1))
    assert drops == [Rank.AUDIO]
    assert outbox.take(1_000) == b"a" * 100 + b"b" * 100


def test_video_never_pushes_out_sound(drops):
    outbox = Outbox(250, drops.append)
    outbox.add(audio(1, 200))
    outbox.add(VideoUnit(100))
    assert drops == [Rank.VIDEO]


def test_the_next_sound_after_a_gap_says_so_and_only_that(drops):
    outbox = Outbox(250, drops.append)
    units = [audio(number) for number in range(4)]
    for unit in units:
        outbox.add(unit)
    assert drops == [Rank.AUDIO, Rank.AUDIO]
    assert outbox.owes_a_flag
    assert outbox.take(1_000) == units[2].flagged(MediaFlag.DISCONTINUITY) + units[3].frame
    assert not outbox.owes_a_flag


def test_a_gap_is_owed_until_sound_comes(drops):
    outbox = Outbox(250, drops.append)
    outbox.add(event(b"a", 200))
    outbox.add(audio(1))  # does not fit
    outbox.take(1_000)
    assert outbox.owes_a_flag
    outbox.add(event(b"b"))
    assert outbox.take(1_000) == b"b" * 100
    unit = audio(2)
    outbox.add(unit)
    assert outbox.take(1_000) == unit.flagged(MediaFlag.DISCONTINUITY)


def test_take_stops_once_it_has_enough(drops):
    outbox = Outbox(1_000, drops.append)
    for text in (b"a", b"b", b"c"):
        outbox.add(event(text))
    assert outbox.take(1) == b"a" * 100
    assert outbox.take(150) == b"b" * 100 + b"c" * 100
    assert outbox.take(150) == b""


def test_variants_are_made_once_for_everybody():
    unit = audio(1)
    flags = MediaFlag.DISCONTINUITY | MediaFlag.CATCH_UP
    assert unit.flagged(flags) is unit.flagged(flags)
    assert unit.flagged(MediaFlag.NONE) is unit.frame
