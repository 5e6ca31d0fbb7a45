import random
import re

import pytest

from core.crowd import Reaction
from core.plain import to_plain
from sentiment.pulse import Pulse
from sentiment.pulse.pulse import CHATTERS_LEAST, MOOD_SECONDS, PRESENT_SECONDS
from tests.sentiment.chat.crowded import strings_within
from tests.sentiment.pulse.crowds import TALKED, Crowd, hypes, said

CALM_SECONDS = 400


def test_silence_is_not_known_rather_than_zero() -> None:
    pulse = Pulse().tick(1.0)
    assert pulse.hype is None and pulse.reason == "too_few"
    assert pulse.mood is None and pulse.synchrony is None
    assert (pulse.mood_count, pulse.chatters, pulse.messages_per_minute) == (0, 0, 0.0)
    assert pulse.top_emotes == () and set(pulse.reactions.values()) == {0}
    to_plain(pulse)


def test_the_first_minute_warms_up_and_says_so() -> None:
    crowd = Crowd(users=30, seconds_each=5.0)
    pulses = crowd.seconds(200)
    assert {pulse.reason for pulse in pulses[10:70]} == {"warming_up"}
    assert all(pulse.hype is None for pulse in pulses[10:70])
    assert all(0 <= hype <= 100 for hype in hypes(pulses[90:]))


def test_two_people_are_no_crowd() -> None:
    crowd = Crowd(users=CHATTERS_LEAST - 1, seconds_each=2.0)
    for pulse in crowd.seconds(300):
        assert pulse.reason == "too_few"
        assert pulse.hype is None and pulse.mood is None  # it would be a person's


@pytest.mark.parametrize(("users", "most"), [(6, 9.0), (12, 7.0), (40, 5.0), (200, 2.0)])
def test_one_user_flooding_moves_it_by_a_few_points(users: int, most: float) -> None:
    without, flooded = (Crowd(users=users, seed=5) for _ in range(2))
    without.seconds(CALM_SECONDS)
    flooded.seconds(CALM_SECONDS)
    calm, loud = hypes(without.seconds(30)), hypes(flooded.seconds(30, floods=8))
    moved = [high - low for low, high in zip(calm, loud, strict=True)]
    assert sum(moved) / len(moved) < most


def test_twenty_users_move_it_a_lot() -> None:
    crowd = Crowd(users=40, seed=5)
    before = list(hypes(crowd.seconds(CALM_SECONDS)[-60:]))
    reacting = list(hypes([*crowd.seconds(6, joy=4), *crowd.seconds(6)]))
    assert max(reacting) > 80
    assert max(reacting) - sum(before) / len(before) > 45


def test_small_rooms_count() -> None:
    crowd = Crowd(users=6, seconds_each=30.0, seed=2)
    crowd.seconds(CALM_SECONDS)
    reacting = [*crowd.seconds(6, joy=3), *crowd.seconds(6)]
    assert max(hypes(reacting)) > 65


def test_what_is_said_beats_how_much() -> None:
    talking, reacting = (Crowd(users=60, seed=9) for _ in range(2))
    for crowd in (talking, reacting):
        crowd.seconds(CALM_SECONDS)
    question = (said("does anybody know what he played just before this one", 0.0),)
    talking.talk, talking.seconds_each = question, 10.0  # four times as much as before
    busy = max(hypes(talking.seconds(15)))
    short = max(hypes([*reacting.seconds(5, joy=6), *reacting.seconds(10)]))
    assert busy < 40
    assert short > 80


def test_a_crowd_at_someones_throat_is_not_hyped() -> None:
    glad, angry = (Crowd(users=60, seed=4) for _ in range(2))
    for crowd in (glad, angry):
        crowd.seconds(CALM_SECONDS)
        crowd.seconds_each = 5.0
    glad.talk, angry.talk = (said("what a set", 0.9, 0.0),), (said("what a set", -0.9, 0.9),)
    assert max(hypes(glad.seconds(15))) > max(hypes(angry.seconds(15))) + 20


def test_taps_are_voices_too() -> None:
    crowd = Crowd(users=40, seed=6)
    before = crowd.seconds(CALM_SECONDS)[-1]
    for user in range(30):
        crowd.pulse.cheer(f"u{user}", Reaction.FIRE, crowd.now_seconds)
    for _ in range(50):
        crowd.pulse.cheer("u0", Reaction.FIRE, crowd.now_seconds)
    after = crowd.seconds(5)[-1]
    assert before.hype is not None and after.hype is not None
    assert after.hype > before.hype + 20
    assert after.reactions["fire"] == 30  # fifty taps of one are one
    assert after.top_emotes[0] == "fire"
    assert after.synchrony is not None and after.synchrony > 0.5


def test_booing_is_a_mood_not_hype() -> None:
    booed, cheered = (Crowd(users=40, seed=6) for _ in range(2))
    for crowd, reaction in ((booed, Reaction.BOO), (cheered, Reaction.HEART)):
        crowd.seconds(CALM_SECONDS)
        for user in range(30):
            crowd.pulse.cheer(f"u{user}", reaction, crowd.now_seconds)
    boos, hearts = booed.seconds(5)[-1], cheered.seconds(5)[-1]
    assert boos.mood is not None and boos.mood < -0.5
    assert hearts.mood is not None and hearts.mood > 0.5
    assert boos.hype is not None and hearts.hype is not None
    assert boos.hype < hearts.hype - 15


def test_mood_is_one_voice_a_user() -> None:
    pulse = Pulse()
    for place in range(3):
        pulse.hear("loud", 1.0 + place, said("great", 1.0))
    pulse.hear("b", 4.0, said("bad", -1.0))
    pulse.hear("c", 4.0, said("fine", 0.0))
    felt = pulse.tick(5.0)
    assert felt.mood == pytest.approx(0.0)
    assert felt.mood_count == 3
    assert pulse.tick(5.0 + MOOD_SECONDS).mood is None


def test_an_unread_message_has_no_mood_but_counts() -> None:
    pulse = Pulse()
    for user in "abcd":
        pulse.hear(user, 1.0, said("wow", None))
    felt = pulse.tick(2.0)
    assert felt.mood is None and felt.mood_count == 0
    assert felt.chatters == 4 and felt.messages_per_minute == 4


def test_the_same_was_heard_however_ticks_and_messages_come() -> None:
    """The pulse follows from what was heard, not from anything drawn or timed within."""

    def course() -> list[object]:
        crowd = Crowd(users=25, seed=8)
        return [*crowd.seconds(150), *crowd.seconds(5, joy=5), *crowd.seconds(20)]

    assert course() == course()


def test_nothing_is_known_ahead() -> None:
    one, other = Crowd(users=25, seed=8), Crowd(users=25, seed=8)
    assert one.seconds(200) == other.seconds(200)
    one.seconds(5, joy=9)
    assert one.seconds(1) != other.seconds(6)[-1:]


def test_who_left_is_gone_after_a_minute() -> None:
    pulse = Pulse()
    for user in "abc":
        pulse.hear(user, 1.0, TALKED[0])
    assert pulse.tick(PRESENT_SECONDS).chatters == 3
    assert pulse.tick(PRESENT_SECONDS + 1.5).chatters == 0


def test_a_pause_of_the_host_is_no_storm_when_it_ends() -> None:
    crowd = Crowd(users=40, seed=3)
    crowd.seconds(CALM_SECONDS)
    crowd.now_seconds += 3_600.0
    later = crowd.seconds(120)
    assert max(pulse.hype for pulse in later if pulse.hype is not None) < 65


def test_memory_is_bounded() -> None:
    pulse, draw = Pulse(), random.Random(1)
    for second in range(200):
        for _ in range(50):
            pulse.hear(f"u{draw.randrange(20)}", second + 0.5, TALKED[0])
        pulse.tick(second + 1.0)
    assert pulse.dropped > 0
    assert len(pulse._written._said) <= 20 * 10
    assert len(pulse._mood._said) <= 20 * 10


def test_users_are_forgotten_without_a_tick_too() -> None:
    pulse = Pulse()
    for user in ("u1", "u2", "u3"):
        pulse.hear(user, 1.0, said("wow"))
        pulse.cheer(user, Reaction.FIRE, 1.0)
    assert users_in(pulse) == {"u1", "u2", "u3"}
    pulse.forget(2.0 + PRESENT_SECONDS)
    assert users_in(pulse) == set()


def test_people_can_be_forgotten_while_the_usual_stays_known() -> None:
    crowd = Crowd(users=30, seconds_each=5.0)
    crowd.seconds(CALM_SECONDS)
    assert users_in(crowd.pulse)
    crowd.pulse.forget_people()
    assert users_in(crowd.pulse) == set()
    assert crowd.seconds(40)[-1].hype is not None  # no warming up again


def users_in(pulse: Pulse) -> set[str]:
    return {each for each in strings_within(pulse) if re.fullmatch(r"u\d+", each)}
