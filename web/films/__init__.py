"""Films of recorded mixes: where reading, judging and drawing come together."""
