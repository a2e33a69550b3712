"""Sphinx's settings for the site of the documentation, which site.py builds."""

import re

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

project = "libgenerative"
copyright = "The libgenerative authors"
root_doc = "README"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "libgenerative"
html_show_sphinx = False
html_math_renderer = "mathml"
autodoc_typehints = "none"
autodoc_member_order = "groupwise"
exclude_patterns = []
# Pages that no list of pages has, such as the one of a folder, are reached by links.
suppress_warnings = ["toc.not_included", "misc.highlighting_failure", "ref.python"]


def formula(display):
    """A visitor of formulas: MathML, which browsers draw without a script."""

    def visit(writer, node):
        writer.body.append(convert(node.astext(), display=display))
        raise SkipNode

    return visit


def plain(app, what, name, thing, options, lines):
    """Docstrings are plain text: (n, *shape), |h| and classes_ are no markup."""
    lines[:] = [re.sub(r"(?<![\\*\w`])\*(?=[\w,])|\||(?<=\w)_(?![\w`])", r"\\\g<0>", line) for line in lines]


def setup(app):
    app.add_html_math_renderer("mathml", (formula("inline"), None), (formula("block"), None))
    app.connect("autodoc-process-docstring", plain, priority=900)
