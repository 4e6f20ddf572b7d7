"""Connects an external issuer of access tokens."""
