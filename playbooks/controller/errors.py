"""The error that is shown to the user without a stack trace."""


class RunError(Exception):
    """A run cannot continue. The message says what is wrong and how to fix it."""
