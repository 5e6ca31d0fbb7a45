"""The routes of a VJ's hands: how a room's show stands, what it is to be, and its blackout."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from fastapi import APIRouter, Request, Response

from battles.logos import LogoStore
from battles.show_settings import ShowSettingsStore
from core.errors import NotFound
from core.show import ShowDoor
from visuals.catalogue import PALETTES, SCENES
from web.shows.hands import NO_STORE, Appointed, Hands
from web.shows.logos import logos_router
from web.shows.models import BlackoutBody, ShowChange
from web.viewers.protocol import Json, settings_data, show_data

PATH = "/api/rooms/{room}/show"


def shows_router(
    door: ShowDoor, *, logos: LogoStore, store: ShowSettingsStore, appointed: Appointed
) -> APIRouter:
    """Return the routes below `/api/rooms/{room}/show`.

    Parameters
    ----------
    door
        The way to the shows of this process.
    logos, store
        Keep the rooms' logos, and what is set for their shows.
    appointed
        Tells what a credential is worth in a room.
    """
    hands = Hands(door, store, appointed)
    router = APIRouter(prefix=PATH, tags=["show"])

    def told(room: str) -> Response:
        body = orjson.dumps(show_page(room, door))
        return Response(body, media_type="application/json", headers=NO_STORE)

    @router.get("", summary="How the show stands, what is set for it, and what it could be")
    async def read(room: str, request: Request) -> Response:
        await hands.admit(room, request)
        return told(room)

    @router.patch("", summary="Change the show; what is left out stays")
    async def change(room: str, body: ShowChange, request: Request) -> Response:
        await hands.admit(room, request)
        await hands.change(room, body.applied_to)
        return told(room)

    @router.post(
        "/blackout",
        summary="Black the picture out for three seconds, or end that",
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def blackout(room: str, body: BlackoutBody, request: Request) -> Response:
        await hands.admit(room, request)
        door.blackout(room, held=body.held, hand=body.hand)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    whole = APIRouter()
    for each in (router, logos_router(hands, logos)):
        whole.include_router(each)
    return whole


def show_page(room: str, door: ShowDoor) -> Json:
    """Return what a VJ is shown of a room's show."""
    state = door.state(room)
    return {
        "room": room,
        "settings": settings_data(door.settings(room)),
        "state": None if state is None else show_data(state),
        "catalogue": {"scenes": SCENES, "palettes": PALETTES},
    }


def no_shows_router(*, elsewhere: bool = False) -> APIRouter:
    """Return what a process answers at the same addresses that has no shows.

    Parameters
    ----------
    elsewhere
        Whether another process draws them; else the operator wants none.
    """
    router = APIRouter(include_in_schema=False)

    async def refuse() -> Response:
        if elsewhere:
            raise NotFound(
                "Shows are drawn by another server. Set ingest_url, so that this one sends VJs"
                " there.",
                code="visuals_elsewhere",
            )
        raise NotFound("This server draws no shows.", code="visuals_disabled")

    for path in (PATH, PATH + "/{rest:path}"):
        router.add_api_route(path, refuse, methods=["GET", "PATCH", "POST", "PUT", "DELETE"])
    return router
