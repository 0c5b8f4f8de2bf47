"""Censoring rule sets, one module each; adding a set is adding a module with a ``RULE_SET``."""
