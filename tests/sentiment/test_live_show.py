"""The host of crowds where the room's set has a show."""

from __future__ import annotations

from core.show import EncodedPicture, PictureFormat
from tests.sentiment.hosting.stage import Set, Stage, until


async def test_pictures_are_no_news_of_the_set(stage: Stage) -> None:
    stage.listen()
    await stage.join("ana")
    played = Set(stage.bus)
    played.begin()
    await until(lambda: bool(stage.senses["room"].heard))
    ahead = 100 * 48_000
    picture = EncodedPicture("set", PictureFormat.VP9, ahead, 2_400, True, 320, 180, False, b"")
    played.feed.publish(picture, ahead)
    played.play(10)
    await until(lambda: len(stage.senses["room"].heard) == 11)
    floor = stage.crowd._rooms.get("room").chat.floor
    assert floor.pts_microseconds == 9 * 20_000
