"""Which studio made the records: one for training, another that only the proof hears."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """Where sounds, rhythms, modes and tempi of a track come from.

    Two families share no instrument, no drum, no progression of chords, and of all rhythms only the
    bass drum on every beat: what a judge has learnt of one by heart does not help with the other.
    """

    STUDIO = "studio"
    UNSEEN = "unseen"
