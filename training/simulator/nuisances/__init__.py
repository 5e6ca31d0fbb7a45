"""What lies between a DJ's mixer and the judge's ear, and says nothing of the DJ."""
