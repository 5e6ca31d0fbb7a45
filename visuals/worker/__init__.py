"""The process in which one set's show is drawn, and how it is spoken to."""
