"""Response criteria, one file each; a file is found by lying here."""
