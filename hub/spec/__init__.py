"""The common specification: what is shared, in which shape, under which rules."""
