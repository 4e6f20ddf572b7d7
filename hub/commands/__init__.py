"""The commands that come in groups: `hub agency ...`, `hub input ...`."""
