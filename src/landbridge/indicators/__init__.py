"""Tables of results: pure functions from flows, routes and network."""
