"""Tenant Onboarding from the command line: a client of the API, over HTTP and nothing else."""

from importlib.metadata import version

PROGRAM = "tenant-onboarding"
"""What the command is called; every command that is suggested begins with it."""

VERSION = version("tenant-onboarding-cli")
