from core.clock import ManualClock
from core.crowd import MomentStatus, Reaction
from core.messages import EncodedAudio, Envelope, Phase, RoomMessage, SessionInfo, SessionState
from core.show import EncodedPicture, PictureFormat
from sentiment.hosting.senses import Senses
from sentiment.moments import CrowdSenses
from sentiment.opinion import Opinion
from sentiment.text import fold
from tests.sentiment.moments.sets import drop_scores

GLAD = Opinion(0.6, "positive", 0.01, 0.0, 0.0, 0.0, 0.0, "en")
PACKET = EncodedAudio("set", 0, 960, b"", False, 0.0)
PICTURE = EncodedPicture("set", PictureFormat.VP9, 0, 2_400, True, 320, 180, False, b"")


def envelope(message: RoomMessage, pts_seconds: float = 0.0, epoch: str = "set") -> Envelope:
    return Envelope("room", epoch, 1, round(pts_seconds * 1e6), message)


def state(phase: Phase) -> SessionState:
    return SessionState(SessionInfo("set", "room", "dj", 0.0), phase)


def senses() -> tuple[CrowdSenses, ManualClock]:
    clock = ManualClock(monotonic_seconds=5_000.0)
    return CrowdSenses(clock), clock


def evening(sensing: Senses, clock: ManualClock, seconds: int, joy_at: range = range(0)) -> list:
    told = []
    messages = drop_scores(120.0)
    for second in range(seconds):
        while messages and messages[0].end_sample <= second * 48_000:
            sensing.hear_set(envelope(messages.pop(0), second))
        for user in range(20):
            if user == second % 20:
                sensing.hear_said(f"u{user}", fold("what was the last one called"), (), GLAD)
            if second in joy_at:
                sensing.hear_said(f"u{user}", fold("OMGGGG"), (), GLAD)
        clock.advance(1.0)
        _, moments = sensing.tick(round((second + 1) * 1e6))
        told += moments
    return told


def test_they_do_what_a_host_asks_for() -> None:
    sensing, clock = senses()
    sensing.hear_set(envelope(PACKET))
    sensing.hear_set(envelope(PICTURE))
    told = evening(sensing, clock, 180, range(126, 132))
    assert [moment.status for moment in told[:2]] == [
        MomentStatus.PROVISIONAL,
        MomentStatus.CONFIRMED,
    ]
    assert told[0].code == "drop" and told[0].epoch == "set"
    assert sensing.hype is not None


def test_taps_are_heard() -> None:
    sensing, clock = senses()
    for user in "abcd":
        sensing.hear_cheer(user, Reaction.WOW)
    clock.advance(1.0)
    pulse, moments = sensing.tick(0)
    assert pulse.reactions["wow"] == 4 and pulse.chatters == 4
    assert not moments


def test_what_the_pulse_does_not_take_in_is_counted_once() -> None:
    clock, counted = ManualClock(monotonic_seconds=5_000.0), []
    sensing = CrowdSenses(clock, count_dropped=counted.append)
    for _ in range(10):
        sensing.hear_said("flooder", fold("wow"), (), GLAD)
    sensing.tick(0)
    assert counted == []
    for _ in range(5):
        sensing.hear_said("flooder", fold("wow"), (), GLAD)
    clock.advance(1.0)
    sensing.tick(1_000_000)
    assert counted == [5]  # though each window that they would be in is full
    sensing.tick(2_000_000)
    assert counted == [5]


def test_after_a_set_there_are_no_moments() -> None:
    sensing, clock = senses()
    sensing.hear_set(envelope(state(Phase.LIVE)))
    sensing.hear_set(envelope(state(Phase.ENDED)))
    assert not evening(sensing, clock, 180, range(126, 132))  # its last scores come late
