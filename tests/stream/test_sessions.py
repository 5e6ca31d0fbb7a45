from core.messages import Phase
from tests.stream.publishing import Client, Station
from tests.stream.sound import is_stereo_test_tone


async def test_stereo_arrives_from_a_real_client():
    async with Station() as station, Client(station) as client:
        await client.start()
        await station.until(lambda: len(station.sink.hops) >= 3)
        hops = station.sink.hops[:3]
        assert [hop.index for hop in hops] == [0, 1, 2]
        assert all(is_stereo_test_tone(hop.samples[2400:]) for hop in hops)
        assert station.phases == [Phase.LIVE]
        await station.until(lambda: bool(station.receptions))
        r = await client.resource("DELETE")
        assert r.status_code == 200
        assert station.phases[-1] is Phase.ENDED
