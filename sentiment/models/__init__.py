"""The shipped model of the crowd, with its card and checksum."""
