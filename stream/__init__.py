"""Ingest: WebRTC in, ordered Opus packets, PCM hops and recordings out."""
