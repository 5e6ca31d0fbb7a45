"""Pictures of a real encoder, and what pretends to be one."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from battles.images import Picture, read_picture

KINDS = {
    "png": ("PNG", "RGBA", {}),
    "gif": ("GIF", "P", {}),
    "webp lossy": ("WEBP", "RGB", {"lossless": False}),
    "webp lossless": ("WEBP", "RGB", {"lossless": True}),
    "webp lossy with transparency": ("WEBP", "RGBA", {"lossless": False}),
}


def encoded(kind: str, width: int, height: int) -> bytes:
    name, mode, options = KINDS[kind]
    out = io.BytesIO()
    # Half-transparent noise: an encoder must not find it opaque and drop the alpha plane.
    Image.effect_noise((width, height), 80).convert(mode).save(out, name, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (128, 96), (129, 2), (300, 257)])
def test_size_and_type_are_those_that_were_encoded(kind: str, width: int, height: int):
    media_type = f"image/{KINDS[kind][0].lower()}"
    assert read_picture(encoded(kind, width, height)) == Picture(media_type, width, height)


def test_an_animation_states_its_canvas():
    for name in ("WEBP", "GIF"):
        out = io.BytesIO()
        frames = [Image.effect_noise((40, 30), 80).convert("RGB") for _ in range(3)]
        frames[0].save(out, name, save_all=True, append_images=frames[1:])
        picture = read_picture(out.getvalue())
        assert picture == Picture(f"image/{name.lower()}", 40, 30)


def test_transparency_is_seen_through():
    out = io.BytesIO()
    image = Image.effect_noise((40, 30), 80).convert("RGBA")
    image.putalpha(Image.effect_noise((40, 30), 80))
    image.save(out, "WEBP")
    assert b"VP8X" in out.getvalue()[:16]
    assert read_picture(out.getvalue()) == Picture("image/webp", 40, 30)


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_cut_short_is_no_picture(kind: str):
    whole = encoded(kind, 20, 20)
    told = [read_picture(whole[:length]) for length in range(10)]
    assert told == [None] * 10


@given(st.binary(max_size=64))
def test_anything_else_is_none_or_a_picture_and_never_an_error(data: bytes):
    for beginning in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"RIFF\0\0\0\0WEBPVP8L",
    ):
        found = read_picture(beginning + data)
        assert found is None or found.media_type.startswith("image/")
