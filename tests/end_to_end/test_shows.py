"""A set's show on a whole server: from the DJ's packets to pictures at a viewer."""

import asyncio
import os
import struct
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import orjson
import pytest

from stream.recording.recording import Recording
from tests.conftest import RedisServer
from tests.end_to_end.house import House, events, house
from tests.end_to_end.processes import ServerProcess, command, server_process
from tests.stream.publishing import Client

HEADER = struct.Struct("<BBHIQ")
VIDEO, STILL = 2, 3
KEY = 1


async def pictures(
    at: House | ServerProcess, room: str, asked: str, count: int
) -> list[tuple[int, int, bytes]]:
    """Flags, microseconds and payload of the first pictures that a viewer gets."""
    kind = VIDEO if asked == "vp9" else STILL
    came: list[tuple[int, int, bytes]] = []
    async with asyncio.timeout(60), at.watch(room, f"?video={asked}") as viewer:
        async for message in viewer:
            if isinstance(message, bytes) and message[0] == kind:
                _, flags, _, _, microseconds = HEADER.unpack(message[:16])
                came.append((flags, microseconds, message[16:]))
                if len(came) == count:
                    break
    return came


def children(of: int | None = None) -> set[int]:
    """The workers of a process, of this one by default, that live."""
    owner = os.getpid() if of is None else of
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue  # it just ended
        if f"\nPPid:\t{owner}\n" in text and b"visuals.worker" in command:
            found.add(int(status.parent.name))
    return found


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def decoded(payloads: list[bytes], codec: str) -> list[np.ndarray]:
    context = av.CodecContext.create(codec, "r")
    frames = [frame for each in payloads for frame in context.decode(av.Packet(each))]
    frames += context.decode(None)
    return [frame.to_ndarray(format="rgb24") for frame in frames]


async def test_viewers_see_the_show_of_a_set(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        video, stills = await asyncio.gather(
            pictures(at, "ana", "vp9", 30), pictures(at, "ana", "jpeg", 5)
        )
        assert video[0][0] & KEY
        times = [microseconds for _, microseconds, _ in video]
        assert all(later > earlier for earlier, later in pairwise(times))
        assert {picture.shape for picture in decoded([p for *_, p in video], "vp9")} <= {
            (180, 320, 3),
            (144, 256, 3),
        }
        assert all(payload[:2] == b"\xff\xd8" for *_, payload in stills)
        assert all(flags & KEY for flags, *_ in stills)
        assert at.count("djuv_visual_picture_seconds_count") >= 30
        health = (await at.http.get(at.at("/health"))).json()
        assert health["parts"]["visuals"]["status"] == "ok"
        assert len(children()) == 1
        await client.resource("DELETE")
        await client.close()
        async with asyncio.timeout(10):
            while children():
                await asyncio.sleep(0.05)
    [folder] = (tmp_path / "recordings").iterdir()
    kept = {type(event.message).__name__ for event in Recording(folder).events()}
    assert "SessionState" in kept
    assert "ShowState" not in kept  # a recording is what a replay needs


async def test_a_server_that_stops_leaves_no_worker_behind(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        await pictures(at, "ana", "vp9", 2)
        assert len(children()) == 1
    assert children() == set()
    await client.close()


async def test_a_vj_steers_the_show_and_finds_it_so_after_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        key = await at.key("Ana")
        headers = {"Authorization": f"Bearer {key}"}
        address = "/api/rooms/ana/show"
        client = Client(at, key)
        await client.start()
        async with asyncio.timeout(60), at.watch("ana", "?video=vp9") as viewer:
            change = {"mode": "manual", "scene": "mandala", "calm": True}
            changed = await at.http.patch(at.at(address), json=change, headers=headers)
            assert changed.status_code == 200, changed.text
            async for event in events(viewer):
                if event["t"] == "show" and event["d"]["scene"] == "mandala":
                    break
            blackout = await at.http.post(
                at.at(f"{address}/blackout"), json={"held": True}, headers=headers
            )
            assert blackout.status_code == 204
            seen = []
            async for event in events(viewer):
                if event["t"] == "show":
                    seen.append(event["d"]["blackout"])
                if seen[-1:] == [False] and True in seen:  # it ended by itself
                    break
        await client.resource("DELETE")
        await client.close()
    async with house(tmp_path) as again:
        kept = (await again.http.get(again.at(address), headers=headers)).json()
        assert kept["settings"]["scene"] == "mandala"
        assert kept["settings"]["calm"] is True
        assert kept["state"] is None


async def test_an_operator_may_want_none(tmp_path: Path) -> None:
    async with house(tmp_path, visuals={"enabled": False}) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        async with asyncio.timeout(30), at.watch("ana", "?video=vp9") as viewer:
            first = [await anext(aiter(viewer)) for _ in range(40)]
        assert not any(each[0] == VIDEO for each in first if isinstance(each, bytes))
        told = {orjson.loads(each)["t"] for each in first if isinstance(each, str)}
        assert "hello" in told
        assert "show" not in told
        assert children() == set()
        assert "visuals" not in (await at.http.get(at.at("/health"))).json()["parts"]
        await client.close()


@pytest.mark.redis
async def test_a_show_reaches_the_viewers_of_an_edge_and_dies_with_its_server(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    bus = {"REDIS_URL": redis_server.url}
    ingest_dir = tmp_path / "ingest"
    key = (await command("key", "create", "Ana", data_dir=ingest_dir)).split()
    [key] = [word for word in key if word.startswith("djuv_")]
    async with (
        server_process("--role", "ingest", data_dir=ingest_dir, **bus) as ingest,
        server_process("--role", "edge", data_dir=tmp_path / "edge", **bus) as edge,
    ):
        client = Client(ingest, key)
        await client.start()
        video = await pictures(edge, "ana", "vp9", 5)  # nobody watches at the ingest node itself
        assert video[0][0] & KEY
        assert children(edge.process.pid) == set()
        workers = children(ingest.process.pid)
        assert len(workers) == 1
        ingest.process.kill()
        await ingest.process.wait()
        async with asyncio.timeout(10):
            while any(map(is_there, workers)):
                await asyncio.sleep(0.05)
        await client.close()
