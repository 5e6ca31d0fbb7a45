"""What is kept of a set, so that it can be heard, explained and judged again."""
