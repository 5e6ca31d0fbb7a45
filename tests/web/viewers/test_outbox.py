import pytest

from tests.web.viewers import material
from tests.web.viewers.serving import headers
from web.viewers.outbox import Outbox, OutboxFull
from web.viewers.protocol import MediaFlag
from web.viewers.units import AudioUnit, OwnUnit, PictureUnit, Rank

NONE, KEY, GAP, SIZE = (
    MediaFlag.NONE,
    MediaFlag.KEY,
    MediaFlag.DISCONTINUITY,
    MediaFlag.CONFIGURATION_CHANGED,
)


def video(number, size=100, flags=NONE):
    """A picture whose whole frame has `size` bytes."""
    picture = material.picture(
        number, key=bool(flags & KEY), size=size - 20, reconfigured=bool(flags & SIZE)
    )
    unit = PictureUnit(material.envelope(picture, seq=number), picture)
    assert len(unit.frame) in {size, size - 2}  # a short frame's header is shorter
    return unit


def audio(number, size=80):
    packet = material.packet(number, size)
    return AudioUnit(material.envelope(packet, seq=number), packet)


def event(text, size=100):
    return OwnUnit(text * (size // len(text)))


@pytest.fixture
def drops():
    return []


def test_order_is_kept_but_pictures_wait_for_the_rest(drops):
    outbox = Outbox(10_000, drops.append)
    units = [event(b"a"), audio(1), video(1, flags=KEY), video(2), audio(2), event(b"b")]
    for unit in units:
        outbox.add(unit)
    a, first, key, second, after, b = (unit.frame for unit in units)
    assert outbox.take(10_000) == a + first + after + b
    assert outbox.take(10_000) == key  # alone: what comes now goes before the next picture
    late = audio(3)
    outbox.add(late)
    assert [outbox.take(10_000) for _ in range(2)] == [late.frame, second]
    assert (len(outbox), outbox.bytes_held, drops) == (0, 0, [])


def test_old_video_goes_first_then_old_sound_and_events_stay(drops):
    outbox = Outbox(500, drops.append)
    kept = [event(b"a"), event(b"b")]
    for unit in [kept[0], video(1, flags=KEY), audio(1, 80), video(2, flags=KEY), kept[1]]:
        outbox.add(unit)  # 494 bytes
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
    outbox.add(video(1, flags=KEY))
    assert drops == [Rank.VIDEO]


def taken(outbox):
    """`(seq, flags)` of all that comes out."""
    runs = iter(lambda: outbox.take(1_000_000), b"")
    return [(seq, flags) for _, flags, _, seq, _ in headers(b"".join(runs))]


def test_with_a_picture_goes_everything_that_needs_it(drops):
    outbox = Outbox(10_000, drops.append, picture_bytes=800)
    units = [video(1, 200, KEY), *(video(each, 200) for each in (2, 3, 4))]
    for unit in units:
        outbox.add(unit)
    late = video(5, 200)
    outbox.add(late)  # does not fit: the whole group goes, and it is worth nothing without it
    assert drops == [Rank.VIDEO] * 5
    assert outbox.skips_pictures
    assert (outbox.bytes_held, outbox.owes_a_flag) == (0, False)
    more = [video(6, 200), video(7, 200, KEY), video(8, 200)]
    for unit in more:
        outbox.add(unit)
    assert taken(outbox) == [(7, KEY | GAP), (8, NONE)]
    assert len(drops) == 6
    assert not outbox.skips_pictures


def test_of_two_groups_the_older_goes(drops):
    outbox = Outbox(10_000, drops.append, picture_bytes=800)
    units = [video(1, 200, KEY), video(2, 200), video(3, 200, KEY), video(4, 200), video(5, 200)]
    for unit in units:
        outbox.add(unit)
    assert drops == [Rank.VIDEO] * 2
    assert taken(outbox) == [(3, KEY | GAP), (4, NONE), (5, NONE)]


def test_a_new_size_that_was_missed_is_told_with_the_next_key_picture(drops):
    outbox = Outbox(10_000, drops.append, picture_bytes=400)
    units = [
        video(1, 200, KEY),
        video(2, 200, KEY | SIZE),
        video(3, 200, KEY),
        video(4, 200, KEY),
        video(5, 200),
    ]
    for unit in units:
        outbox.add(unit)
    assert taken(outbox) == [(4, KEY | GAP | SIZE), (5, NONE)]


def test_a_picture_of_which_the_first_half_was_sent_is_not_gone_on_with(drops):
    outbox = Outbox(10_000, drops.append, picture_bytes=600)
    outbox.add(video(1, 200, KEY))
    assert outbox.take(1)
    units = [video(each, 200) for each in (2, 3, 4, 5)]
    for unit in units:
        outbox.add(unit)
    assert drops == [Rank.VIDEO] * 4
    assert outbox.take(1_000) == b""


def test_a_picture_larger_than_the_bound_is_dropped_and_costs_nothing_else(drops):
    outbox = Outbox(10_000, drops.append, picture_bytes=400)
    sound = audio(1)
    outbox.add(sound)
    outbox.add(video(1, 1_000, KEY))
    assert drops == [Rank.VIDEO]
    assert outbox.take(10_000) == sound.frame


def test_whoever_waits_for_a_key_picture_is_told_that_something_is_missing(drops):
    outbox = Outbox(10_000, drops.append)
    outbox.owe(Rank.VIDEO)
    units = [video(1), video(2, flags=KEY), video(3)]
    for unit in units:
        outbox.add(unit)
    assert taken(outbox) == [(2, KEY | GAP), (3, NONE)]
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
