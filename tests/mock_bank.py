"""mock-bank, the counterparty of the tests: a program of its own that takes and lays files, on a clock that we move."""

import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

from payouts.channels.channel_files import channel_named

WAIT_SECONDS_MAX = 30
ACCOUNT = "ACME"  # the one of its own accounts that is made ours
RICH = 10**13  # fen


class MockBank:
    """A bank that takes pain.001 from a folder and lays its messages in another; ``clock`` is its time."""

    def __init__(self, *, drop: Path, pickup: Path, clock: str, allow_duplicates: bool = False) -> None:
        self.command = [
            *(sys.executable, "-m", "mockbank", "--quiet", "--host", "127.0.0.1", "--clock", clock),
            *("--drop-dir", str(drop), "--pickup-dir", str(pickup), "--drop-settle-ms", "0"),
            *("--drop-interval-ms", "600000", "--timezone", "Asia/Shanghai"),
            *(["--allow-duplicates"] if allow_duplicates else []),
        ]

    def __enter__(self) -> Self:
        with closing(socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([*self.command, "--port", str(port)], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while True:
            try:
                self.ask("GET", "/_mock/health")
                break
            except OSError:
                assert time.monotonic() < deadline
                assert self.process.poll() is None
                time.sleep(0.05)
        debtor = channel_named(name="iso20022").debtor
        assert debtor is not None
        self.behave(account_number=debtor.account, currency="CNY", balance=RICH)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=WAIT_SECONDS_MAX)

    def ask(self, method: str, path: str, said: Any = None) -> Any:
        body = None if said is None else json.dumps(said).encode()
        request = Request(self.url + path, data=body, method=method, headers={"Content-Type": "application/json"})
        with urlopen(request, timeout=WAIT_SECONDS_MAX) as answer:
            return json.loads(answer.read() or b"null")

    def behave(self, **fields: Any) -> None:
        """Change our account at the bank: its behaviour, for one."""
        self.ask("PATCH", f"/_mock/accounts/{ACCOUNT}", fields)

    def scan(self) -> None:
        """Let the bank look into its folder now."""
        self.ask("POST", "/_mock/drop/scan")

    def advance(self, *, days: int) -> None:
        """Move the bank's clock by days of the calendar: what falls due meanwhile happens."""
        self.ask("POST", f"/_mock/advance?days={days}")

    def payments(self) -> list[dict[str, Any]]:
        found = self.ask("GET", "/_mock/payments")
        return list(found["payments"] if isinstance(found, dict) else found)

    def credited(self) -> Counter[tuple[str, Decimal]]:
        """Return what the bank's books have paid or will pay: account and amount, how often."""
        return Counter(
            (payment["creditor_iban"], Decimal(payment["amount"]).scaleb(-2))
            for payment in self.payments()
            if payment["status"] not in ("rejected", "returned")
        )
