"""`python -m visuals.worker`: draws one set's show, told by whoever started it."""

from visuals.worker.assembly import make_parts
from visuals.worker.running import run

if __name__ == "__main__":
    run(make_parts)
