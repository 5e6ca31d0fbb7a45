"""The shows at the edge of the house: what a process has of them, and who may steer them."""
