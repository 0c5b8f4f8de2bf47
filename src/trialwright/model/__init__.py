"""The nouns of a trial: the study and its parts, the tables, findings and results; frozen, checked when built."""
