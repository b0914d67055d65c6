"""Makes the identifiers of answers in the forms that the service uses, the same ones for the same seed."""

from __future__ import annotations

import base64
import random


class Ids:
    """A seeded source of identifiers. Used by the server's own thread only."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def prefixed(self, prefix: str) -> str:
        """`req_01` and 24 letters or digits: the ULID-like form of requests, files and batches."""
        letters = base64.b32encode(self._random.getrandbits(120).to_bytes(15, "big"))
        return f"{prefix}_01{letters.decode('ascii').lower()}"

    def request(self) -> str:
        """`req_01jrh9nn61f24rydqq1r4b3yg5`, also sent as `x-request-id`."""
        return self.prefixed("req")

    def uuid(self) -> str:
        """A version 4 UUID."""
        bits = f"{self._random.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def completion(self) -> str:
        """`chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7`."""
        return f"chatcmpl-{self.uuid()}"

    def tool_call(self, model: str) -> str:
        """`fc_<uuid>` for gpt-oss models, nine letters and digits such as `ax9fskhev` for the others."""
        if "gpt-oss" in model:
            return f"fc_{self.uuid()}"
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9))

    def seed(self) -> int:
        """The sampling seed that the service reports in `x_groq.seed`."""
        return self._random.getrandbits(31)
