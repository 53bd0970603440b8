"""Builds the real gateways; the only reader of the environment. Stores apart from Graph: a route loads no Graph."""
