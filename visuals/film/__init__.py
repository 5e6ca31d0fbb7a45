"""A recorded mix's show as a film: drawn with hindsight, and written with its sound."""
