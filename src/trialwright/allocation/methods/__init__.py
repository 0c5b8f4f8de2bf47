"""Procedures of allocation, one a file."""
