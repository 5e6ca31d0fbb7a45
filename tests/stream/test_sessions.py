import asyncio
import random
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from core.errors import LimitReached, NotFound, StorageUnavailable
from core.messages import Genre, Phase, SessionState
from stream import sessions
from stream.config import IngestConfig
from stream.intake import Intake
from tests.stream import offers
from tests.stream.publishing import KEYS, Client, Station, config
from tests.stream.sound import PACKET_SAMPLES, is_stereo_test_tone, tone_payloads

ANA, BEN = KEYS["key-ana"], KEYS["key-ben"]
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"}


PATIENT = config(stalled_seconds=5.0, broken_seconds=8.0)  # a busy machine is no stalled client


def lose(*indices):
    return lambda index, datagram: [] if index in indices else [datagram]


async def test_stereo_arrives_from_a_real_client():
    async with Station(PATIENT) as station, Client(station) as client:
        threads = threading.active_count()
        await client.start()
        await station.until(lambda: len(station.sink.hops) >= 2)
        assert threading.active_count() == threads  # no decoder thread
        assert [hop.index for hop in station.sink.hops[:2]] == [0, 1]
        assert all(is_stereo_test_tone(hop.samples[2400:]) for hop in station.sink.hops[:2])
        assert station.phases == [Phase.LIVE]
        await station.until(lambda: bool(station.receptions))
        reception = station.receptions[-1]
        assert (reception.packets_lost, reception.concealed_samples) == (0, 0)
        assert reception.hold_back_ms == 0.0
        assert 0 < reception.round_trip_ms < 1000
        payloads = {packet.payload for packet in station.packets}
        assert payloads <= set(tone_payloads(100))  # the DJ's own packets, untouched


async def test_one_lost_packet_costs_20_ms_and_leaves_no_delay():
    async with Station() as station, Client(station, meddle=lose(10)) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 60)
        first = station.packets[0].start_sample
        assert first == 0
        discontinuous = [one for one in station.packets if one.discontinuity]
        assert [one.start_sample for one in discontinuous] == [11 * PACKET_SAMPLES]
        hops = station.sink.hops
        assert [hop.concealed_samples for hop in hops[:2]] == [PACKET_SAMPLES, 0]
        assert is_stereo_test_tone(hops[0].samples[2400:])
        await station.until(lambda: station.receptions and station.receptions[-1].packets_lost == 1)
        count = len(station.receptions)
        await station.until(lambda: len(station.receptions) > count + 1)
        assert station.receptions[-1].hold_back_ms == 0.0  # it has caught up


async def test_the_client_is_told_of_the_true_loss():
    """Receiver reports go on although aiortc's receiver is out of the way."""
    every_tenth = lambda index, datagram: [] if index % 10 == 5 else [datagram]  # noqa: E731
    async with Station() as station, Client(station, meddle=every_tenth, pace_seconds=0.005) as one:
        await one.start()

        async def reported():
            report = await one.sender.getStats()
            return [s for s in report.values() if s.type == "remote-inbound-rtp"]

        async with asyncio.timeout(10):
            while not (found := await reported()) or found[0].packetsLost < 10:
                await asyncio.sleep(0.05)
        assert 0.02 < found[0].fractionLost / 256 < 0.25


async def test_swapped_and_doubled_packets_make_no_difference():
    held = []

    def meddle(index, datagram):
        if index % 7 == 3:
            held.append(datagram)
            return []
        late = [held.pop()] if held else []
        return [datagram, *late, datagram] if index % 5 == 0 else [datagram, *late]

    async with Station() as station, Client(station, meddle=meddle) as client:
        await client.start()
        await station.until(lambda: len(station.sink.hops) >= 3)
        assert sum(hop.concealed_samples for hop in station.sink.hops) == 0
        starts = [packet.start_sample for packet in station.packets]
        assert starts == [index * PACKET_SAMPLES for index in range(len(starts))]
        await station.until(
            lambda: station.count("djuv_rtp_packets_discarded_total", reason="duplicate") > 5
        )


async def test_random_loss_flags_exactly_what_was_lost():
    shuffle, lost = random.Random(4), set()

    def meddle(index, datagram):
        if 0 < index < 75 and shuffle.random() < 0.1:
            lost.add(index)
            return []
        return [datagram]

    async with Station() as station, Client(station, meddle=meddle) as client:
        await client.start()
        await station.until(lambda: len(station.sink.hops) >= 3)
        concealed = sum(hop.concealed_samples for hop in station.sink.hops[:3])
        assert concealed == len([index for index in lost if index < 75]) * PACKET_SAMPLES > 0


async def test_a_network_that_comes_back_finds_its_set():
    """Silence is seen long before ICE would see it, and the missing stretch is filled."""
    async with Station() as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 10)
        client.silent = True
        await station.until_phase(Phase.STALLED)
        await station.until_phase(Phase.RESUMING)
        client.silent = False
        await station.until_phase(Phase.LIVE)
        await station.until(lambda: len(station.sink.hops) >= 3)
        assert [p.value for p in station.phases] == ["live", "stalled", "resuming", "live"]
        assert [hop.index for hop in station.sink.hops[:3]] == [0, 1, 2]
        assert sum(hop.concealed_samples for hop in station.sink.hops) > 0.7 * 48_000
        assert len(station.sink.opened) == 1


async def test_a_killed_client_comes_back_with_a_new_connection():
    async with Station() as station, Client(station) as first:
        await first.start()
        await station.until(lambda: len(station.packets) > 20)
        first.kill()
        await station.until_phase(Phase.RESUMING)
        before = station.packets[-1]
        async with Client(station) as second:
            await second.start()
            await station.until_phase(Phase.LIVE)
            await station.until(lambda: len(station.sink.hops) >= 5)
        after = next(one for one in station.packets if one.start_sample > before.start_sample)
        assert after.discontinuity
        gap_seconds = (after.start_sample - before.start_sample) / 48_000
        elapsed_seconds = after.arrived_seconds - before.arrived_seconds
        assert gap_seconds == pytest.approx(elapsed_seconds, abs=0.03)
        assert len({one.epoch for one in station.envelopes}) == 1
        assert [hop.index for hop in station.sink.hops[:5]] == list(range(5))
        assert len(station.sink.opened) == 1
        assert is_stereo_test_tone(np.asarray(station.sink.hops[4].samples)[4800:])


async def test_a_client_that_hangs_up_without_a_word_may_resume():
    async with Station() as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        await client.close()  # DTLS says goodbye, WHIP does not
        await station.until_phase(Phase.RESUMING)
        assert station.ingest.phases == {"ana": Phase.RESUMING}
        patched = await client.resource("PATCH", content="a=end-of-candidates", headers=FRAGMENT)
        assert (patched.status_code, patched.json()["code"]) == (404, "no_whip_session")


async def test_a_client_that_hangs_up_before_it_says_stop_ends_its_set():
    async with Station() as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        await client.close()
        await station.until_phase(Phase.RESUMING)
        assert (await client.resource("DELETE")).status_code == 200
        await station.until_phase(Phase.ENDED)
        assert (await client.resource("DELETE")).status_code == 404


async def test_grace_runs_out():
    async with Station(config(grace_seconds=1.0)) as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        client.kill()
        await station.until_phase(Phase.ENDED)
        await station.until(lambda: bool(station.closed_feeds))
        assert station.said(type(station.envelopes[-1].message))[-1].reason == "grace_over"
        assert station.sink.closed == station.sink.opened == station.closed_feeds
        assert station.ingest.phases == {}


async def test_the_same_key_takes_over_its_own_set():
    async with Station(PATIENT) as station, Client(station) as first, Client(station) as second:
        await first.start()
        await station.until(lambda: len(station.packets) > 10)
        await second.start()
        await station.until(lambda: first.connection.connectionState in ("closed", "failed"))
        count = len(station.packets)
        await station.until(lambda: len(station.packets) > count + 20)
        for method in ("DELETE", "PATCH"):  # and does not end the set
            refused = await first.resource(method, headers=FRAGMENT, content="a=end-of-candidates")
            assert (refused.status_code, refused.json()["code"]) == (404, "taken_over")
        other = await station.http.delete(
            station.url.removesuffix("/whip") + first.location,
            headers={"Authorization": "Bearer key-ben"},
        )
        assert other.json()["code"] == "no_whip_session"
        starts = [packet.start_sample for packet in station.packets]
        assert starts == sorted(set(starts))
        assert station.phases == [Phase.LIVE]
        assert (await second.resource("DELETE")).status_code == 200
        assert station.phases == [Phase.LIVE, Phase.ENDED]
        assert len(station.sink.opened) == 1


async def test_a_takeover_that_never_connects_changes_nothing():
    patient = replace(PATIENT, connect_seconds=0.5)
    async with Station(patient) as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        assert (await station.post(offers.OBS)).status_code == 201
        await asyncio.sleep(0.8)
        assert station.phases == [Phase.LIVE]
        assert len(station.ingest._resources) == 1


async def test_a_new_key_of_the_same_room_takes_over_too():
    async with (
        Station() as station,
        Client(station) as old,
        Client(station, "key-ana-new") as new,
    ):
        await old.start()
        await station.until(lambda: len(station.packets) > 5)
        await new.start()
        await station.until(lambda: old.connection.connectionState in ("closed", "failed"))
        assert len(station.sink.opened) == 1
        await station.until(lambda: len(station.ingest._resources) == 1)


async def test_a_fresh_start_ends_the_running_set_first():
    async with Station() as station, Client(station) as first, Client(station) as second:
        await first.start()
        await station.until(lambda: len(station.packets) > 5)
        await second.start(
            params={"resume": "false", "title": "  Night \n two ", "genre": "Techno"}
        )
        await station.until(lambda: len(station.sink.opened) == 2)
        assert station.phases[:2] == [Phase.LIVE, Phase.ENDED]
        info = station.envelopes[-1].message
        last = [state.info for state in station.said(type(info)) if hasattr(state, "info")]
        assert station.sink.closed == station.sink.opened[:1]
        assert not last or (last[-1].title, last[-1].declared_genre) == ("Night two", Genre.TECHNO)
        epochs = [one.epoch for one in station.envelopes]
        assert epochs == sorted(epochs, key=station.sink.opened.index)  # never mixed


async def test_only_so_many_that_were_taken_over_are_remembered(monkeypatch):
    monkeypatch.setattr(sessions, "MOST_TAKEN_OVER", 2)
    async with Station() as station:
        answers = [
            await station.ingest.start(offers.OBS, ANA, address="127.0.0.1") for _ in range(4)
        ]
        codes = []
        for answer in answers[:3]:
            with pytest.raises(NotFound) as refused:
                await station.ingest.stop(answer.resource, ANA)
            codes.append(refused.value.slug)
        assert codes == ["no_whip_session", "taken_over", "taken_over"]


async def test_a_revoked_key_ends_its_set_and_no_other():
    async with Station(config(key_check_seconds=0.1)) as station:
        async with Client(station) as client, Client(station, "key-ben") as other:
            await client.start()
            await other.start()
            await station.until(lambda: set(station.ingest.phases.values()) == {Phase.LIVE})
            await asyncio.sleep(0.3)
            assert len(station.ingest.phases) == 2
            station.revoked = {"k1"}
            await station.until(lambda: list(station.ingest.phases) == ["ben"])
        ended = [one for one in station.said(SessionState) if one.phase is Phase.ENDED]
        assert ("ana", "key_revoked") in [(one.info.room, one.reason) for one in ended]


async def test_keys_that_cannot_be_looked_at_end_nothing(caplog):
    async with Station(config(key_check_seconds=0.05)) as station, Client(station) as client:
        station.revoked = StorageUnavailable("The database is away.")
        await client.start()
        await station.until(lambda: "could not be looked at" in caplog.text)
        await station.until_phase(Phase.LIVE)
        station.revoked = {"k1"}
        await station.until_phase(Phase.ENDED)


async def test_a_handshake_that_fails_is_logged_with_its_reason(caplog):
    caplog.set_level("INFO", "stream")
    async with Station() as station, Client(station) as client:
        dtls = client.sender.transport
        certificate = dtls._RTCDtlsTransport__local_certificate
        create, handshake = certificate._create_ssl_context, dtls._do_handshake

        def without_the_server_s_ciphers(**options):
            context = create(**options)
            context.set_cipher_list(b"AES128-GCM-SHA256")  # for RSA certificates alone
            return context

        async def handshake_to_the_alert():  # which aiortc, unlike browsers, never sends
            await handshake()
            await dtls._write_ssl()

        certificate._create_ssl_context = without_the_server_s_ciphers
        dtls._do_handshake = handshake_to_the_alert
        await client.start()
        await station.until(lambda: "could not connect" in caplog.text)
        assert "DTLS is failed" in caplog.text
        assert "alert handshake failure" in caplog.text
        await station.until(lambda: station.ingest.phases == {})


async def test_a_client_that_never_connects_leaves_no_trace():
    async with Station(config(connect_seconds=0.3)) as station:
        assert (await station.post(offers.OBS)).status_code == 201
        assert station.ingest.phases == {"ana": Phase.CONNECTING}
        assert station.count("djuv_streams", phase="connecting") == 1
        await station.until(lambda: station.ingest.phases == {})
        await station.until(lambda: not station.ingest._tasks)
        assert station.envelopes == []
        assert station.sink.opened == []
        assert station.ingest._resources == {}
        assert station.count("djuv_streams", phase="connecting") == 0


async def test_the_longest_set_ends():
    async with Station(config(longest_seconds=0.5)) as station, Client(station) as client:
        await client.start()
        await station.until_phase(Phase.ENDED)
        assert station.count("djuv_streams", phase="live") == 0


async def test_limits_say_when_to_come_back():
    limited = config(sessions=1, starts_per_key=3)
    async with Station(limited) as station:
        await station.ingest.start(offers.OBS, ANA, address="192.0.2.1")
        with pytest.raises(LimitReached) as caught:
            await station.ingest.start(offers.OBS, BEN, address="192.0.2.2")
        assert (caught.value.slug, caught.value.retry_after_seconds) == ("too_many_sets", 30)
        for _ in range(2):
            await station.ingest.start(offers.OBS, ANA, address="192.0.2.1")
        with pytest.raises(LimitReached) as caught:
            await station.ingest.start(offers.OBS, ANA, address="192.0.2.1")
        assert caught.value.slug == "too_many_starts"


async def test_one_address_has_its_share():
    async with Station(config(sessions_per_address=1)) as station:
        await station.ingest.start(offers.OBS, ANA, address="192.0.2.1")
        with pytest.raises(LimitReached) as caught:
            await station.ingest.start(offers.OBS, BEN, address="192.0.2.1")
        assert caught.value.slug == "too_many_sets_here"
        await station.ingest.start(offers.OBS, BEN, address="192.0.2.2")


async def test_a_whip_session_answers_to_its_own_key_alone():
    async with Station() as station:
        answer = await station.ingest.start(offers.OBS, ANA, address="127.0.0.1")
        with pytest.raises(NotFound):
            await station.ingest.stop(answer.resource, BEN)
        await station.ingest.stop(answer.resource, ANA)
        assert station.ingest.phases == {}


async def test_closing_ends_everything_and_takes_no_more():
    station = Station()
    async with station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        tasks = asyncio.all_tasks()
        await asyncio.wait_for(station.ingest.close(), 5)
        assert station.phases[-1] is Phase.ENDED
        assert station.sink.closed == station.closed_feeds == station.sink.opened
        with pytest.raises(LimitReached):
            await station.ingest.start(offers.OBS, ANA, address="127.0.0.1")
        left = [task.get_name() for task in tasks if not task.done()]
        assert not [name for name in left if name.startswith(("rtcp", "ingest", "end", "peer"))]


async def test_a_judge_that_hangs_does_not_keep_the_set_from_ending(caplog):
    async with Station(config(close_seconds=0.2)) as station, Client(station) as client:
        station.sink.close = lambda session: asyncio.sleep(60)
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        assert (await client.resource("DELETE")).status_code == 200
        assert station.phases[-1] is Phase.ENDED
        assert "the judge did not finish" in caplog.text


async def test_a_room_that_cannot_open_is_said_once_and_ends(caplog):
    async with Station() as station, Client(station) as client:
        station.sink.open = lambda feed: 1 / 0
        await client.start()
        await station.until(lambda: "could not begin" in caplog.text)
        await station.until(lambda: station.ingest.phases == {})
        assert caplog.text.count("could not begin") == 1


async def test_last_packets_that_cannot_be_taken_do_not_keep_the_room(caplog, monkeypatch):
    monkeypatch.setattr(Intake, "close", lambda _: 1 / 0)
    async with Station() as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.packets) > 5)
        assert (await client.resource("DELETE")).status_code == 200
        assert station.phases[-1] is Phase.ENDED
        assert station.ingest.phases == {}
        assert station.sink.closed == station.closed_feeds == station.sink.opened
        assert "were not taken" in caplog.text


async def test_connections_that_broke_are_forgotten_when_their_dj_is_back():
    async with Station() as station:
        for _ in range(3):
            async with Client(station) as client:
                heard = len(station.packets)
                await client.start()
                await station.until(lambda heard=heard: len(station.packets) > heard)
            await station.until_phase(Phase.RESUMING)
        assert len(station.ingest._resources) == 1


async def test_ffmpegs_own_whip_muxer_is_understood():
    """A second real client: its own ICE, DTLS and RTP, the DTLS server's part included."""
    async with Station() as station:
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.stream.ffmpeg_client", station.url, "key-ana", "80",
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert await asyncio.wait_for(client.wait(), 30) == 0
        finally:
            if client.returncode is None:
                client.kill()
                await client.wait()
        await station.until_phase(Phase.ENDED)  # it sends DELETE
        assert len(station.sink.hops) >= 2
        assert all(is_stereo_test_tone(hop.samples[2400:]) for hop in station.sink.hops)


def test_the_defaults_are_those_promised():
    defaults = IngestConfig()
    assert (defaults.connect_seconds, defaults.stalled_seconds) == (15.0, 3.0)
    assert (defaults.grace_seconds, defaults.reorder_seconds) == (30.0, 0.04)
    assert defaults.ice_servers == ()
