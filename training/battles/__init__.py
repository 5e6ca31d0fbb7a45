"""A data set of battles: two DJs each, their sound, what is true of it, and what a panel said."""
