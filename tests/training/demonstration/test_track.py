import asyncio

from training.demonstration.track import PacketTrack


async def test_packets_come_on_schedule_without_drift():
    payloads = iter([bytes([number]) for number in range(20)])
    track = PacketTrack(lambda: next(payloads))
    loop = asyncio.get_running_loop()
    started = loop.time()
    packets = []
    for number in range(20):
        packets.append(await track.recv())
        if number == 5:
            await asyncio.sleep(0.05)  # a hiccup of the loop is made up for
    assert [packet.pts for packet in packets] == [960 * number for number in range(20)]
    assert bytes(packets[7]) == b"\x07"
    assert loop.time() - started >= 19 * 0.02 - 0.005  # never early


async def test_waits_for_a_renderer_that_is_behind():
    answers = iter([None, None, b"late"])
    packet = await PacketTrack(lambda: next(answers)).recv()
    assert bytes(packet) == b"late"
    assert packet.pts == 0
