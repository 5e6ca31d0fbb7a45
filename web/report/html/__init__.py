"""The report as one page that needs nothing else: no network, no other file, no server."""

from web.report.html.page import write_html

__all__ = ["write_html"]
