"""Formats of registry records, one a file; each defines ``FORMAT``."""
