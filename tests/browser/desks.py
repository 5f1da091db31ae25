"""An officer before a browser: what the browser complains of is kept, and fails the test that asks."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

ANSWER_MILLISECONDS_MAX = 30_000
JOB_MILLISECONDS_MAX = 120_000


class Desk:
    """A page of a browser in which an officer is signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.foreign: set[str] = set()
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self.note)
        page.on("response", self.answer)

    def hear(self, message: ConsoleMessage) -> None:
        # A page that refuses is no fault; those that fail are kept by their answer.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def note(self, request: Request) -> None:
        asked, own = urlsplit(request.url), urlsplit(self.page.url)
        if asked.scheme in ("http", "https") and own.netloc and asked.netloc != own.netloc:
            self.foreign.add(request.url)

    def answer(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url}: {response.status}")

    def sign_in(self, username: str) -> None:
        """Sign a demo's officer in, whose password is the username."""
        self.page.goto("/sign-in/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", username)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def open(self, address: str) -> None:
        """Open a page."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"

    def press(self, name: str) -> None:
        """Press a button, and see no refusal after it."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.answered()
        refusals = self.page.locator(".alert-danger, .refusal[role=alert]").all_inner_texts()
        assert "confirmation_proof" in self.page.content() or refusals == [], refusals

    def confirm(self, password: str) -> None:
        """Confirm an act on the page that asks for it."""
        self.page.fill("[name=confirmation_proof]", password)
        self.page.press("[name=confirmation_proof]", "Enter")
        self.answered()

    def answered(self) -> None:
        """Wait until a form that was sent is answered, and the page that it led to is there."""
        expect(self.page.locator("main[aria-busy]")).to_have_count(0, timeout=ANSWER_MILLISECONDS_MAX)
        self.page.wait_for_load_state()

    def await_jobs(self) -> None:
        """Wait until nothing on the page is still being worked on."""
        expect(self.page.locator("[hx-trigger='every 2s']")).to_have_count(0, timeout=JOB_MILLISECONDS_MAX)
        failed = self.page.locator(".job .refusal").all_inner_texts()
        assert failed == [], failed
