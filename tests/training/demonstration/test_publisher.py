"""Against a real server: the set arrives whole, ends cleanly, and comes back by itself."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from core.errors import BadInput, NotAuthorised
from core.messages import Phase
from tests.stream.publishing import Station
from tests.stream.sound import tone_payloads
from training.demonstration.publisher import Publisher
from training.demonstration.whip import ServerAway, WhipClient


def endless(payloads):
    position = 0

    def following():
        nonlocal position
        position += 1
        return payloads[(position - 1) % len(payloads)]

    return following


@asynccontextmanager
async def publishing(url, key="key-ana", title=None):
    stop = asyncio.Event()
    publisher = Publisher(
        WhipClient(url, key, title), endless(tone_payloads(50)), first_pause_seconds=0.1
    )
    task = asyncio.create_task(publisher.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def test_packets_arrive_as_they_were_made_and_the_set_ends_with_the_publisher():
    payloads = tone_payloads(50)
    async with Station() as station:
        async with publishing(station.url, title="A set"):
            await station.until(lambda: len(station.packets) >= 60, seconds=20)
        await station.until_phase(Phase.ENDED)
        sent = [packet.payload for packet in station.packets]
        first = payloads.index(sent[0])
        assert sent[:50] == [payloads[(first + number) % 50] for number in range(50)]
        assert not any(packet.discontinuity for packet in station.packets[1:50])


async def test_comes_back_when_the_server_ends_the_connection():
    async with Station() as station, publishing(station.url):
        await station.until(lambda: len(station.packets) >= 10, seconds=20)
        before = len(station.sink.opened)
        await station.ingest._rooms["ana"].end("test")
        await station.until(lambda: len(station.sink.opened) > before, seconds=20)


async def test_waits_for_a_server_that_is_not_there_yet():
    client = WhipClient("http://127.0.0.1:9/whip", "key-ana")  # the discard port: nobody listens
    with pytest.raises(ServerAway):
        await client.publish("v=0")
    stop = asyncio.Event()
    task = asyncio.create_task(Publisher(client, lambda: b"", first_pause_seconds=0.05).run(stop))
    await asyncio.sleep(0.5)
    assert not task.done()
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_a_wrong_key_ends_it():
    async with Station() as station:
        publisher = Publisher(WhipClient(station.url, "no-key"), lambda: b"")
        with pytest.raises(NotAuthorised, match="stream key"):
            await asyncio.wait_for(publisher.run(asyncio.Event()), 20)


def test_other_addresses_are_refused():
    for url in ("file:///etc/hosts", "whip", "ftp://host/whip"):
        with pytest.raises(BadInput):
            WhipClient(url, "key")
