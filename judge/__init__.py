"""Listening and judging: from hops of PCM to explained scores."""
