"""A room's crowd for pages under test: it speaks the wire between a page and the real hub.

Everything of the set goes to the hub and back untouched; what concerns the crowd is answered here,
by the rules of the wire and a script instead of a filter.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Page, Route, WebSocketRoute

from core.crowd import ChatRules, Role
from core.plain import to_plain

LINE: Final = re.compile(r"/rooms/[^/]+/live")
EMOTE: Final = re.compile(r":([a-z0-9_]{2,24}):")
ASKED: Final = frozenset({"join", "say", "cheer", "appeal"})
DJ_KEY: Final = "djuv-test-key"
MODERATOR: Final = "djum_test"
"""Stream key and pass."""

ROLES: Final = {DJ_KEY: Role.DJ, MODERATOR: Role.MODERATOR}
SENT_UNIX_MS: Final = 1_795_000_000_000

ALLOWED: Final = {"action": "allow", "code": None, "retry_after_seconds": None, "may_appeal": False}
HELD: Final = ALLOWED | {"action": "hold", "code": "held"}


def deleted(code: str, may_appeal: bool = True, wait: float | None = None) -> dict[str, Any]:
    """What becomes of a message that nobody may see."""
    return {
        "action": "delete",
        "code": code,
        "retry_after_seconds": wait,
        "may_appeal": may_appeal,
    }


@dataclass
class Line:
    """One page's connection, and who is at its end."""

    socket: WebSocketRoute
    member: dict[str, Any] | None = None
    joined: bool = False

    def tell(self, kind: str, seq: int, d: dict[str, Any]) -> None:
        """Send the page an event."""
        self.socket.send(json.dumps({"t": kind, "seq": seq, "pts": 0, "d": d}))


@dataclass
class FakeCrowd:
    """One room's crowd.

    Attributes
    ----------
    outcomes
        What becomes of a message, by its text; of all others everybody sees them.
    taken
        Names that somebody has, and what is said to who wants one.
    deaf
        Kinds of requests that nobody answers.
    closed
        Code with which everybody is turned away.
    """

    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    deaf: set[str] = field(default_factory=set)
    closed: str | None = None
    rules: dict[str, Any] = field(default_factory=lambda: to_plain(ChatRules()))
    epoch: str = "crowd-1"
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    deeds: list[dict[str, Any]] = field(default_factory=list)
    moderators: list[dict[str, Any]] = field(default_factory=list)
    moments: list[dict[str, Any]] = field(default_factory=list)
    emotes: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)  # of emotes, as they were put
    emote_fault: tuple[str, int] | None = None  # code and status of what is refused
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def stand_in(self, page: Page) -> None:
        """Be the crowd of this page."""
        await page.route_web_socket(LINE, self._connect)
        await page.route(re.compile(r"/api/rooms/[^/]+/moderation"), self._moderation)
        await page.route(re.compile(r"/api/rooms/[^/]+/moderators"), self._moderators)
        await page.route(re.compile(r"/emotes/nova/"), self._picture)
        await page.route(re.compile(r"/api/rooms/[^/]+/moments"), self._listing("moments"))
        await page.route(re.compile(r"/api/rooms/[^/]+/emotes"), self._emotes)

    # What the room says

    def publish(self, kind: str, d: dict[str, Any]) -> None:
        """Give an event its place and tell everybody."""
        self.events.append((kind, d))
        for line in self.lines:
            if line.joined:
                line.tell(kind, len(self.events), d)

    def message(self, name: str, text: str, **more: Any) -> str:
        """Let somebody say something; return the message's id."""
        number = next(self.ids)
        emotes = [
            {"name": match[1], "start": match.start(), "end": match.end()}
            for match in EMOTE.finditer(text)
        ]
        message = {
            "kind": "message",
            "id": f"m{number}",
            "user": f"user-{name}",
            "name": name,
            "role": "viewer",
            "text": text,
            "emotes": emotes,
            "reply": None,
            "sent_unix_ms": SENT_UNIX_MS + 1_000 * number,
        }
        self.publish("chat", message | more)
        return str(message["id"])

    def remove(self, *ids: str, code: str = "deleted") -> None:
        """Take messages away."""
        gone = {"kind": "removed", "messages": list(ids), "code": code}
        for at, (kind, d) in enumerate(self.events):
            if kind == "chat" and d.get("id") in ids:
                self.events[at] = ("chat", {"kind": "removed", "messages": [d["id"]], "code": code})
        self.publish("chat", gone)

    def pulse(self, hype: float | None, **more: Any) -> None:
        """Say how the crowd feels."""
        plain = {
            "hype": hype,
            "reason": None if hype is not None else "too_few",
            "mood": 0.6 if hype is not None else None,
            "mood_count": 12,
            "chatters": 14,
            "messages_per_minute": 9.0,
            "synchrony": 0.4,
            "top_emotes": ["fire", "rocket", "hands"],
            "reactions": {"fire": 0, "heart": 0, "hands": 0, "wow": 0, "boo": 0},
        }
        self.publish("crowd", plain | more)

    @property
    def public_rules(self) -> dict[str, Any]:
        """The rules as everybody may know them: a room's own words are not told."""
        return {name: rule for name, rule in self.rules.items() if name != "blocked_words"}

    def change_rules(self, **rules: Any) -> None:
        """Keep the chat otherwise."""
        self.rules |= rules
        self.publish("chat", {"kind": "rules", "rules": self.public_rules})

    def say_again(self, key: str, **answer: Any) -> None:
        """Tell who said `key` what became of it now."""
        self.answers[key] |= answer
        for line in self.lines:
            line.tell("said", 0, self.answers[key])

    def tell_queue(self) -> None:
        """Tell the moderators what waits."""
        for line in self.lines:
            if line.joined and line.member and line.member["role"] != "viewer":
                line.tell("queue", 0, {"waiting": self.waiting})

    async def break_lines(self) -> None:
        """End all connections; the pages come back by themselves."""
        lines, self.lines = self.lines, []
        for line in lines:
            await line.socket.close(code=1013, reason="too slow")

    def begin_anew(self) -> None:
        """A new host: another epoch, nothing of before."""
        self.epoch = f"crowd-{next(self.ids)}"
        self.events.clear()

    # What a page says

    def _connect(self, socket: WebSocketRoute) -> None:
        line = Line(socket)
        self.lines.append(line)
        server = socket.connect_to_server()

        def from_page(message: str | bytes) -> None:
            said = json.loads(message)
            if said["t"] not in ASKED:
                server.send(message)
                return
            self.heard.append((said["t"], said["d"]))
            if said["t"] not in self.deaf:
                getattr(self, f"_on_{said['t']}")(line, said["d"])

        socket.on_message(from_page)

    def _on_join(self, line: Line, d: dict[str, Any]) -> None:
        if self.closed is not None:
            self._refuse(line, "join", self.closed)
            return
        role = ROLES.get(d["credential"] or "", Role.VIEWER)
        if d["credential"] and role is Role.VIEWER:
            self._refuse(line, "join", "not_allowed")
            return
        if d["name"] in self.taken:
            self._refuse(line, "join", self.taken[d["name"]])
            return
        line.member = self._member(d, role) if d["visitor"] else None
        line.joined = True
        first = d["seq"] if d["epoch"] == self.epoch else 0
        member = line.member or {"user": None, "name": None, "role": "viewer"}
        answer = {
            "epoch": self.epoch,
            "from_seq": first + 1,
            "last_seq": len(self.events),
            "rules": self.public_rules,
            "silent_seconds": 0.0,
        }
        line.tell("joined", 0, answer | member)
        for seq, (kind, event) in enumerate(self.events[first:], first + 1):
            line.tell(kind, seq, event)
        if role is not Role.VIEWER:
            line.tell("queue", 0, {"waiting": self.waiting})

    def _member(self, d: dict[str, Any], role: Role) -> dict[str, Any]:
        known = self.members.setdefault(d["visitor"], {"user": None, "name": None})
        name = d["name"] or known["name"] or ("Nova" if role is Role.DJ else None)
        known |= {"user": f"visitor-{d['visitor'][:6]}", "name": name, "role": role.value}
        return known

    def _on_say(self, line: Line, d: dict[str, Any]) -> None:
        assert line.member is not None and line.member["name"] is not None
        if d["key"] not in self.answers:
            outcome = self.outcomes.get(d["text"], ALLOWED)
            shown = None
            if outcome["action"] == "allow":
                quoted = next(
                    (e for _, e in self.events if e.get("id") == d["reply_to"] and d["reply_to"]),
                    None,
                )
                reply = quoted and {
                    "message": quoted["id"],
                    "name": quoted["name"],
                    "text": quoted["text"][:80],
                }
                shown = self.message(
                    line.member["name"],
                    d["text"],
                    user=line.member["user"],
                    role=line.member["role"],
                    reply=reply,
                )
            elif outcome["action"] == "hold":
                shown = f"held{next(self.ids)}"
            self.answers[d["key"]] = {"key": d["key"], "message": shown} | outcome
        line.tell("said", 0, self.answers[d["key"]])

    def _on_cheer(self, line: Line, d: dict[str, Any]) -> None:
        if line.member is None:
            self._refuse(line, "cheer", "not_joined")

    def _on_appeal(self, line: Line, d: dict[str, Any]) -> None:
        self.answers[d["key"]] |= {"action": "delete", "code": "held", "may_appeal": False}
        line.tell("said", 0, self.answers[d["key"]] | {"code": "appealed"})

    def _refuse(self, line: Line, of: str, code: str) -> None:
        refusal = {"of": of, "key": None, "code": code, "retry_after_seconds": None}
        line.tell("refused", 0, refusal)

    # What a moderator asks over HTTP

    async def _moderation(self, route: Route) -> None:
        request = route.request
        credential = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        if credential not in ROLES:
            await _answer(route, {"code": "pass_unknown"}, 401)
        elif request.method == "GET":
            await _answer(
                route,
                {"waiting": self.waiting, "decisions": self.decisions, "rules": self.rules},
            )
        elif request.method == "PUT":
            self.change_rules(**json.loads(request.post_data or "{}"))
            await _answer(route, {})
        else:
            self._do(json.loads(request.post_data or "{}"))
            await _answer(route, {})

    def _do(self, deed: dict[str, Any]) -> None:
        self.deeds.append(deed)
        found = next((one for one in self.waiting if one["message"] == deed["message"]), None)
        if found is not None:
            self.waiting.remove(found)
            self.decisions.insert(0, self.decision(deed["deed"], found))
        elif deed["deed"] == "delete":
            self.remove(deed["message"])
        asyncio.get_running_loop().call_soon(self.tell_queue)

    def queued(self, name: str, text: str, *reasons: str, **more: Any) -> dict[str, Any]:
        """Let a message wait for the moderators."""
        number = next(self.ids)
        message = {
            "message": f"held{number}",
            "user": f"user-{name}",
            "name": name,
            "text": text,
            "action": "hold",
            "reasons": list(reasons),
            "appealed": False,
            "sent_unix_ms": SENT_UNIX_MS + 1_000 * number,
            "offences": 0,
        }
        self.waiting.append(message | more)
        self.tell_queue()
        return self.waiting[-1]

    def decision(self, deed: str, queued: dict[str, Any], actor: str = "Vera") -> dict[str, Any]:
        """An entry of the record."""
        return {
            "at_unix_seconds": SENT_UNIX_MS / 1_000 + next(self.ids),
            "room": "nova",
            "actor": actor,
            "deed": deed,
            "user": queued["user"],
            "name": queued["name"],
            "text": queued["text"],
            "reasons": queued["reasons"],
            "message": queued["message"],
        }

    async def _moderators(self, route: Route) -> None:
        request = route.request
        if request.headers.get("authorization") != f"Bearer {DJ_KEY}":
            await _answer(route, {"code": "not_allowed"}, 403)
        elif request.method == "GET":
            await _answer(route, {"moderators": self.moderators})
        elif request.method == "POST":
            name = json.loads(request.post_data or "{}")["name"]
            dates = ("created_unix_seconds", "last_used_unix_seconds", "revoked_unix_seconds")
            made = {"id": "djum_12345678", "name": name} | dict.fromkeys(dates)
            self.moderators.append(made)
            await _answer(route, {"pass": "djum_1234secret", "moderator": made}, 201)
        else:
            gone = request.url.rsplit("/", 1)[1]
            self.moderators = [each for each in self.moderators if each["id"] != gone]
            await route.fulfill(status=204)

    async def _emotes(self, route: Route) -> None:
        request = route.request
        name = request.url.rpartition("/")[2]
        if request.method == "GET":
            await _answer(route, {"emotes": self.emotes})
        elif self.emote_fault is not None:
            await _answer(route, {"code": self.emote_fault[0]}, self.emote_fault[1])
        elif request.method == "PUT":
            src = f"/emotes/nova/{name}?v={len(self.pictures)}"
            emote = {"name": name, "src": src, "label_key": None}
            self.pictures[name] = request.post_data_buffer or b""
            self.emotes = [each for each in self.emotes if each["name"] != name] + [emote]
            await _answer(route, emote)
        else:
            self.emotes = [each for each in self.emotes if each["name"] != name]
            await route.fulfill(status=204)

    async def _picture(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[2].partition("?")[0]
        picture = self.pictures.get(name)
        await route.fulfill(status=404 if picture is None else 200, body=picture or b"")

    def _listing(self, name: str) -> Any:
        async def answer(route: Route) -> None:
            await _answer(route, {name: list(getattr(self, name))})

        return answer


async def _answer(route: Route, body: dict[str, Any], status: int = 200) -> None:
    await route.fulfill(status=status, content_type="application/json", body=json.dumps(body))


def moment(name: str, start: float, code: str = "drop", **more: Any) -> dict[str, Any]:
    """An epic moment as the wire tells it."""
    plain = {
        "id": name,
        "status": "confirmed",
        "start_seconds": start,
        "end_seconds": start + 12.0,
        "code": code,
        "epoch": "set-1",
        "strength": 0.82,
        "hype": 91.0,
        "clip": None,
        "clip_reason": None,
    }
    return plain | more
