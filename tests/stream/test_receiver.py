"""What a client may make the receiver remember; what it hands on is tested with real clients."""

from types import SimpleNamespace

from aiortc import RTCRtpReceiver

from core.clock import ManualClock
from core.metrics import Metrics
from stream.receiver import MOST_SOURCES, AudioReceiver
from stream.rtp import RtpPacket


def test_a_client_that_changes_its_source_with_each_packet_is_not_remembered_for_ever():
    routes = {}
    transport = SimpleNamespace(state="new", _rtp_router=SimpleNamespace(ssrc_table=routes))
    taken = []
    receiver = AudioReceiver(
        RTCRtpReceiver("audio", transport),
        agent=SimpleNamespace(protocols=[]),
        payload_type=111,
        clock=ManualClock(),
        metrics=Metrics(),
        on_packet=lambda packet, _: taken.append(packet.ssrc),
    )
    for ssrc in range(1_000):
        receiver._take(RtpPacket(1, 960, ssrc, 111, b"\xfc"))
        receiver._sender_reports[ssrc] = (1, 0.0)
    assert taken == list(range(1_000))
    assert list(routes) == list(receiver._sources) == list(range(1_000 - MOST_SOURCES, 1_000))
    assert len(receiver._sender_reports) <= MOST_SOURCES
