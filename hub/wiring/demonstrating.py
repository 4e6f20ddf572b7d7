"""`hub demo`: two sandbox agencies and a hub between them."""

from adapters.sandbox.demo import run


def run_demo(people: int, *, keep: bool, full: bool) -> int:
    """Play a caseload of so many people through; the exit code."""
    return run(people, keep=keep, full=full)
