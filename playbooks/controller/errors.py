"""The one error that users are meant to read."""


class RunError(Exception):
    """The run cannot start, in words for the user: what is wrong, and how to mend it."""
