"""Generates identifiers in the formats of the service. The same seed gives the same sequence."""

from __future__ import annotations

import base64
import random


class Ids:
    """A seeded generator of identifiers. Used on the server thread only."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def prefixed(self, prefix: str) -> str:
        """Return `<prefix>_01` and 24 letters or digits: the ULID-like format of requests, files and batches."""
        letters = base64.b32encode(self._random.getrandbits(120).to_bytes(15, "big"))
        return f"{prefix}_01{letters.decode('ascii').lower()}"

    def request(self) -> str:
        """Return an id like `req_01jrh9nn61f24rydqq1r4b3yg5`, also sent as `x-request-id`."""
        return self.prefixed("req")

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        bits = f"{self._random.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def completion(self) -> str:
        """Return an id like `chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7`."""
        return f"chatcmpl-{self.uuid()}"

    def tool_call(self, model: str) -> str:
        """Return `fc_<uuid>` for gpt-oss models, nine letters and digits such as `ax9fskhev` for others."""
        if "gpt-oss" in model:
            return f"fc_{self.uuid()}"
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9))

    def seed(self) -> int:
        """Return a sampling seed, which the service reports in `x_groq.seed`."""
        return self._random.getrandbits(31)
