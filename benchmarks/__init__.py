"""Speed beside a peer that is given the same rows in one process; a peer that disagrees is a failure."""
