"""Teaches the crowd's model to read chat, and measures what it has learnt."""
