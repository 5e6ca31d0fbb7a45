"""One Chromium for each module of tests that wants one."""

from tests.web.pages.conftest import browser

__all__ = ["browser"]
