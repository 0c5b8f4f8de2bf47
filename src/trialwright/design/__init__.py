"""Rehearse a trial: invent subjects who walk its whole path."""
