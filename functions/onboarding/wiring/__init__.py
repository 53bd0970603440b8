"""Builds the real gateways from the environment, each once per process.

Stores apart from Graph, so that an HTTP route never loads Graph.
"""
