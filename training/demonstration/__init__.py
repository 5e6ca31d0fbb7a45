"""A DJ that the project plays itself: an endless set, published over WebRTC like everybody's.

`python -m training.demonstration --url http://127.0.0.1:8000/whip`, with the stream key in the
environment as DJUV_STREAM_KEY. `source` renders and encodes ahead on a thread, `track` paces the
packets, `whip` speaks WHIP, and `publisher` keeps the set on air.
"""
