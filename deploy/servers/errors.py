"""What can go wrong with a server of one's own."""


class ServerMissing(RuntimeError):
    """A package or file that a server is made of could not be had; the message names it and the way out."""


class ServerFailed(RuntimeError):
    """A server did not do what it was asked; the message ends with the last lines it wrote."""
