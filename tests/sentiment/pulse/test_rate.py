from sentiment.pulse.rate import Rate


def test_messages_a_minute() -> None:
    rate = Rate(60)
    for second in range(90):
        rate.hear(second + 0.5)
        rate.hear(second + 0.7)
    rate.forget(89.9)
    assert rate.per_minute() == 120.0


def test_silence_ends_it_and_memory_is_seconds() -> None:
    rate = Rate(60)
    for _ in range(10_000):
        rate.hear(1.0)
    assert rate.per_minute() == 10_000
    assert len(rate._bins) == 1
    rate.forget(61.0)
    assert rate.per_minute() == 0
