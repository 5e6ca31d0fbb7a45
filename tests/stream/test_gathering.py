import aioice
import pytest
from aioice import stun

from core.clock import SystemClock
from core.errors import LimitReached
from stream import gathering
from stream.config import IngestConfig


@pytest.fixture
async def connection():
    connection = aioice.Connection(ice_controlling=False)
    yield connection
    await connection.close()


def agent_for(connection, **options):
    return gathering.IceAgent(connection, IngestConfig(**options), SystemClock())


def interfaces(monkeypatch, *addresses):
    monkeypatch.setattr(gathering, "_interface_addresses", lambda: list(addresses))


async def test_a_client_on_this_machine_is_offered_loopback_first(connection):
    candidates = await agent_for(connection).gather("127.0.0.1")
    assert candidates[0].address == "127.0.0.1"
    priorities = [one.priority for one in candidates]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == len(priorities)


def test_loopback_is_for_those_who_can_reach_it(monkeypatch):
    interfaces(monkeypatch, "192.0.2.7", "192.0.2.8")
    assert gathering.server_addresses("127.0.0.1")[0] == "127.0.0.1"
    assert gathering.server_addresses("::ffff:127.0.0.1")[0] == "127.0.0.1"
    assert gathering.server_addresses("198.51.100.1") == ["192.0.2.7", "192.0.2.8"]
    assert gathering.server_addresses("testclient") == ["192.0.2.7", "192.0.2.8"]
    interfaces(monkeypatch)
    assert gathering.server_addresses("198.51.100.1") == ["127.0.0.1"]


def test_the_address_towards_the_client_comes_first(monkeypatch):
    interfaces(monkeypatch, "192.0.2.7", "192.0.2.8")
    monkeypatch.setattr(gathering, "_address_towards", lambda _: "192.0.2.8")
    assert gathering.server_addresses("198.51.100.1")[0] == "192.0.2.8"


async def test_the_public_address_comes_first_at_the_same_port(connection, monkeypatch):
    interfaces(monkeypatch, "127.0.0.2")
    agent = agent_for(connection, public_ip="203.0.113.5")
    public, private = await agent.gather("198.51.100.1")
    assert (public.address, private.address) == ("203.0.113.5", "127.0.0.2")
    assert public.port == private.port
    assert public.priority > private.priority
    assert public.foundation != private.foundation


async def test_ports_are_taken_from_the_range_until_none_is_free(monkeypatch):
    interfaces(monkeypatch)
    probe = aioice.Connection(ice_controlling=False)
    (free,) = await agent_for(probe).gather("127.0.0.1")
    await probe.close()
    ports = (free.port, free.port)
    first, second = (aioice.Connection(ice_controlling=False) for _ in range(2))
    (candidate,) = await agent_for(first, media_ports=ports).gather("127.0.0.1")
    assert candidate.port == free.port
    with pytest.raises(LimitReached) as caught:
        await agent_for(second, media_ports=ports).gather("127.0.0.1")
    assert caught.value.slug == "no_media_port"
    await first.close()
    await second.close()


async def test_a_check_without_priority_is_answered(connection):
    """FFmpeg's WHIP muxer may leave PRIORITY out; aioice by itself raises KeyError."""
    agent = agent_for(connection)
    await agent.gather("127.0.0.1")
    connection.remote_username, connection.remote_password = "abcd", "x" * 22
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{connection.local_username}:abcd"
    request.attributes["USE-CANDIDATE"] = None
    request.attributes["ICE-CONTROLLING"] = 1
    request.add_message_integrity(connection.local_password.encode())
    connection._early_checks_done = True
    parsed = stun.parse_message(bytes(request))
    connection.request_received(parsed, ("127.0.0.1", 9), agent.protocols[0])
    assert [one.type for one in connection.remote_candidates] == ["prflx"]


async def test_datagrams_do_not_pile_up(connection):
    agent = agent_for(connection)
    for _ in range(gathering.WAITING_DATAGRAMS + 50):
        connection.data_received(b"flood", 1)
    assert connection._queue.qsize() == gathering.WAITING_DATAGRAMS
    assert agent.dropped_datagrams == 50
