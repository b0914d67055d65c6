"""What a request holds of each kind of limit, and what it is charged when it ends."""

from __future__ import annotations

from typing import Any

from .need import MIN_AUDIO_S, Estimates, Need


def charges_of(need: Need, estimates: Estimates) -> tuple[dict[str, float], dict[str, float]]:
    """Return what a request holds of each kind, as the service may reserve it; and what of it is certain.

    The service rejects a request whose maximum of completion tokens, or whose recording, is larger than the whole limit.
    """
    completion = estimates.completion(need)
    needs = _by_kind(need.prompt_tokens, completion, need.audio_s)
    maximum = need.max_completion_tokens or 0.0
    certain = {"TPM": maximum, "TPD": maximum, "OTPM": maximum}
    if need.is_measured:
        certain |= {"ASPH": need.audio_s, "ASPD": need.audio_s}
    return needs, certain


def settled_charges(
    need: Need, needs: dict[str, float], usage: Any, audio_s: float | None, estimates: Estimates
) -> dict[str, float]:
    """Return what a request that succeeded is charged, and teach ``estimates``. Without ``usage`` it is what was held."""
    if audio_s is not None and need.audio_s:
        # The service counts what the container declares, which may be more than there is.
        return _by_kind(0.0, 0.0, max(MIN_AUDIO_S, audio_s, needs["ASPH"] if need.is_measured else 0.0))
    if usage is None:
        return needs
    prompt = float(getattr(usage, "prompt_tokens", 0) or 0)
    completion = float(getattr(usage, "completion_tokens", 0) or 0)
    estimates.learn(need, prompt, completion)
    details = getattr(usage, "prompt_tokens_details", None)
    # Cached tokens do not count: https://console.groq.com/docs/prompt-caching
    cached = float(getattr(details, "cached_tokens", 0) or 0)
    return _by_kind(max(0.0, prompt - cached), completion, need.audio_s)


def _by_kind(prompt_tokens: float, completion_tokens: float, audio_s: float) -> dict[str, float]:
    tokens = prompt_tokens + completion_tokens
    return {
        "RPM": 1.0,
        "RPD": 1.0,
        "TPM": tokens,
        "TPD": tokens,
        "ITPM": prompt_tokens,
        "OTPM": completion_tokens,
        "ASPH": audio_s,
        "ASPD": audio_s,
    }
