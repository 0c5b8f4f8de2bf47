"""Integrity rules, parted by what they look at; a new rule is one function and one entry in its module's ``CHECKS``."""
