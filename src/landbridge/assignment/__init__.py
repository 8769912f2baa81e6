"""Generalised cost, routes, choice and stochastic equilibrium of freight on the supernetwork."""
