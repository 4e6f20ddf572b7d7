"""Lenses: a table of pairs of paths between an agency's native objects and shared records, read and written as data."""
