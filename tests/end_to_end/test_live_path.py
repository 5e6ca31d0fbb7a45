import asyncio
import struct
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from battles.database import Database
from battles.sets import SetStore
from stream.decoding import HopDecoder
from stream.recording.recording import Recording
from tests.end_to_end.house import House, events, house
from tests.stream.publishing import Client
from tests.stream.sound import is_stereo_test_tone

AUDIO_HEADER = struct.Struct("<BBHIQ")


async def watch_until_judged(at: House, room: str) -> tuple[list[dict[str, Any]], list[bytes]]:
    """What a viewer gets until the first window that has been judged."""
    told: list[dict[str, Any]] = []
    media: list[bytes] = []
    async with asyncio.timeout(30), at.watch(room) as viewer:
        async for message in viewer:
            if isinstance(message, bytes):
                media.append(message)
                continue
            told.append(orjson.loads(message))
            if told[-1]["t"] == "score" and told[-1]["d"]["overall"] is not None:
                break
    return told, media


async def test_a_set_is_heard_judged_recorded_and_stored(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start(params={"title": "First light", "genre": "house"})
        told, media = await watch_until_judged(at, "ana")
        async with at.watch("ana") as viewer:
            await client.resource("DELETE")
            async with asyncio.timeout(10):
                async for event in events(viewer):
                    if event["t"] == "state" and event["d"]["phase"] == "ended":
                        break
        await client.close()

    assert told[0]["t"] == "hello"
    assert told[0]["d"]["info"]["dj_name"] == "Ana"
    score = told[-1]["d"]
    assert score["end_seconds"] - score["start_seconds"] == 10.0
    for estimate in score["components"].values():
        assert (
            estimate is None or 1 <= estimate["low"] <= estimate["value"] <= estimate["high"] <= 10
        )
    assert score["set"]["overall"] is None
    assert score["set"]["reason"] == "first_transition_pending"
    assert AUDIO_HEADER.unpack(media[0][:16])[0] == 1
    positions = [AUDIO_HEADER.unpack(each[:16])[4] for each in media]
    assert np.all(np.diff(positions) == 20_000)


async def test_the_recording_holds_what_was_played(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        await asyncio.sleep(2.5)
        await client.resource("DELETE")
        await client.close()
        store_at = at.settings.database_address

    [folder] = (tmp_path / "recordings").iterdir()
    decoder = HopDecoder("again")
    hops = [hop for packet in Recording(folder).packets() for hop in decoder.packet(packet)]
    assert len(hops) >= 3
    assert is_stereo_test_tone(hops[2].samples)

    database = Database(store_at)
    await database.open()
    [stored] = await SetStore(database, "test").latest(10)
    await database.close()
    assert stored.session == folder.name
    assert stored.result is not None
    assert stored.result.reason == "stopped"
    assert stored.result.overall is None
    assert stored.result.score_reason is not None


async def test_stopping_ends_the_set_for_its_viewers_and_does_not_hang(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        viewer = await at.watch("ana")
        told = [orjson.loads(await anext(aiter(viewer)))]
    async with asyncio.timeout(10):
        async for event in events(viewer):
            told.append(event)
    assert viewer.close_code == 1001
    states = [event["d"]["phase"] for event in told if event["t"] == "state"]
    assert states[-1] == "ended"
    await client.close()


async def test_health_and_figures_of_a_live_server(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        client = Client(at, await at.key("Ana"))
        await client.start()
        await asyncio.sleep(1.5)
        health = (await at.http.get(at.at("/health"))).json()
        assert health["status"] == "ok"
        assert set(health["parts"]) >= {"bus", "database", "models", "recordings"}
        assert at.count("djuv_streams", phase="live") == 1
        assert at.count("djuv_rtp_packets_received_total") > 20
        await client.close()
