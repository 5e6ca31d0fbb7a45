from core.bus.outbox import EVENTS_RETAINED_AFTER_END, PICTURE_BYTES_AT_ONCE, Dropped, Outbox
from core.messages import Phase, Track
from core.show import PictureFormat
from tests.core.sample_messages import envelope, packet, picture, state


def test_events_go_first_and_stay_until_acknowledged() -> None:
    outbox = Outbox()
    media, event = envelope(1, packet()), envelope(1)
    outbox.add(media)
    outbox.add(event)
    batch = outbox.next_batch(10)
    assert batch == [event, media]
    assert outbox.next_batch(10) == batch
    outbox.acknowledge(batch)
    assert len(outbox) == 0


def test_a_batch_that_was_partly_dropped_takes_nothing_else_out() -> None:
    outbox = Outbox(media_waiting=2)
    packets = [envelope(seq, packet(seq)) for seq in (1, 2, 3)]
    for each in packets[:2]:
        outbox.add(each)
    batch = outbox.next_batch(2)
    outbox.add(packets[2])
    assert outbox.dropped == Dropped(media=1)
    outbox.acknowledge(batch)
    assert outbox.next_batch(10) == [packets[2]]


def test_a_bus_that_forgot_is_told_again_in_order() -> None:
    outbox = Outbox()
    for seq in (1, 2):
        outbox.add(envelope(seq))
    outbox.acknowledge(outbox.next_batch(2))
    outbox.add(envelope(3))
    outbox.tell_again(["ana"])
    assert [e.seq for e in outbox.next_batch(10)] == [1, 2, 3]


def test_little_is_retained_of_an_ended_set() -> None:
    outbox = Outbox()
    for seq in range(1, 1000):
        outbox.add(envelope(seq))
    outbox.add(envelope(1000, state(Phase.ENDED)))
    outbox.acknowledge(outbox.next_batch(1000))
    outbox.tell_again(["ana"])
    assert len(outbox) == EVENTS_RETAINED_AFTER_END


def test_rooms_are_told_again_or_forgotten_one_by_one() -> None:
    outbox = Outbox()
    for room in ("ana", "bea", "cleo"):
        outbox.add(envelope(1, room=room))
    outbox.acknowledge(outbox.next_batch(3))
    outbox.forget("bea")
    assert outbox.retained_epochs() == {"ana": "set-1", "cleo": "set-1"}
    outbox.tell_again(["cleo", "bea", "nobody"])
    assert [e.room for e in outbox.next_batch(10)] == ["cleo"]
    assert outbox.retained_epochs() == {"ana": "set-1"}


def test_what_is_told_again_stays_within_the_bound() -> None:
    outbox = Outbox(events_waiting=10)
    for room in ("ana", "bea"):
        for seq in range(1, 9):
            outbox.add(envelope(seq, room=room))
        outbox.acknowledge(outbox.next_batch(8))
    for seq in range(9, 13):
        outbox.add(envelope(seq, room="ana"))
    outbox.tell_again(["ana", "bea"])
    assert [(e.room, e.seq) for e in outbox.next_batch(20) if e.seq < 9] == [
        *(("bea", seq) for seq in (6, 7, 8)),
        *(("ana", seq) for seq in (6, 7, 8)),
    ]
    assert len(outbox) == 10
    assert outbox.dropped == Dropped(events=10)


def test_events_are_bounded_too() -> None:
    outbox = Outbox(events_waiting=2)
    for seq in (1, 2, 3):
        outbox.add(envelope(seq))
    assert outbox.dropped == Dropped(events=1)
    assert [e.seq for e in outbox.next_batch(10)] == [2, 3]


def test_pictures_go_last_and_give_way_to_nobody_but_pictures() -> None:
    outbox = Outbox(pictures_waiting=2)
    pictures = [envelope(seq, picture(seq)) for seq in (1, 2)]
    still = envelope(1, picture(1, form=PictureFormat.JPEG))
    sound, event = envelope(1, packet()), envelope(1)
    for each in (*pictures, still, sound, event):
        outbox.add(each)
    assert outbox.dropped == Dropped(pictures=1)
    assert outbox.next_batch(10) == [event, sound, pictures[1], still]
    assert outbox.next_batch(3) == [event, sound, pictures[1]]
    outbox.acknowledge(outbox.next_batch(3))
    assert outbox.next_batch(10) == [still]


def test_pictures_are_not_told_again() -> None:
    outbox = Outbox()
    outbox.add(envelope(1, picture(1)))
    outbox.acknowledge(outbox.next_batch(1))
    outbox.tell_again(["ana"])
    assert len(outbox) == 0


def test_a_batch_holds_few_bytes_of_pictures() -> None:
    outbox = Outbox()
    for seq in range(1, 9):
        outbox.add(envelope(seq, picture(seq, size=PICTURE_BYTES_AT_ONCE // 3)))
    outbox.add(envelope(1, packet()))
    batch = outbox.next_batch(256)
    assert [(e.track, e.seq) for e in batch] == [
        (Track.SOUND, 1),
        *((Track.VIDEO, seq) for seq in (1, 2, 3)),
    ]
    outbox.acknowledge(batch)
    assert [e.seq for e in outbox.next_batch(256)] == [4, 5, 6]


def test_a_picture_larger_than_a_batch_goes_alone() -> None:
    outbox = Outbox()
    for seq in (1, 2):
        outbox.add(envelope(seq, picture(seq, size=2 * PICTURE_BYTES_AT_ONCE)))
    for seq in (1, 2):
        batch = outbox.next_batch(256)
        assert [e.seq for e in batch] == [seq]
        outbox.acknowledge(batch)
