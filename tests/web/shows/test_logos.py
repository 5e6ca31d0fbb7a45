"""A room's logo over HTTP."""

from __future__ import annotations

import asyncio
import io
from hashlib import sha256

import pytest
from PIL import Image

from battles.logos import MOST_BYTES, LogoStore
from core.show import ShowSettings
from tests.web.shows.conftest import PATH, Site, logo


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_logo_is_put_shown_and_taken_away(site: Site, kind: str):
    put = await site.http.put(f"{PATH}/logo", content=logo(kind), headers=site.moderator)
    digest = put.json()["logo"]
    assert put.status_code == 200
    assert site.shows.set["nova"] == ShowSettings(logo=digest)
    shown = await site.http.get(f"{PATH}/logo/{digest}")
    assert shown.status_code == 200
    assert sha256(shown.content).hexdigest() == digest
    assert shown.headers["content-type"] == f"image/{kind.lower()}"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["content-security-policy"] == "sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(shown.content)) as picture:
        picture.load()
        assert picture.size == (64, 36)
    gone = await site.http.delete(f"{PATH}/logo", headers=site.dj)
    assert (gone.status_code, site.shows.set["nova"].logo) == (204, None)
    missing = await site.http.get(f"{PATH}/logo/{digest}")
    assert (missing.status_code, missing.json()["code"]) == (404, "logo_not_found")
    assert (await site.http.delete(f"{PATH}/logo", headers=site.dj)).status_code == 204


async def test_a_removal_under_way_spares_the_logo_that_another_hand_puts(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    await site.http.put(f"{PATH}/logo", content=logo(), headers=site.dj)
    removing, go_on = asyncio.Event(), asyncio.Event()
    remove = LogoStore.remove

    async def slowly(store: LogoStore, room: str) -> None:
        removing.set()
        await go_on.wait()
        await remove(store, room)

    monkeypatch.setattr(LogoStore, "remove", slowly)
    removal = asyncio.create_task(site.http.delete(f"{PATH}/logo", headers=site.dj))
    await asyncio.wait_for(removing.wait(), 5)
    other = site.http.put(f"{PATH}/logo", content=logo("JPEG"), headers=site.moderator)
    putting = asyncio.create_task(other)
    await asyncio.wait({putting}, timeout=0.3)  # it waits its turn, or is done before the removal
    go_on.set()
    assert (await removal).status_code == 204
    digest = (await putting).json()["logo"]
    assert site.shows.set["nova"].logo == digest
    assert (await site.http.get(f"{PATH}/logo/{digest}")).status_code == 200


async def test_who_has_a_logo_is_not_sent_it_nor_is_it_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    put = await site.http.put(f"{PATH}/logo", content=logo(), headers=site.moderator)
    path = f"{PATH}/logo/{put.json()['logo']}"
    shown = await site.http.get(path)

    async def image(*_: object) -> None:
        raise AssertionError("the picture was read")

    monkeypatch.setattr(LogoStore, "image", image)
    etag = shown.headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await site.http.get(path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    head = await site.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == shown.headers
    for method in ("GET", "HEAD"):  # another logo than the room's is none, known or not
        headers = {"If-None-Match": "*"} if method == "GET" else {}
        answer = await site.http.request(method, f"{PATH}/logo/{'0' * 64}", headers=headers)
        assert answer.status_code == 404


async def test_another_logo_takes_its_place(site: Site):
    first, second = logo(size=(8, 8)), logo(size=(9, 9))
    digests = [
        (await site.http.put(f"{PATH}/logo", content=each, headers=site.dj)).json()["logo"]
        for each in (first, second)
    ]
    assert site.shows.set["nova"].logo == digests[1] != digests[0]
    statuses = [
        (await site.http.get(f"{PATH}/logo/{digest}")).status_code
        for digest in (*digests, "0" * 64, "x", digests[1].upper())
    ]
    assert statuses == [404, 200, 404, 404, 404]
    elsewhere = await site.http.get(f"/api/rooms/luz/show/logo/{digests[1]}")
    assert elsewhere.status_code == 404


async def test_the_overlay_can_let_go_of_its_logo(site: Site):
    await site.http.put(f"{PATH}/logo", content=logo(), headers=site.dj)
    await site.http.patch(PATH, json={"logo": None}, headers=site.dj)
    assert site.shows.set["nova"].logo is None


def moving(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.effect_noise((40, 30), 80).convert("RGB") for _ in range(3)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        (b"", 415, "logo_type_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "logo_type_unknown"),
        (logo()[:-20], 415, "logo_type_unknown"),
        (moving("GIF"), 415, "logo_type_unknown"),
        (moving("WEBP"), 415, "logo_animated"),
        (moving("PNG"), 415, "logo_animated"),
        (logo(size=(2_049, 8)), 413, "logo_too_many_pixels"),
        (logo("JPEG", size=(8, 2_049)), 413, "logo_too_many_pixels"),
        (logo() + b"\0" * MOST_BYTES, 413, "too_large"),
    ],
)
async def test_what_is_no_logo_is_refused(site: Site, image: bytes, status: int, code: str):
    answer = await site.http.put(f"{PATH}/logo", content=image, headers=site.dj)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert site.shows.set == {}


async def test_a_large_logo_within_the_bound_is_taken(site: Site):
    image = logo(size=(512, 256))
    assert 65_536 < len(image) <= MOST_BYTES
    answer = await site.http.put(f"{PATH}/logo", content=image, headers=site.dj)
    assert answer.status_code == 200
