"""The simulator as a process of its own, and what can be asked of it."""

from __future__ import annotations

import http.client
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from arrivals import Arrivals

ROOT = Path(__file__).resolve().parents[3]


def program() -> Path:
    build = Path(os.environ.get("FASTCCG_BUILD", ROOT / "build"))
    found = [path for path in build.glob("**/fastccg-sim") if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise FileNotFoundError(f"there is no fastccg-sim in {build}; build it, or say where with FASTCCG_BUILD")
    return found[0]


class Simulator:
    """Ends with `close`. Options are those of the program."""

    def __init__(self, *options: str) -> None:
        self._arrivals = Arrivals(str(program()), *options)
        self._forgotten = 0
        self.url = self._arrivals.url

    def close(self) -> None:
        self._arrivals.end()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def environment(self) -> dict[str, str]:
        """What leads programs written for the real services here, each with a key that the simulator takes."""
        return {
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "ANTHROPIC_BASE_URL": self.url,
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "MISTRAL_BASE_URL": self.url,
            "OPENAI_API_KEY": "sk-test",
            "ANTHROPIC_API_KEY": "sk-test",
            "GOOGLE_API_KEY": "sk-test",
            "GEMINI_API_KEY": "sk-test",
            "MISTRAL_API_KEY": "sk-test",
            "no_proxy": "127.0.0.1,localhost",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def faults(self, *faults: str) -> None:
        """What is to go wrong from now on; nothing at all ends it."""
        self._call("PUT", "faults", ",".join(faults))

    def forget(self) -> None:
        self._forgotten += self.state()["count"]
        self._call("DELETE", "requests")

    def state(self) -> dict[str, Any]:
        """Requests and connections, since the last `forget`."""
        answer: dict[str, Any] = json.loads(self._call("GET", "requests"))
        return answer

    def requests(self) -> list[dict[str, Any]]:
        return list(self.state()["requests"])

    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of all requests, oldest first."""
        return [json.loads(request["body"]) for request in self.requests()]

    def wait_for_requests(self, count: int, seconds: float = 10) -> None:
        """Waits until so many have arrived since the last `forget`."""
        self._arrivals.wait_for(self._forgotten + count, seconds)

    def wait_for_hang_up(self, seconds: float = 10) -> None:
        """Waits until nobody but the one who asks is connected. Calls that end well leave their connection open."""
        end = time.monotonic() + seconds
        while self.state()["open_connections"] > 1:  # each look waits for an answer of the simulator's
            assert time.monotonic() < end, "waited in vain for the connections to end"

    def _call(self, method: str, what: str, body: str | None = None) -> str:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request(method, f"/__fastccg/{what}", body)
            return connection.getresponse().read().decode()
        finally:
            connection.close()
