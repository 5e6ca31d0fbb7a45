from __future__ import annotations

import io
from hashlib import sha256

import pytest
from PIL import Image

from battles import logos
from battles.database import Database
from battles.keys import KeyStore
from battles.logos import LogoStore
from core.clock import ManualClock
from core.errors import BadInput, NotFound


def picture(size: tuple[int, int] = (32, 24)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> LogoStore:
    await KeyStore(database, clock).create("Ana")
    return LogoStore(database, clock)


async def test_a_room_has_one_logo_named_by_its_content(store: LogoStore):
    for image in (picture(), picture((9, 9))):
        put = await store.put("ana", image)
        found, data = await store.image("ana", put.digest)
        assert found == put
        assert sha256(data).hexdigest() == put.digest
    first = sha256(picture()).hexdigest()
    for room, digest in (("ana", first), ("eva", put.digest), ("ana", "")):
        with pytest.raises(NotFound) as refused:
            await store.image(room, digest)
        assert refused.value.slug == "logo_not_found"
    await store.remove("ana")
    await store.remove("ana")
    with pytest.raises(NotFound):
        await store.image("ana", put.digest)


async def test_what_is_too_large_or_nobody_s_is_refused(
    store: LogoStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logos, "MOST_BYTES", 1_000)
    for room, image, code in (
        ("ana", picture() + b"\0" * 1_000, "logo_too_large"),
        ("ana", picture((2_049, 1)), "logo_too_many_pixels"),
        ("eva", picture(), "room_not_found"),
    ):
        with pytest.raises(BadInput) as refused:
            await store.put(room, image)
        assert refused.value.slug == code
