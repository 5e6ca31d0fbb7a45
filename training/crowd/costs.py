"""What reading a message costs, beside the usual way to do it, in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.crowd import ChatRules
from sentiment.classifier import BATCH_MOST, Classifier
from sentiment.moderation import Lexicon, Member, Moderator
from sentiment.text import fold
from training.crowd.samples import own_samples

WARM_UP: Final = 500
PEER_MESSAGES: Final = 300


def costs(classifier: Classifier) -> dict[str, str]:
    """Return the cost of a message on one core, in processor time, and that of a peer."""
    samples = list(own_samples())
    texts = [sample.text for sample in samples]

    def read(text: str) -> None:
        classifier.read([fold(text)])

    for text in texts[:WARM_UP]:
        read(text)
    alone = _each_seconds(read, texts)
    peer = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)), LogisticRegression(max_iter=50)
    ).fit(texts, [sample.sentiment for sample in samples])
    peers = _each_seconds(lambda text: peer.predict_proba([text]), texts[:PEER_MESSAGES])
    rate = _moderated_a_second(classifier, texts)
    half, most = np.quantile(alone, [0.5, 0.99]) * 1e3
    return {
        "one message, folded and read, median (aim below 0.1 ms)": f"{half:.3f} ms",
        "one message, folded and read, 99th percentile (aim below 1 ms)": f"{most:.3f} ms",
        "peer: scikit-learn, TF-IDF of characters and one regression, median": (
            f"{np.median(peers) * 1e3:.3f} ms, {np.median(peers) / np.median(alone):.1f} times ours"
        ),
        f"through all of moderation, {BATCH_MOST} at once (aim 2,000 a second)": (
            f"{rate:.0f} messages a second"
        ),
    }


def _each_seconds(read: Callable[[str], object], texts: Sequence[str]) -> NDArray[np.float64]:
    spent = np.empty(len(texts))
    for place, text in enumerate(texts):
        start = time.process_time_ns()
        read(text)
        spent[place] = (time.process_time_ns() - start) / 1e9
    return spent


def _moderated_a_second(classifier: Classifier, texts: Sequence[str]) -> float:
    lexicon, rules = Lexicon.shipped(), ChatRules()
    moderator = Moderator(lexicon)
    start = time.process_time_ns()
    for at in range(0, len(texts), BATCH_MOST):
        batch = [fold(text) for text in texts[at : at + BATCH_MOST]]
        heard = [lexicon.read(text) for text in batch]
        opinions = classifier.read(batch, heard)
        for text, lists, opinion in zip(batch, heard, opinions, strict=True):
            member = Member()  # of a crowd, not one who floods
            moderator.judge(text, opinion, member, rules, float(at), heard=lists)
    return len(texts) * 1e9 / (time.process_time_ns() - start)
