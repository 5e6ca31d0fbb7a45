"""What the model is told: bounded, the same everywhere, and sensible."""

import math
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sentiment.features import DENSE, Features, features
from sentiment.hashing import BUCKETS, IDS_MOST, bucket
from sentiment.text import fold


def told(text: str) -> dict[str, float]:
    return dict(zip(DENSE, features(fold(text)).dense, strict=True))


@given(st.text(max_size=600))
def test_any_text_gives_bounded_features(text: str) -> None:
    made = features(fold(text))
    assert len(made.dense) == len(DENSE)
    assert all(math.isfinite(value) and -2 <= value <= 5 for value in made.dense)
    assert all(0 < piece < BUCKETS for piece in made.ids)
    assert len(set(made.ids)) == len(made.ids) <= IDS_MOST


def test_pieces_are_the_same_in_another_process() -> None:
    code = "from sentiment.hashing import bucket; print(bucket('w temazo'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == bucket("w temazo")


def test_both_languages_have_valences() -> None:
    assert told("what a wonderful night")["compound"] > 0.3
    assert told("qué noche tan maravillosa")["compound"] > 0.3
    assert told("this is awful and boring")["compound"] < -0.3
    assert told("esto es horrible y aburrido")["compound"] < -0.3


def test_negation_turns_a_valence_round() -> None:
    assert told("it is good")["compound"] > 0 > told("it is not good")["compound"]
    assert told("me gusta")["compound"] > 0 > told("no me gusta")["compound"]


def test_intensity_counts() -> None:
    assert told("very good")["compound"] > told("good")["compound"] > told("kinda good")["compound"]


def test_emotes_count_between_colons_and_as_other_sites_type_them() -> None:
    assert told(":fire:")["emote_compound"] > 0
    assert told("PogChamp")["emote_compound"] > 0 > told("ResidentSleeper")["emote_compound"]
    assert told("somebodyHype")["emote_compound"] > 0 > told("somebodyRage")["emote_compound"]
    assert told("the train is on fire")["emotes"] == 0  # starter names are words as well


def test_shouting_drawing_out_and_laughing_are_seen() -> None:
    assert told("LETS GO")["caps_ratio"] == 1
    assert told("goooooo")["elongation"] > 0.5
    assert told("jajajaja qué bueno")["laughter"] > 0
    assert told("xDDDD")["laughter"] > 0


def test_an_empty_message_has_no_pieces() -> None:
    made = features(fold(""))
    assert isinstance(made, Features)
    assert made.ids == ()
