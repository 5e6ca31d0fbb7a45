from hypothesis import given
from hypothesis import strategies as st

from core.show import PictureFormat
from tests.web.viewers import material
from web.viewers.protocol import MediaFlag
from web.viewers.reel import STALE_MICROSECONDS, PictureReel
from web.viewers.units import PictureUnit

KEY, GAP, SIZE = MediaFlag.KEY, MediaFlag.DISCONTINUITY, MediaFlag.CONFIGURATION_CHANGED


def unit(seq, key=False, size=400, reconfigured=False, form=PictureFormat.VP9):
    picture = material.picture(seq, key=key, size=size, reconfigured=reconfigured, form=form)
    return PictureUnit(material.envelope(picture, seq=seq), picture)


def fed(reel, units):
    """`(seq, flags)` of what is handed on."""
    return [(each.seq, each.flags) for each in units if reel.admit(each)]


def burst(reel, position=0):
    return [each.seq for each in reel.burst(position)]


def test_nothing_is_handed_on_before_a_key_picture():
    reel = PictureReel(100, 100_000)
    assert fed(reel, [unit(1), unit(2)]) == []
    assert not reel.is_under_way
    assert fed(reel, [unit(3, key=True), unit(4)]) == [(3, KEY | GAP), (4, MediaFlag.NONE)]
    assert reel.is_under_way
    assert burst(reel) == [3, 4]


def test_a_reel_that_begins_with_a_key_picture_misses_nothing():
    reel = PictureReel(100, 100_000)
    assert fed(reel, [unit(1, key=True), unit(2)]) == [(1, KEY), (2, MediaFlag.NONE)]


def test_after_a_gap_the_next_is_a_key_picture_that_says_so():
    reel = PictureReel(100, 100_000)
    told = fed(reel, [unit(1, key=True), unit(2), unit(4), unit(5), unit(6, key=True), unit(7)])
    assert told == [(1, KEY), (2, MediaFlag.NONE), (6, KEY | GAP), (7, MediaFlag.NONE)]
    assert burst(reel) == [6, 7]
    assert fed(reel, [unit(9, key=True)]) == [(9, KEY | GAP)]


def test_a_new_size_lost_in_a_gap_is_told_with_the_next_key_picture():
    reel = PictureReel(100, 100_000)
    fed(reel, [unit(1, key=True)])
    assert fed(reel, [unit(3, reconfigured=True), unit(4, key=True)]) == [(4, KEY | GAP | SIZE)]


def test_of_stills_the_last_is_kept():
    reel = PictureReel(100, 100_000)
    stills = [unit(seq, form=PictureFormat.JPEG) for seq in (1, 2, 4)]
    assert fed(reel, stills) == [(1, KEY), (2, KEY), (4, KEY | GAP)]
    assert burst(reel) == [4]


def test_a_run_beyond_the_bounds_is_not_kept_but_handed_on():
    for reel in (PictureReel(3, 100_000), PictureReel(100, 1_300)):
        units = [unit(1, key=True), unit(2), unit(3)]
        assert len(fed(reel, units)) == 3
        assert burst(reel) == [1, 2, 3]
        assert len(fed(reel, [unit(4), unit(5)])) == 2
        assert burst(reel) == []
        assert reel.is_under_way
        assert len(fed(reel, [unit(6, key=True), unit(7)])) == 2
        assert burst(reel) == [6, 7]


def test_what_is_far_behind_the_sound_is_sent_to_nobody():
    reel = PictureReel(100, 100_000)
    fed(reel, [unit(1, key=True)])
    drawn_for = 50_000  # microseconds
    assert burst(reel, drawn_for + STALE_MICROSECONDS) == [1]
    assert burst(reel, drawn_for + STALE_MICROSECONDS + 1) == []
    assert reel.is_under_way


def test_a_show_that_ended_is_forgotten_and_begins_with_a_key_picture():
    reel = PictureReel(100, 100_000)
    fed(reel, [unit(1, key=True), unit(2)])
    reel.end()
    assert (burst(reel), reel.is_under_way) == ([], False)
    assert fed(reel, [unit(3), unit(4, key=True)]) == [(4, KEY | GAP)]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.integers(1, 8))
def test_whatever_is_lost_all_that_is_handed_on_can_be_decoded(pictures, most_units):
    reel = PictureReel(most_units, 100_000)
    needs = 0  # the picture that one in between needs; 0: nothing can be gone on with
    for seq, (key, lost) in enumerate(pictures, 1):
        each = unit(seq, key)
        if not lost and reel.admit(each):
            assert key or needs == seq - 1
            needs = seq
        kept = reel.burst(0)
        assert len(kept) <= most_units
        if kept:
            assert kept[0].flags & KEY
            assert [each.seq for each in kept] == list(range(kept[0].seq, needs + 1))
