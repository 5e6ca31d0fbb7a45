"""The shipped model of the neural field, with its card and checksum."""
