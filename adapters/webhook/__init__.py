"""Tells another system, over HTTP, what the hub raises."""
