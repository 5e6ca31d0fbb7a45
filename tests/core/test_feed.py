from core.bus import MemoryBus
from core.feed import SessionFeed
from core.messages import Envelope, Track
from core.show import PictureFormat
from tests.core.sample_messages import beat, info, packet, picture, state


class Listener:
    def __init__(self) -> None:
        self.seen: list[Envelope] = []

    def envelope(self, envelope: Envelope) -> None:
        self.seen.append(envelope)


def test_events_and_packets_are_counted_apart() -> None:
    listener = Listener()
    feed = SessionFeed(info(), MemoryBus(), [listener])
    feed.publish(state(), 0)
    feed.publish(packet(0), 0)
    feed.publish(packet(1), 960)
    feed.publish(beat(), 24_000)
    assert [(e.is_media, e.seq) for e in listener.seen] == [
        (False, 1), (True, 1), (True, 2), (False, 2),
    ]  # fmt: skip


def test_positions_become_microseconds_of_the_media_clock() -> None:
    feed = SessionFeed(info(), MemoryBus())
    envelope = feed.publish(beat(), 24_000)
    assert envelope.pts_microseconds == 500_000
    assert (envelope.room, envelope.epoch) == ("ana", "set-1")


def test_each_format_of_pictures_is_counted_for_itself() -> None:
    listener = Listener()
    feed = SessionFeed(info(), MemoryBus(), [listener])
    for index in range(2):
        feed.publish(picture(index), 0)
        feed.publish(picture(index, form=PictureFormat.JPEG), 0)
        feed.publish(packet(index), 0)
    assert [(e.track, e.seq) for e in listener.seen] == [
        (track, seq) for seq in (1, 2) for track in (Track.VIDEO, Track.STILLS, Track.SOUND)
    ]
