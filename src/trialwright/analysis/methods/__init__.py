"""Methods of analysis a study file can name, one a file."""
