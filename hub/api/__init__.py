"""The way in and out over HTTP: what agencies call, and whoever watches over the hub."""
