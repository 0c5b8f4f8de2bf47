"""Arrays in, arrays out: the arithmetic of the trial, without tables, files, clocks or names of subjects."""
