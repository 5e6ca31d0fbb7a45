"""Words and pieces of words as numbers of a table of embeddings.

Feature hashing (Weinberger et al., "Feature hashing for large scale multitask learning", 2009) over
words, pairs of words, and the character 3- to 5-grams of each word (Bojanowski et al., "Enriching
word vectors with subword information", 2017). Nothing has to be learnt before it can be named, and
chat repeats itself: the pieces of a word are worked out once and kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zlib import crc32

BUCKETS: Final = 1 << 16
"""Rows of the table; row 0 is padding and holds zeros."""

SHORTEST_GRAM: Final = 3
LONGEST_GRAM: Final = 5
WORD_MOST_CHARACTERS: Final = 24
"""Longer words are cut: what follows is elongation or garbage."""

WORDS_KEPT: Final = 1 << 16

IDS_MOST: Final = 2_048
"""Pieces of one message that count; 500 characters have at most some 1,600."""


def bucket(piece: str) -> int:
    """Return the row of `piece`, from 1 to `BUCKETS` - 1; the same in every process."""
    return crc32(piece.encode("utf-8", "surrogatepass")) % (BUCKETS - 1) + 1


def word_ids(word: str) -> tuple[int, ...]:
    """Return the rows of a word and of its pieces, with its beginning and end marked."""
    marked = f"<{word[:WORD_MOST_CHARACTERS]}>"
    grams = {
        marked[start : start + length]
        for length in range(SHORTEST_GRAM, LONGEST_GRAM + 1)
        for start in range(len(marked) - length + 1)
    }
    grams.discard(marked)
    return (bucket(f"w {word}"), *map(bucket, sorted(grams)))


@lru_cache(maxsize=WORDS_KEPT)
def pair_id(first: str, second: str) -> int:
    """Return the row of two words in a row."""
    return bucket(f"p {first} {second}")
