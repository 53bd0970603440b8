"""What the local deployment will not do, said in one line to the person who asked."""


class Refused(Exception):  # noqa: N818 - an answer to a person, not an error of the program
    """What was asked is not done; its text says why and what to do instead."""
