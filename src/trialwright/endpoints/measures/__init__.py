"""Measures of an endpoint, one file each; every file holds one ``MEASURE``."""
