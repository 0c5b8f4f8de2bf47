"""Settings of the manual: Markdown in, pages that fetch nothing out."""

from trialwright import __version__

project = "trialwright"
author = "The trialwright maintainers"
release = version = __version__
project_copyright = author

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
suppress_warnings: list[str] = []
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = "trialwright"
html_copy_source = False
html_show_sourcelink = False
templates_path: list[str] = []
