"""What turns moments into clips: it hears the sets and is handed the moment and its packets."""

from __future__ import annotations

from collections.abc import Sequence

from core.crowd import Moment
from core.messages import EncodedAudio, Envelope
from web.clips.hearing import HeardSets
from web.clips.store import ClipOutcome, ClipStore


class ClipMaker:
    """Makes clips with the scores of their sets.

    Parameters
    ----------
    store
        Keeps them.

    Notes
    -----
    A `core.feed.FeedListener`: `hear` and `envelope` are one, and take the envelopes of all rooms,
    from the feed or from the bus.
    """

    def __init__(self, store: ClipStore) -> None:
        self._store = store
        self._sets = HeardSets()

    def hear(self, envelope: Envelope) -> None:
        """Take an envelope of any room; returns at once."""
        self._sets.hear(envelope)

    envelope = hear

    async def make(self, room: str, moment: Moment, packets: Sequence[EncodedAudio]) -> ClipOutcome:
        """Make a moment's clip.

        Parameters
        ----------
        room
            Where it happened.
        moment
            What happened; `epoch` names the set.
        packets
            Of that set, in order, from `stream.clips.BEFORE_SECONDS` before the moment to
            `AFTER_SECONDS` after its beginning, and half a second more before where there is one.

        Returns
        -------
        The clip's id, or why there is none. A full or slow disk is a reason, never an error.
        """
        heard = self._sets.find(moment.epoch)
        if heard is None:
            return ClipOutcome(reason="clip_set_unknown")
        return await self._store.make_clip(room, moment, packets, tuple(heard.scores), heard.info)
