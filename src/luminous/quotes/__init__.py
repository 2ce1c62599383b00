"""From a request to a price that can be accepted."""
