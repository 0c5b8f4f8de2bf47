"""The study file: read, checked, made canonical, signed off, linted, described as a schema."""
