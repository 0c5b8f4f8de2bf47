"""Registry records: a page or a JSON file of a registry becomes a record, whichever of the known formats it has."""

from trialwright.registry.read import read_records

__all__ = ["read_records"]
