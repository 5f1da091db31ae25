"""What the officers of a district do at their desks, for locust: each signs in once, then opens page after page."""

import itertools
import os
import re
from typing import Any, Final
from urllib.parse import urlsplit

from locust import HttpUser, between, task

PASSWORD: Final = os.environ.get("TONGFA_LOAD_PASSWORD", "")
MONTH: Final = "2026-11"
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
VOUCHER: Final = re.compile(r'href="(/vouchers/\d+/)"')
numbers = itertools.count()


class Officer(HttpUser):
    """Somebody who looks at a page for some seconds before the next."""

    wait_time = between(4, 12)

    def on_start(self) -> None:
        """Sign in by the page, as anybody does."""
        page = self.client.get("/sign-in/").text
        found = TOKEN.search(page)
        form = {
            "csrfmiddlewaretoken": found.group(1) if found else "",
            "username": f"load-{next(numbers):03}",
            "password": PASSWORD,
        }
        with self.client.post("/sign-in/", form, catch_response=True) as answer:
            if "/sign-in/" in answer.url:
                answer.failure("not signed in")

    def see(self, address: str, name: str = "") -> Any:
        """Open a page; one that leads elsewhere, to the sign-in say, is a failure."""
        with self.client.get(address, name=name or address, catch_response=True) as answer:
            if urlsplit(answer.url).path != urlsplit(address).path:
                answer.failure(f"led to {answer.url}")
        return answer

    @task(6)
    def month(self) -> None:
        self.see(f"/months/{MONTH}/")

    @task(3)
    def waiting(self) -> None:
        self.see("/tasks/")

    @task(4)
    def pay_run(self) -> None:
        self.see(f"/months/{MONTH}/runs/payroll/1/")

    @task(3)
    def people(self) -> None:
        self.see(f"/months/{MONTH}/runs/payroll/1/people/")

    @task(3)
    def batches(self) -> None:
        self.see(f"/months/{MONTH}/batches/")

    @task(2)
    def closing(self) -> None:
        self.see(f"/months/{MONTH}/close/")

    @task(3)
    def townships(self) -> None:
        self.see("/townships/")

    @task(3)
    def township(self) -> None:
        self.see("/townships/220112100/")

    @task(4)
    def vouchers(self) -> None:
        page = self.see("/vouchers/").text
        for address in VOUCHER.findall(page)[:2]:
            self.see(address, "/vouchers/N/")

    @task(2)
    def balance(self) -> None:
        self.see("/books/220112100/")

    @task(1)
    def healthz(self) -> None:
        self.see("/healthz")
