"""The report of a trial: one self-contained page, with its figures and tables as files beside it."""
