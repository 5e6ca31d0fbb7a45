"""The routes of those who keep order in a room's chat: what waits, what is done, by what rules."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from core.crowd import AuditEntry, Configure, CrowdReply, CrowdRequest, Moderate, Queue, ReadQueue
from core.errors import BusUnavailable
from web.crowd.bearer import credential_of, require_room_name
from web.crowd.desk import Desk
from web.crowd.models import DeedBody, RulesBody
from web.viewers.crowd_protocol import queued_data, rules_data
from web.viewers.protocol import Json

PRIVATE: Final = {"Cache-Control": "no-store"}
"""For answers that hold what people said."""


def moderation_router(desk: Desk) -> APIRouter:
    """Return the routes `/api/rooms/{room}/moderation` and `.../moderation/rules`.

    Parameters
    ----------
    desk
        The way to the crowd.
    """
    router = APIRouter(prefix="/api/rooms/{room}/moderation", tags=["moderation"])

    async def ask(room: str, request: Request, make: Callable[[str], CrowdRequest]) -> CrowdReply:
        credential = credential_of(request)
        host = request.client.host if request.client else ""
        return await desk.ask(require_room_name(room), credential, host, make)

    @router.get("", summary="What waits for a moderator, and what was decided of late")
    async def read(room: str, request: Request) -> Response:
        queue = await ask(room, request, lambda person: ReadQueue(room, person))
        if not isinstance(queue, Queue):
            raise BusUnavailable("The room's crowd answered something else; try again.")
        return Response(
            orjson.dumps(queue_data(queue)), media_type="application/json", headers=PRIVATE
        )

    @router.post("", summary="Decide something", status_code=HTTPStatus.NO_CONTENT)
    async def decide(room: str, body: DeedBody, request: Request) -> Response:
        def deed(person: str) -> CrowdRequest:
            return Moderate(room, person, body.deed, body.message, body.user, body.seconds)

        await ask(room, request, deed)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.put("/rules", summary="Keep the chat otherwise", status_code=HTTPStatus.NO_CONTENT)
    async def configure(room: str, body: RulesBody, request: Request) -> Response:
        rules = body.rules()
        await ask(room, request, lambda person: Configure(room, person, rules))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def queue_data(queue: Queue) -> Json:
    """Return what a moderator is shown."""
    return {
        "waiting": [queued_data(message) for message in queue.waiting],
        "decisions": [_decision(entry) for entry in queue.decisions],
        "rules": rules_data(queue.rules),
    }


def _decision(entry: AuditEntry) -> Json:
    return {
        "at_unix_seconds": entry.at_unix_seconds,
        "actor": entry.actor,
        "deed": entry.deed,
        "user": entry.user,
        "name": entry.name,
        "text": entry.text,
        "reasons": list(entry.reasons),
        "message": entry.message,
    }
