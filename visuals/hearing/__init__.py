"""From a set's sound and the judge's events to what the generator draws by."""
