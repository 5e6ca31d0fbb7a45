"""One room with its audience: each envelope becomes bytes once, and goes to everybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from itertools import chain
from typing import Final

from core.bus import Bus
from core.clock import Clock
from core.crowd import CrowdDoor
from core.messages import TRACK_OF_FORMAT, EncodedAudio, Envelope, Score, Track
from core.metrics import Metrics
from core.show import EncodedPicture, PictureFormat, watched_as
from web.viewers import protocol
from web.viewers.config import ViewerConfig
from web.viewers.crowd import ViewedCrowd
from web.viewers.history import Resume
from web.viewers.picture import RoomPicture
from web.viewers.protocol import MediaFlag, Weights
from web.viewers.units import AudioUnit, OwnUnit, PictureUnit, Unit
from web.viewers.viewer import Viewer
from web.viewers.wants import Wants

logger = logging.getLogger(__name__)

SENT_STAGE: Final = "sent"
"""Label of the latency from a window's last packet to its score in the viewers' transports."""


class ViewedRoom:
    """Hands a room's units to its viewers.

    Sound and pictures that are due within a tick go out as one write; an event goes out at once,
    together with what waits, in order. Viewers who want the same are written the same bytes.

    Parameters
    ----------
    name
        The room.
    bus
        Is told how many watch here, and knows how many watch elsewhere.
    clock, metrics, config
        As for the hub.
    weights
        Genre weights for `hello`.
    same_host
        Whether publishers share this host's monotonic clock, so that latency can be measured.
    door
        The way to the room's crowd, which is heard while viewers are in it.
    """

    def __init__(
        self,
        name: str,
        bus: Bus,
        *,
        clock: Clock,
        metrics: Metrics,
        config: ViewerConfig,
        weights: Weights,
        same_host: bool,
        door: CrowdDoor,
    ) -> None:
        self.name = name
        self.picture = RoomPicture(config)
        self.live = False  # whether what comes now is new, rather than read from the bus's memory
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._config = config
        self._weights = weights
        self._same_host = same_host
        # Written to straight, in order of joining, by what they are sent:
        self._flowing: dict[Wants, dict[Viewer, None]] = {wants: {} for wants in Wants}
        self._skipping: dict[Viewer, None] = {}  # of these, sent no pictures until a key picture
        self._held: dict[Viewer, None] = {}  # too slow just now: units are offered
        self._pending: list[Unit] = []
        self._arrivals: list[float] = []  # of the pending scores' windows
        self._tick: asyncio.Handle | None = None
        self._at_once = False  # whether `_tick` is due now rather than at the end of a tick
        self.crowd = ViewedCrowd(
            name,
            door,
            config=config,
            flush=self.flush,
            soon=self._flush_within_a_tick,
            position=lambda: self.picture.position_microseconds,
        )
        self._wanting = dict.fromkeys(Wants, 0)
        bus.report_viewers(name, 0)  # from now on it asks how many watch elsewhere

    @property
    def viewers(self) -> int:
        """How many watch through this process."""
        return sum(map(len, self._flowing.values())) + len(self._held)

    @property
    def audience(self) -> int:
        """How many of them hear: a DJ who reads their own scores is none of the audience."""
        return sum(count for wants, count in self._wanting.items() if wants.hears)

    def accept(self, envelope: Envelope) -> None:
        """Take the next envelope from the bus; it is sent within a tick."""
        if not self.picture.is_news(envelope):
            return
        message = envelope.message
        if isinstance(message, EncodedAudio):
            self.picture.hear(envelope)
            if self._is_wanted(Track.SOUND):
                self._pending.append(AudioUnit(envelope, message))
                self._flush_within_a_tick()
            return
        if isinstance(message, EncodedPicture):
            self._show(envelope, message)
            return
        latency_seconds = self._latency_seconds(message) if isinstance(message, Score) else None
        unit = self.picture.add_event(envelope, latency_seconds)
        if not self.viewers:
            return
        self._pending.append(unit)
        if isinstance(message, Score) and latency_seconds is not None:
            self._arrivals.append(message.arrived_seconds)
        self._flush_at_once()

    def _show(self, envelope: Envelope, picture: EncodedPicture) -> None:
        unit = self.picture.see(envelope, picture)
        if unit is None:
            self._metrics.pictures_skipped.inc()
        elif self._is_wanted(envelope.track):
            self._pending.append(unit)
            self._flush_within_a_tick()

    def _is_wanted(self, track: Track) -> bool:
        """Whether a unit of `track` may be for anybody here."""
        if self._held or self._skipping:
            return True
        return any(side and track in wants.tracks for wants, side in self._flowing.items())

    def _latency_seconds(self, score: Score) -> float | None:
        if not (self.live and self._same_host):
            return None
        return self._clock.monotonic_seconds() - score.arrived_seconds

    def _flush_within_a_tick(self) -> None:
        if self._tick is None:
            loop = asyncio.get_running_loop()
            self._tick = loop.call_later(self._config.audio_tick_seconds, self.flush)

    def _flush_at_once(self) -> None:
        """Flush when all that was published together has been read: one write for all of it."""
        if self._at_once:
            return
        if self._tick is not None:
            self._tick.cancel()
        self._at_once = True
        self._tick = asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Write what is pending to every viewer."""
        if self._tick is not None:
            self._tick.cancel()
        self._tick, self._at_once = None, False
        units, self._pending = self._pending, []
        said = self.crowd.take()
        if units or said:
            self._write(units, said)
        self._record_latency()

    def _write(self, units: Sequence[Unit], said: Sequence[Unit]) -> None:
        """Write the room's units to everybody, and what the crowd says to those who are in it."""
        # All sides are copied first: a write can move its viewer from one to another.
        held = list(self._held)
        held += (back := self._back_in_the_picture(units))
        flowing = [(wants, tuple(side)) for wants, side in self._flowing.items() if side]
        for wants, viewers in flowing:
            straight = [each for each in viewers if each not in back] if back else viewers
            self._write_straight(straight, _due(wants, units), said)
        due = {wants: _due(wants, units) for wants in {viewer.wants for viewer in held}}
        for viewer in held:
            own = due[viewer.wants]
            viewer.offer([*own, *said] if viewer.attends else own)

    def _back_in_the_picture(self, units: Sequence[Unit]) -> dict[Viewer, None]:
        """Return who waited for one of `units` to see again; others' pictures are skipped."""
        back: dict[Viewer, None] = {}
        for viewer in self._skipping:
            pictures = [unit for unit in _due(viewer.wants, units) if isinstance(unit, PictureUnit)]
            if any(picture.flags & MediaFlag.KEY for picture in pictures):
                back[viewer] = None
            else:
                viewer.skip(pictures)
        return back

    def _write_straight(
        self, viewers: Sequence[Viewer], units: Sequence[Unit], said: Sequence[Unit]
    ) -> None:
        if said:
            self._write_alike([viewer for viewer in viewers if viewer.attends], [*units, *said])
            viewers = [viewer for viewer in viewers if not viewer.attends]
        self._write_alike(viewers, units)

    def _write_alike(self, viewers: Sequence[Viewer], units: Sequence[Unit]) -> None:
        if not (viewers and units):
            return
        data = units[0].frame if len(units) == 1 else b"".join([unit.frame for unit in units])
        for viewer in viewers:
            try:
                viewer.write(data)
            except RuntimeError:  # a transport that is gone and whose end has not been told yet
                self.leave(viewer)
        self._metrics.viewer_bytes.inc(len(data) * len(viewers))

    def _record_latency(self) -> None:
        if self._arrivals:
            now = self._clock.monotonic_seconds()
            latency = self._metrics.window_latency_seconds.labels(SENT_STAGE)
            for arrived_seconds in self._arrivals:
                latency.observe(now - arrived_seconds)
            self._arrivals.clear()

    def join(self, viewer: Viewer, resume: Resume | None) -> None:
        """Greet `viewer`, send it what it missed, and count it among the audience."""
        self.flush()  # what is pending is in the history already, and must not come twice
        missed = self.picture.catch_up(resume)
        pictures = self._pictures_for(viewer)
        viewer.moved = self._place
        self._held[viewer] = None
        self._wanting[viewer.wants] += 1
        self._report_audience()
        hello = self._hello(missed.from_seq, viewer.wants)
        viewer.begin([OwnUnit(protocol.text_frame(hello)), *missed.events], pictures)

    def _pictures_for(self, viewer: Viewer) -> Sequence[PictureUnit]:
        """Return what a newcomer sees at once; without it, it waits for a key picture."""
        for track, reel in self.picture.reels.items():
            if track in viewer.wants.tracks:
                burst = reel.burst(self.picture.position_microseconds)
                if not burst and reel.is_under_way:
                    viewer.await_key()
                return burst
        return ()

    def _hello(self, from_seq: int, wants: Wants) -> bytes:
        picture = self.picture
        return protocol.hello_payload(
            room=self.name,
            state=picture.state,
            from_seq=from_seq,
            last_seq=picture.history.last_seq,
            pts_microseconds=picture.position_microseconds,
            wall_seconds=self._clock.wall_seconds(),
            weights=self._weights,
            wants=wants,
        )

    def leave(self, viewer: Viewer) -> None:
        """Forget `viewer`; does nothing if it is not here."""
        viewer.forget()
        if self._take_away(viewer):
            self._wanting[viewer.wants] -= 1
        self._report_audience()

    def _take_away(self, viewer: Viewer) -> bool:
        """Take `viewer` from wherever it is; return whether it was here."""
        sides = (*self._flowing.values(), self._skipping, self._held)
        return sum(side.pop(viewer, viewer) is None for side in sides) > 0  # it can be in two

    def _report_audience(self) -> None:
        self._bus.report_viewers(self.name, self.audience)
        for picture_format, track in TRACK_OF_FORMAT.items():
            watching = sum(n for wants, n in self._wanting.items() if track in wants.tracks)
            self._bus.report_viewers(watched_as(self.name, picture_format), watching)

    def _place(self, viewer: Viewer) -> None:
        self._take_away(viewer)
        if not viewer.flows:
            self._held[viewer] = None
        elif viewer.skips_pictures:
            self._flowing[viewer.wants.without_pictures][viewer] = None
            self._skipping[viewer] = None
        else:
            self._flowing[viewer.wants][viewer] = None

    def announce_audience(self) -> None:
        """Tell every viewer how many watch anywhere, and how much it was too slow for."""
        self._report_audience()
        audience = self._bus.viewers(self.name)
        pts_microseconds = self.picture.position_microseconds
        frames: dict[int, OwnUnit] = {}
        flowing = chain.from_iterable(self._flowing.values())
        for viewer in (*flowing, *self._held):
            if viewer.dropped not in frames:
                payload = protocol.edge_stats_payload(audience, viewer.dropped, pts_microseconds)
                frames[viewer.dropped] = OwnUnit(protocol.text_frame(payload))
            viewer.send(frames[viewer.dropped])

    def stop(self) -> None:
        """Send nothing more."""
        if self._tick is not None:
            self._tick.cancel()
        self._pending.clear()
        self._arrivals.clear()
        self.crowd.stop()
        self._bus.report_viewers(self.name, 0)
        for picture_format in PictureFormat:
            self._bus.report_viewers(watched_as(self.name, picture_format), 0)


def _due(wants: Wants, units: Sequence[Unit]) -> Sequence[Unit]:
    """Return those of `units` that are wanted."""
    return [unit for unit in units if unit.track in wants.tracks]
