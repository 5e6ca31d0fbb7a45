"""The floor everything stands on: message types, the bus, clocks, errors and metrics."""
