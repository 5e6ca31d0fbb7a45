"""Pictures of a real encoder, with what cameras and programs put beside them."""

from __future__ import annotations

import io
import struct
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from battles.still_images import Animated, still_image

SECRET = b"41.3851N 2.1734E"


def encoded(kind: str, mode: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    beside: dict[str, object] = {"exif": exif}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        beside["pnginfo"] = text
    if kind == "JPEG":
        beside["comment"] = SECRET
    if kind == "WEBP":
        beside["xmp"] = SECRET
    out = io.BytesIO()
    noise = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3), np.uint8)
    image = Image.fromarray(noise).convert(mode)
    image.save(out, kind, **(beside | options))
    return out.getvalue()


KINDS = {
    "png": ("PNG", "RGBA", {}),
    "png of a palette": ("PNG", "P", {}),
    "jpeg": ("JPEG", "RGB", {}),
    "jpeg, progressive": ("JPEG", "RGB", {"progressive": True}),
    "jpeg in grey": ("JPEG", "L", {}),
    "jpeg for print": ("JPEG", "CMYK", {}),
    "jpeg with marks to restart at": ("JPEG", "RGB", {"restart_marker_rows": 1}),
    "webp": ("WEBP", "RGB", {}),
    "webp with transparency": ("WEBP", "RGBA", {}),
    "webp, lossless": ("WEBP", "RGBA", {"lossless": True}),
}


@cache
def of_kind(kind: str) -> bytes:
    name, mode, options = KINDS[kind]
    return encoded(name, mode, **options)


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGBA"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_stays_to_the_bit_and_nothing_else(kind: str):
    name, whole = KINDS[kind][0], of_kind(kind)
    assert SECRET in whole
    still = still_image(whole + SECRET)  # some cameras put a film behind the picture
    assert still is not None
    assert (still.media_type, still.width, still.height) == (f"image/{name.lower()}", 60, 40)
    assert SECRET not in still.data
    assert len(still.data) < len(whole)
    np.testing.assert_array_equal(pixels(still.data), pixels(whole))
    assert still_image(still.data) == still


def test_colours_stay_what_they_are_meant_to_be():
    profile = b"\0" * 128
    for kind in ("PNG", "JPEG", "WEBP"):
        still = still_image(encoded(kind, "RGB", icc_profile=profile))
        assert still is not None
        with Image.open(io.BytesIO(still.data)) as picture:
            assert picture.info["icc_profile"] == profile


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_moves_is_none(kind: str):
    out = io.BytesIO()
    frames = [Image.effect_noise((40, 30), 80).convert("RGB") for _ in range(3)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    with pytest.raises(Animated):
        still_image(out.getvalue())


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_file_cut_anywhere_is_none(kind: str, data: st.DataObject):
    whole = still_image(of_kind(kind))
    assert whole is not None
    cut = data.draw(st.integers(0, len(whole.data) - 1))
    assert still_image(whole.data[:cut]) is None


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_damaged_file_is_no_crash(kind: str, data: st.DataObject):
    name, damaged = KINDS[kind][0], bytearray(of_kind(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        still = still_image(bytes(damaged))
    except Animated:
        return
    assert still is None or still.media_type == f"image/{name.lower()}"


@given(st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"]), st.binary(max_size=200))
def test_noise_is_none(start: bytes, noise: bytes):
    assert still_image(start + noise) is None


def frame_header(width: int, height: int) -> bytes:
    return b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(10)


@pytest.mark.parametrize("place", [b"\xff\xdb", b"\xff\xda", b"\xff\xd9"])
def test_a_jpeg_says_once_how_large_it_is(place: bytes):
    whole = of_kind("jpeg")
    at = whole.rindex(place)
    assert still_image(whole[:at] + frame_header(10, 10) + whole[at:]) is None


def test_a_jpeg_without_a_height_is_none():
    # Its decoder would find the height behind the picture.
    whole = of_kind("jpeg")
    at = whole.index(b"\xff\xc0") + 5
    assert still_image(whole[:at] + b"\0\0" + whole[at + 2 :]) is None
