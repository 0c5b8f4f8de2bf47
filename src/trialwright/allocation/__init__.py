"""Who gets which arm: procedures as pure steps, sequences from a secret, and how well a next arm can be guessed."""
