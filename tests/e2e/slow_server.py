"""A server that is slow where a test wants it to be."""

import re
from functools import partial
from operator import is_

from playwright.sync_api import APIResponse, Page, Route

from tests.e2e.conftest import until


class Held:
    """Requests that wait at the server's door until a test lets them in."""

    def __init__(self, page: Page, address: str | re.Pattern[str]) -> None:
        self._page = page
        self._is_open = False
        self._routes: list[Route] = []
        page.route(address, self._came)

    def _came(self, route: Route) -> None:
        self._routes.append(route)
        if self._is_open:
            route.continue_()

    def wait(self, number: int = 1) -> None:
        """Wait until so many have come."""
        until(self._page, lambda: len(self._routes) >= number)

    @property
    def number(self) -> int:
        """How many have come."""
        return len(self._routes)

    def let_in(self) -> None:
        """Let them in, one after the other, and whatever comes later at once."""
        self._is_open = True
        for route in list(self._routes):
            with self._page.expect_event("requestfinished", partial(is_, route.request)):
                route.continue_()

    def refuse(self) -> None:
        """Answer all of them as a server that has too much to do."""
        for route in self._routes:
            route.fulfill(status=503, json={"message": "Too busy."})


class Late:
    """Answers that the server gives at once and that come when a test lets them."""

    def __init__(self, page: Page, address: str | re.Pattern[str]) -> None:
        self._page = page
        self._answers: list[tuple[Route, APIResponse]] = []
        page.route(address, self._came)

    def _came(self, route: Route) -> None:
        self._answers.append((route, route.fetch()))

    def wait(self) -> None:
        """Wait until the server has answered one."""
        until(self._page, lambda: len(self._answers) > 0)

    def let_in(self) -> None:
        """Let them come, one after the other."""
        for route, answer in self._answers:
            with self._page.expect_event("requestfinished", partial(is_, route.request)):
                route.fulfill(response=answer)
