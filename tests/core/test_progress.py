from core.bus.progress import EPOCHS_REMEMBERED, Progress
from core.messages import Phase
from core.show import PictureFormat
from tests.core.sample_messages import envelope, packet, picture, state


def test_what_is_told_again_is_not_new() -> None:
    progress = Progress()
    assert [progress.is_new(envelope(seq)) for seq in (1, 2, 2, 1, 3)] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_events_and_each_track_of_media_are_numbered_apart() -> None:
    progress = Progress()
    assert progress.is_new(envelope(5))
    for media in (packet(), picture(), picture(form=PictureFormat.JPEG)):
        assert progress.is_new(envelope(1, media))
        assert not progress.is_new(envelope(1, media))


def test_a_past_set_stays_past() -> None:
    progress = Progress()
    epochs = [f"set-{number}" for number in range(EPOCHS_REMEMBERED + 1)]
    assert all(progress.is_new(envelope(1, epoch=epoch)) for epoch in epochs)
    assert not any(progress.is_new(envelope(9, epoch=epoch)) for epoch in epochs[:-1])
    assert progress.is_new(envelope(2, epoch=epochs[-1]))


def test_what_is_told_again_of_an_old_set_does_not_displace_the_one_on_air() -> None:
    progress = Progress()
    assert progress.is_new(envelope(1, state(session="set-2"), epoch="set-2"))
    for message in (None, packet(), state(Phase.RESUMING), state(Phase.ENDED)):
        assert not progress.is_new(envelope(7, message))
    assert progress.is_new(envelope(2, epoch="set-2"))


def test_a_set_that_begins_takes_the_place_of_one_whose_end_was_never_told() -> None:
    progress = Progress()
    assert progress.is_new(envelope(1, state()))
    assert progress.is_new(envelope(1, state(session="set-2"), epoch="set-2"))
    assert progress.is_new(envelope(2, epoch="set-2"))


def test_after_an_end_anything_may_follow() -> None:
    progress = Progress()
    assert progress.is_new(envelope(1, state(Phase.ENDED)))
    assert progress.is_new(envelope(1, packet(session="set-2"), epoch="set-2"))
