"""The case-sharing hub: each agency says what it knows, the hub converges and releases it."""
