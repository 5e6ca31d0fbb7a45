"""The whole server with two people at its WebSockets: they talk, lose their line, are moderated."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from battles.database import Database
from battles.keys import KeyStore
from web.app import running
from web.settings import Settings, load_settings

LUZ, SOL, EVA = "a" * 32, "b" * 32, "c" * 32
SECONDS = 20.0


@dataclass
class Talker:
    """A page as far as the chat goes: it skips what it has seen and resumes where it was."""

    socket: ClientConnection
    epoch: str | None = None
    seq: int = 0
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, kind: str, **members: Any) -> None:
        await self.socket.send(orjson.dumps({"t": kind, "d": members}).decode())

    async def next(self, kind: str, /, **members: Any) -> dict[str, Any]:
        """The `d` of the next frame of a type that holds `members`."""
        async with asyncio.timeout(SECONDS):
            while True:
                message = await self.socket.recv()
                if isinstance(message, bytes):
                    continue
                frame = orjson.loads(message)
                self.frames.append(frame)
                if frame["seq"] and frame["t"] in ("chat", "crowd", "moment"):
                    assert frame["seq"] > self.seq, "a repetition"
                    self.seq = frame["seq"]
                data = frame["d"]
                if frame["t"] == kind and members.items() <= data.items():
                    return dict(data)

    async def join(self, visitor: str | None, **members: Any) -> dict[str, Any]:
        await self.send("join", visitor=visitor, epoch=self.epoch, seq=self.seq, **members)
        joined = await self.next("joined")
        if joined["epoch"] != self.epoch or joined["from_seq"] > self.seq + 1:
            self.seq = 0
        self.epoch = joined["epoch"]
        return joined

    async def say(self, key: str, text: str) -> dict[str, Any]:
        await self.send("say", key=key, text=text)
        return await self.next("said", key=key)


@dataclass
class Venue:
    """A running server with a room."""

    settings: Settings
    key: str
    http: httpx.AsyncClient
    port: int

    async def connect(self) -> ClientConnection:
        url = f"ws://127.0.0.1:{self.port}/rooms/nova/live?media=0"
        return await connect(url, subprotocols=["djuv.v1"], open_timeout=10, close_timeout=1)  # type: ignore[list-item]

    async def enter(self, visitor: str, name: str, **members: Any) -> Talker:
        talker = Talker(await self.connect())
        joined = await talker.join(visitor, name=name, **members)
        assert joined["name"] == name
        return talker

    @property
    def dj(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@asynccontextmanager
async def venue(folder: Path, **given: Any) -> AsyncIterator[Venue]:
    settings = load_settings(port=0, data_dir=folder / "data", **given)
    database = Database(settings.database_address)
    await database.open()
    key, _ = await KeyStore(database).create("Nova")
    await database.close()
    async with (
        running(settings) as addresses,
        httpx.AsyncClient(base_url=addresses.home, timeout=10) as http,
    ):
        port = httpx.URL(addresses.home).port
        assert port is not None
        yield Venue(settings, key, http, port)


async def test_two_people_talk_and_lose_nothing_when_a_line_breaks(tmp_path: Path):
    async with venue(tmp_path) as place:
        luz, sol = await place.enter(LUZ, "Luz"), await place.enter(SOL, "Sol")
        assert (await luz.say("k1", "buenas noches a todos"))["action"] == "allow"
        heard = await sol.next("chat", kind="message")
        assert (heard["name"], heard["text"]) == ("Luz", "buenas noches a todos")
        sol.socket.transport.abort()
        assert (await luz.say("k2", "tremenda entrada :fire:"))["action"] == "allow"
        sol.socket = await place.connect()
        joined = await sol.join(SOL, name="Sol")
        assert joined["epoch"] == sol.epoch and joined["from_seq"] == sol.seq + 1
        missed = await sol.next("chat", kind="message")
        assert missed["text"] == "tremenda entrada :fire:"
        assert missed["emotes"] == [{"name": "fire", "start": 17, "end": 23}]
        assert (await luz.say("k2", "tremenda entrada :fire:"))["action"] == "allow"  # sent again
        assert (await luz.say("k3", "y sube"))["action"] == "allow"
        assert (await sol.next("chat", kind="message"))["text"] == "y sube"
        await sol.send("cheer", reaction="fire")
        pulse = await luz.next("crowd")
        assert set(pulse) >= {"hype", "reason", "mood", "reactions"}


async def test_what_a_moderator_does_is_seen_by_all_at_once(tmp_path: Path):
    async with venue(tmp_path) as place:
        luz, sol = await place.enter(LUZ, "Luz"), await place.enter(SOL, "Sol")
        made = await place.http.post(
            "/api/rooms/nova/moderators", json={"name": "Eva"}, headers=place.dj
        )
        bearer = {"Authorization": f"Bearer {made.json()['pass']}"}
        eva = await place.enter(EVA, "Eva", credential=made.json()["pass"])
        assert (await eva.next("queue"))["waiting"] == []
        said = await luz.say("k1", "esto sobra aquí")
        for talker in (luz, sol, eva):
            await talker.next("chat", id=said["message"])
        path = "/api/rooms/nova/moderation"
        deed = {"deed": "delete", "message": said["message"]}
        assert (await place.http.post(path, json=deed, headers=bearer)).status_code == 204
        for talker in (luz, sol, eva):
            removed = await talker.next("chat", kind="removed")
            assert removed["messages"] == [said["message"]]
        undo = {"deed": "undo", "message": said["message"]}
        assert (await place.http.post(path, json=undo, headers=bearer)).status_code == 204
        assert (await sol.next("chat", kind="message"))["text"] == "esto sobra aquí"
        silence = {"deed": "time_out", "message": said["message"], "seconds": 60}
        assert (await place.http.post(path, json=silence, headers=bearer)).status_code == 204
        assert (await sol.next("chat", kind="timed_out"))["seconds"] == 60
        assert (await luz.say("k2", "¿y ahora?"))["code"] == "timed_out"
        queue = (await place.http.get(path, headers=bearer)).json()
        assert [entry["deed"] for entry in queue["decisions"]] == ["time_out", "undo", "delete"]
        newcomer = Talker(await place.connect())
        await newcomer.join(None)
        shown = [frame["d"] for frame in newcomer.frames if frame["t"] == "chat"]
        assert "esto sobra aquí" not in repr(shown)


async def test_rules_change_for_everybody_and_hold_what_they_must(tmp_path: Path):
    async with venue(tmp_path) as place:
        luz, dj = await place.enter(LUZ, "Luz"), Talker(await place.connect())
        assert (await dj.join(SOL, credential=place.key))["role"] == "dj"
        path = "/api/rooms/nova/moderation"
        rules = (await place.http.get(path, headers=place.dj)).json()["rules"]
        rules |= {"blocked_words": ["zarzuela"], "slow_seconds": 0}
        put = await place.http.put(f"{path}/rules", json=rules, headers=place.dj)
        assert put.status_code == 204
        told = await luz.next("chat", kind="rules")
        assert "blocked_words" not in told["rules"]
        said = await luz.say("k1", "ponme una zarzuela")
        assert said["action"] != "allow"
        stored = (await place.http.get(path, headers=place.dj)).json()
        assert stored["rules"]["blocked_words"] == ["zarzuela"]


async def test_a_flood_closes_the_connection_and_not_the_chat(tmp_path: Path):
    async with venue(tmp_path) as place:
        luz, sol = await place.enter(LUZ, "Luz"), await place.enter(SOL, "Sol")
        for number in range(25):
            await luz.send("say", key=f"k{number}", text="una y otra vez")
        with pytest.raises(ConnectionClosed) as closed:
            await luz.next("never")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
        assert (await sol.say("k", "qué paz"))["action"] == "allow"


async def test_no_words_reach_the_disk_but_what_moderation_acted_on(tmp_path: Path):
    shown, taken = "murciélago-4711 en la pista", "calamidad-0815 que se borra"
    async with venue(tmp_path) as place:
        luz, sol = await place.enter(LUZ, "Luz"), await place.enter(SOL, "Sol")
        assert (await luz.say("k1", shown))["action"] == "allow"
        said = await sol.say("k2", taken)
        path, deed = "/api/rooms/nova/moderation", {"deed": "delete", "message": said["message"]}
        assert (await place.http.post(path, json=deed, headers=place.dj)).status_code == 204
        await luz.next("chat", kind="removed")
        assert files_with("murciélago-4711", place.settings.data_dir) == []
    data = tmp_path / "data"
    assert files_with("murciélago-4711", data) == []
    for secret in (LUZ, SOL, place.key):
        assert files_with(secret, data) == []
    assert files_with("calamidad-0815", data) == ["djuniverse.db"]
    with closing(sqlite3.connect(data / "djuniverse.db")) as database:
        (entry,) = database.execute("SELECT actor, deed, name, text FROM moderation_log")
        assert entry == ("Nova", "delete", "Sol", taken)
        database.execute("DELETE FROM moderation_log")
        database.commit()
        database.execute("VACUUM")
    assert files_with("calamidad-0815", data) == []  # it was nowhere else


async def test_without_a_log_nothing_of_the_chat_reaches_the_disk_at_all(tmp_path: Path):
    async with venue(tmp_path, chat={"audit_days": 0}) as place:
        sol = await place.enter(SOL, "Sol")
        said = await sol.say("k", "calamidad-0815")
        path, deed = "/api/rooms/nova/moderation", {"deed": "delete", "message": said["message"]}
        assert (await place.http.post(path, json=deed, headers=place.dj)).status_code == 204
    assert files_with("calamidad-0815", tmp_path / "data") == []


async def test_where_the_operator_wants_no_chat_there_is_none(tmp_path: Path):
    async with venue(tmp_path, chat={"enabled": False}) as place:
        talker = Talker(await place.connect())
        await talker.send("join", visitor=LUZ, name="Luz")
        assert (await talker.next("refused"))["code"] == "chat_disabled"
        answer = await place.http.get("/api/rooms/nova/moderation", headers=place.dj)
        assert (answer.status_code, answer.json()["code"]) == (404, "chat_disabled")
        assert (await place.http.get("/api/rooms/nova/moments")).json() == {"moments": []}
        assert "crowd" not in (await place.http.get("/health")).json()["parts"]


async def test_the_server_says_how_the_crowd_is_and_what_it_shows(tmp_path: Path):
    async with venue(tmp_path) as place:
        health = (await place.http.get("/health")).json()
        assert health["parts"]["crowd"]["status"] == "ok"
        assert health["parts"]["crowd"]["figures"]["version"]
        emotes = (await place.http.get("/api/rooms/nova/emotes")).json()["emotes"]
        picture = await place.http.get(emotes[0]["src"])
        assert picture.headers["content-type"] == "image/svg+xml"
        assert "immutable" in picture.headers["cache-control"]
        assert (await place.http.get("/api/rooms/nova/moments")).json() == {"moments": []}
        invalid = await place.http.put(
            "/api/rooms/nova/moderation/rules", json={}, headers=place.dj
        )
        assert (invalid.status_code, invalid.json()["code"]) == (422, "request_invalid")


def files_with(words: str, folder: Path) -> list[str]:
    """Names of all files below `folder` that hold `words`, in any of the usual encodings."""
    wanted = [words.encode(encoding) for encoding in ("utf-8", "utf-16-le", "latin-1")]
    wanted += [orjson.dumps(words)[1:-1], words.encode("unicode-escape")]
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in wanted)
    )
