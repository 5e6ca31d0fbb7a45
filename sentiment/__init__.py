"""The crowd of a room: its chat, what it feels, what is kept out, and its epic moments."""
