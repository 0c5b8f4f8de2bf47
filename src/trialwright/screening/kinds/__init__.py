"""The kinds of criterion nodes, one module each; adding a kind is adding a module with a ``KIND``."""
