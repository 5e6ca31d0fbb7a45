"""The fixed-reference log-mel: what it is, and the two back ends that compute it."""
