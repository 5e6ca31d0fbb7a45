"""The shows of this process's sets: who gets a worker, what it is told, and what comes of it."""
