"""One module for each revision, in the order of its number."""
