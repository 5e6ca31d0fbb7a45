from __future__ import annotations

import io
from hashlib import sha256

import pytest
from PIL import Image

from battles import emotes
from battles.database import Database
from battles.emotes import MOST_BYTES, NAME_FORMAT, EmoteStore
from battles.keys import KeyStore
from core.clock import ManualClock
from core.crowd import EMOTE_NAME_MOST, EmoteSpan
from core.errors import BadInput, NotFound
from sentiment.text.emotes import EMOTE, emote_spans


def picture(kind: str = "PNG", size: tuple[int, int] = (32, 24), **options: object) -> bytes:
    """A picture as a real encoder writes it."""
    out = io.BytesIO()
    Image.new("RGBA" if kind != "GIF" else "P", size).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> EmoteStore:
    keys = KeyStore(database, clock)
    await keys.create("Ana")
    await keys.create("Bea")
    return EmoteStore(database, {"fire"}, clock)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
async def test_a_picture_comes_back_as_it_went(store: EmoteStore, clock: ManualClock, kind: str):
    image = picture(kind)
    added = await store.add("ana", "disco_ball", image)
    assert added.media_type == f"image/{kind.lower()}"
    assert added.digest == sha256(image).hexdigest()
    assert await store.image("ana", "disco_ball") == (added, image)
    assert await store.list("ana") == (added,)
    assert await store.list("bea") == ()


async def test_a_name_taken_by_the_room_itself_is_replaced(store: EmoteStore):
    await store.add("ana", "ball", picture(size=(8, 8)))
    other = picture(size=(9, 9))
    await store.add("ana", "ball", other)
    assert (await store.image("ana", "ball"))[1] == other
    assert len(await store.list("ana")) == 1


async def test_a_removed_emote_is_gone(store: EmoteStore):
    await store.add("ana", "ball", picture())
    await store.remove("ana", "ball")
    for asked in (store.image("ana", "ball"), store.remove("ana", "ball")):
        with pytest.raises(NotFound) as refused:
            await asked
        assert refused.value.slug == "emote_not_found"


@pytest.mark.parametrize(
    ("room", "name", "image", "code"),
    [
        ("ana", "x", picture(), "emote_name_invalid"),
        ("ana", "Ball", picture(), "emote_name_invalid"),
        ("ana", "a:b", picture(), "emote_name_invalid"),
        ("ana", "x" * 33, picture(), "emote_name_invalid"),
        ("ana", "fire", picture(), "emote_name_taken"),
        ("eva", "ball", picture(), "room_not_found"),
        ("ana", "ball", picture(size=(129, 8)), "emote_too_many_pixels"),
        ("ana", "ball", picture(size=(8, 129)), "emote_too_many_pixels"),
        ("ana", "ball", picture() + b"\0" * MOST_BYTES, "emote_too_large"),
        ("ana", "ball", picture("BMP"), "emote_type_unknown"),
        ("ana", "ball", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "emote_type_unknown"),
        ("ana", "ball", b"", "emote_type_unknown"),
    ],
)
async def test_what_is_no_emote_is_refused(
    store: EmoteStore, room: str, name: str, image: bytes, code: str
):
    with pytest.raises(BadInput) as refused:
        await store.add(room, name, image)
    assert refused.value.slug == code
    assert await store.list("ana") == ()


async def test_a_room_has_so_many_and_no_more(store: EmoteStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(emotes, "MOST_EMOTES", 2)
    for name in ("one", "two"):
        await store.add("ana", name, picture())
    with pytest.raises(BadInput) as refused:
        await store.add("ana", "three", picture())
    assert refused.value.slug == "emotes_full"
    await store.add("ana", "two", picture(size=(4, 4)))
    await store.add("bea", "three", picture())


def test_a_name_that_can_be_given_is_one_that_is_found_in_a_message():
    longest = "a" * EMOTE_NAME_MOST
    assert NAME_FORMAT.fullmatch(longest) and not NAME_FORMAT.fullmatch(longest + "a")
    assert emote_spans(f":{longest}:", {longest}) == (EmoteSpan(longest, 0, len(longest) + 2),)
    assert EMOTE.search(f":{longest}a:") is None
