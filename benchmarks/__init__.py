"""Speed beside a peer that runs in the same process on the same data; a peer that disagrees is a failure."""
