import asyncio
import importlib.util


def pytest_asyncio_loop_factories(config, item):
    """Run every test of the fan-out on each loop that uvicorn may choose."""
    factories = {"asyncio": asyncio.SelectorEventLoop}
    if importlib.util.find_spec("uvloop"):
        import uvloop

        factories["uvloop"] = uvloop.new_event_loop
    return factories
