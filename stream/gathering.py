"""The server's own addresses, and aioice made fit for clients as they are.

aioice binds random ports, never to 127.0.0.1, and offers its addresses in no useful order; it
fails on connectivity checks without PRIORITY, which ffmpeg may send; and what reaches its sockets
waits in a queue without a bound.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
from dataclasses import replace
from typing import Any, Final

import aioice
import ifaddr
from aioice import stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol

from core.clock import Clock
from core.errors import LimitReached
from stream.answer import LocalCandidate
from stream.config import IngestConfig

RECEIVE_BUFFER_BYTES: Final = 262_144
WAITING_DATAGRAMS: Final = 256
"""Datagrams that wait for the DTLS task; RTP does not go that way once the media flows."""

LOOPBACK: Final = "127.0.0.1"


class IceAgent:
    """One aioice connection, prepared for a client.

    Parameters
    ----------
    connection
        aioice's connection, before it gathered anything.
    config
        Ports, the public address and how long relays may take.
    clock
        To measure the round trip.
    """

    def __init__(self, connection: aioice.Connection, config: IngestConfig, clock: Clock) -> None:
        self._connection: Any = connection
        self._config = config
        self._clock = clock
        self.round_trip_seconds: float | None = None
        self.dropped_datagrams = 0
        self._accept_checks_without_priority()
        self._bound_the_queue()

    @property
    def protocols(self) -> list[StunProtocol]:
        """The sockets' asyncio protocols."""
        return list(self._connection._protocols)

    async def gather(self, client_address: str) -> tuple[LocalCandidate, ...]:
        """Bind sockets and return the addresses to answer with, most promising first.

        Raises
        ------
        LimitReached
            If no port of the configured range is free.
        """
        for address in server_addresses(client_address):
            await self._bind(address)
        if not self._connection._protocols:
            raise LimitReached(
                "No UDP port is free for another stream. Widen the range of media ports.",
                code="no_media_port",
                retry_after_seconds=30,
            )
        hosts = [protocol.local_candidate for protocol in self._connection._protocols]
        relays = []
        if self._connection.turn_server is not None:
            relays = await self._connection.get_component_candidates(component=1, addresses=[])
        self._connection._local_candidates = hosts + relays
        self._connection._local_candidates_start = self._connection._local_candidates_end = True
        for protocol in self._connection._protocols:
            self._time_checks(protocol)
        return advertised(hosts + relays, self._config.public_ip)

    async def _bind(self, address: str) -> None:
        """Open a socket at `address` and enter it into aioice; pass over what cannot be bound."""
        loop = asyncio.get_running_loop()
        for port in self._ports():
            try:
                transport, protocol = await loop.create_datagram_endpoint(
                    lambda: StunProtocol(self._connection), local_addr=(address, port)
                )
            except OSError:
                continue
            bound = transport.get_extra_info("socket")
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            preference = 65_535 - len(self._connection._protocols)
            protocol.local_candidate = aioice.Candidate(
                foundation=candidate_foundation("host", "udp", address),
                component=1,
                transport="udp",
                priority=candidate_priority(1, "host", preference),
                host=address,
                port=transport.get_extra_info("sockname")[1],
                type="host",
            )
            self._connection._protocols.append(protocol)
            return

    def _ports(self) -> list[int]:
        if self._config.media_ports is None:
            return [0]
        first, last = self._config.media_ports
        ports = list(range(first, last + 1))
        random.shuffle(ports)
        return ports

    def _accept_checks_without_priority(self) -> None:
        check_incoming = self._connection.check_incoming

        def check(message: stun.Message, address: tuple[str, int], protocol: StunProtocol) -> None:
            message.attributes.setdefault("PRIORITY", candidate_priority(1, "prflx"))
            check_incoming(message, address, protocol)

        self._connection.check_incoming = check

    def _bound_the_queue(self) -> None:
        data_received = self._connection.data_received
        queue = self._connection._queue

        def receive(data: bytes, component: int) -> None:
            if queue.qsize() < WAITING_DATAGRAMS:
                data_received(data, component)
            else:
                self.dropped_datagrams += 1

        self._connection.data_received = receive

    def _time_checks(self, protocol: StunProtocol) -> None:
        """Take the round trip from the checks that aioice makes anyway, every five seconds."""
        inside: Any = protocol
        request = protocol.request

        async def timed(
            message: stun.Message,
            address: tuple[str, int],
            integrity_key: bytes | None = None,
            retransmissions: int | None = None,
        ) -> tuple[stun.Message, tuple[str, int]]:
            started = self._clock.monotonic_seconds()
            response = await request(message, address, integrity_key, retransmissions)
            self.round_trip_seconds = self._clock.monotonic_seconds() - started
            return response

        inside.request = timed


def server_addresses(client_address: str) -> list[str]:
    """Return this machine's addresses, the one that the client reaches first.

    127.0.0.1 is among them only where the client is on this machine, or where there is no other.
    """
    addresses = _interface_addresses()
    client = _ip_address(client_address)
    if (client is not None and client.is_loopback) or not addresses:
        return [LOOPBACK, *addresses]
    towards = _address_towards(client_address)
    return sorted(addresses, key=lambda address: address != towards)


def advertised(
    candidates: list[aioice.Candidate], public_ip: str | None
) -> tuple[LocalCandidate, ...]:
    """Return the candidates as the answer shows them.

    With a public address, each IPv4 host candidate is shown at that address first; where the server
    really is comes after, for clients on the same network.
    """
    shown = [
        LocalCandidate(
            foundation=one.foundation,
            priority=one.priority,
            address=one.host,
            port=one.port,
            kind=one.type,
            related_address=one.related_address,
            related_port=one.related_port,
        )
        for one in candidates
    ]
    if public_ip is None:
        return tuple(shown)
    public = [
        replace(one, foundation=f"p{one.foundation[:31]}", address=public_ip)
        for one in shown
        if one.kind == "host" and ":" not in one.address and one.address != LOOPBACK
    ]
    lowered = [replace(one, priority=max(0, one.priority - (1 << 16))) for one in shown]
    return tuple(public + lowered)


def _interface_addresses() -> list[str]:
    addresses = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            parsed = _ip_address(address)
            if parsed is not None and not (parsed.is_loopback or parsed.is_link_local):
                addresses.append(address)
    return addresses


def _ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return mapped or parsed


def _address_towards(client_address: str) -> str | None:
    """Return the address that the kernel would send from; no packet is sent to find out."""
    client = _ip_address(client_address)
    if client is None:
        return None
    family = socket.AF_INET if client.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(client), 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None
