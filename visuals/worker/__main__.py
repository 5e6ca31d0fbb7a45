"""`python -m visuals.worker`: draws one set's show, told by whoever started it."""

import importlib

from visuals.worker.manners import be_a_good_child

if __name__ == "__main__":
    be_a_good_child()  # first: the imports take a second of a core, which sound may need
    assembly = importlib.import_module("visuals.worker.assembly")
    importlib.import_module("visuals.worker.running").run(assembly.make_parts)
