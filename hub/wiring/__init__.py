"""Builds everything from the settings. The only package that knows the adapters.

`foundation`: what every command stands on. `parts`: what `hub serve` runs. `serving`: runs them together.
"""
