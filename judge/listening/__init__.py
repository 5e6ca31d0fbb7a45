"""Listening: what can be heard of a set without any model."""

from judge.listening.listener import Listener

__all__ = ["Listener"]
