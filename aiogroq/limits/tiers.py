"""The limits of the service's tiers, by model, and the tier that a response shows.

From https://console.groq.com/docs/rate-limits and https://console.groq.com/docs/models, as of September 2026. They change:
what the service says of an account always comes first.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from .kinds import Limits

_GPT_OSS = ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
_SAFEGUARD = "openai/gpt-oss-safeguard-20b"
_ORPHEUS = ("canopylabs/orpheus-v1-english", "canopylabs/orpheus-arabic-saudi")
_GUARD = ("meta-llama/llama-prompt-guard-2-22m", "meta-llama/llama-prompt-guard-2-86m")
_FREE = Limits(rpm=30, rpd=1_000, tpm=8_000, tpd=200_000)
_DEVELOPER = Limits(rpm=1_000, rpd=500_000, tpm=250_000)
_WHISPER = Limits(rpm=20, rpd=2_000, ash=7_200, asd=28_800)

TIERS: Mapping[str, Mapping[str, Limits]] = {
    "free": {
        **dict.fromkeys((*_GPT_OSS, _SAFEGUARD, "qwen/qwen3.8-27b"), _FREE),
        **dict.fromkeys(("whisper-large-v3", "whisper-large-v3-turbo"), _WHISPER),
        **dict.fromkeys(_ORPHEUS, Limits(rpm=10, rpd=100, tpm=1_200, tpd=3_600)),
        **dict.fromkeys(_GUARD, Limits(rpm=30, rpd=14_400, tpm=15_000, tpd=500_000)),
    },
    "developer": {
        **dict.fromkeys(_GPT_OSS, _DEVELOPER),
        _SAFEGUARD: Limits(rpm=1_000, rpd=500_000, tpm=150_000),
        "whisper-large-v3": Limits(rpm=300, rpd=200_000, ash=200_000, asd=4_000_000),
        "whisper-large-v3-turbo": Limits(rpm=400, ash=400_000),
        **dict.fromkeys(_ORPHEUS, Limits(rpm=250, rpd=100_000, tpm=50_000)),
        **dict.fromkeys(_GUARD, Limits(rpm=100, rpd=50_000, tpm=30_000)),
    },
}
"""The limits of each tier, by model."""


@functools.lru_cache(64)
def guess_rpm(rpd: float, tpm: float) -> float | None:
    """Return the requests per minute of accounts with these two limits, which headers name; None where none is known.

    No header names the limit of requests per minute.
    """
    return _RPM_OF.get((rpd, tpm))


def _rpm_by_headers() -> dict[tuple[float | None, float | None], float | None]:
    found: dict[tuple[float | None, float | None], set[float | None]] = {}
    for tier in TIERS.values():
        for limits in tier.values():
            found.setdefault((limits.rpd, limits.tpm), set()).add(limits.rpm)
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


_RPM_OF = _rpm_by_headers()
