"""Estimates from what the endpoints yield: survival, shares of subjects, subgroups."""
