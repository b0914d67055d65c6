"""The listed models, the decommissioned models and their capabilities."""

from __future__ import annotations

from typing import Any

from ..response import ApiError

_TEXT, _IMAGE, _AUDIO = "text", "image", "audio"
_SAMPLING = ["temperature", "top_p", "stop", "seed", "max_completion_tokens"]
_TOOLS_AND_JSON = ["tools", "json_mode"]
_ALL = [*_TOOLS_AND_JSON, "structured_outputs", "reasoning"]


def _model(
    id: str,
    owner: str,
    created: int,
    context_window: int,
    max_completion_tokens: int,
    *,
    features: list[str] | None = None,
    inputs: list[str] | None = None,
    output: str = _TEXT,
    prices: tuple[str, str] = ("0", "0"),
) -> dict[str, Any]:
    return {
        "id": id,
        "object": "model",
        "created": created,
        "owned_by": owner,
        "active": True,
        "context_window": context_window,
        "public_apps": None,
        "max_completion_tokens": max_completion_tokens,
        "name": id.rpartition("/")[2],
        "input_modalities": inputs or [_TEXT],
        "output_modalities": [output],
        "supported_features": features or [],
        "supported_sampling_parameters": _SAMPLING if output == _TEXT else [],
        "pricing": {"prompt": prices[0], "completion": prices[1], "request": "0"},
    }


_GUARD = "meta-llama/llama-prompt-guard-2-"
_ORPHEUS = "canopylabs/orpheus-"

MODELS: dict[str, dict[str, Any]] = {
    entry["id"]: entry
    for entry in (
        _model("openai/gpt-oss-120b", "OpenAI", 1754408224, 131072, 65536, features=_ALL, prices=("0.00000015", "0.0000006")),
        _model("openai/gpt-oss-20b", "OpenAI", 1754407957, 131072, 65536, features=_ALL, prices=("0.000000075", "0.0000003")),
        _model("openai/gpt-oss-safeguard-20b", "OpenAI", 1761708789, 131072, 65536, features=["reasoning"]),
        _model("qwen/qwen3.8-27b", "Alibaba Cloud", 1784500000, 131072, 16384, features=[*_TOOLS_AND_JSON, "reasoning"], inputs=[_TEXT, _IMAGE]),
        _model("llama-3.3-70b-versatile", "Meta", 1733447754, 131072, 32768, features=_TOOLS_AND_JSON),
        _model("llama-3.1-8b-instant", "Meta", 1693721698, 131072, 131072, features=_TOOLS_AND_JSON),
        _model("minimaxai/minimax-m2.7", "MiniMax", 1781000000, 196608, 65536, features=_TOOLS_AND_JSON),
        _model("allam-2-7b", "SDAIA", 1737672203, 4096, 4096),
        _model(f"{_GUARD}22m", "Meta", 1748632101, 512, 512),
        _model(f"{_GUARD}86m", "Meta", 1748632165, 512, 512),
        _model("whisper-large-v3", "OpenAI", 1693721698, 448, 448, inputs=[_AUDIO], output="transcription"),
        _model("whisper-large-v3-turbo", "OpenAI", 1728413088, 448, 448, inputs=[_AUDIO], output="transcription"),
        _model(f"{_ORPHEUS}v1-english", "Canopy Labs", 1766186316, 4000, 50000, output="speech"),
        _model(f"{_ORPHEUS}arabic-saudi", "Canopy Labs", 1765926439, 4000, 50000, output="speech"),
    )
}  # fmt: skip

DECOMMISSIONED = frozenset(
    {
        "mixtral-8x7b-32768", "gemma-7b-it", "gemma2-9b-it", "llama2-70b-4096", "llama3-8b-8192", "llama3-70b-8192",
        "qwen/qwen3-32b", "qwen/qwen3.6-27b", "qwen-qwq-32b", "groq/compound", "groq/compound-mini", "compound-beta",
        "compound-beta-mini", "meta-llama/llama-4-scout-17b-16e-instruct", "meta-llama/llama-4-maverick-17b-128e-instruct",
        "meta-llama/llama-guard-4-12b", "moonshotai/kimi-k2-instruct", "moonshotai/kimi-k2-instruct-0905", "playai-tts",
        "playai-tts-arabic", "distil-whisper-large-v3-en", "deepseek-r1-distill-llama-70b",
    }
)  # fmt: skip
"""Shut down by the service. Served here unless the server is strict."""

_CONTEXT_WINDOWS = {
    "mixtral-8x7b-32768": 32768,
    "gemma2-9b-it": 8192,
    "llama3-8b-8192": 8192,
    "llama3-70b-8192": 8192,
}


def check_model(model: str, *, strict: bool) -> None:
    """Raise `ApiError` if *strict*: 400 for decommissioned models, 404 for unknown ones."""
    if not strict or model in MODELS:
        return
    if model in DECOMMISSIONED:
        text = (
            f"The model `{model}` has been decommissioned and is no longer supported. Please refer to "
            "https://console.groq.com/docs/deprecations for a recommendation on which model to use instead."
        )
        raise ApiError(400, text, "model_decommissioned")
    raise ApiError(
        404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found"
    )


def describe(model: str) -> dict[str, Any]:
    """Return the model object of *model*, with default values for unlisted ids."""
    listed = MODELS.get(model)
    if listed is not None:
        return listed
    return _model(
        model, "Groq", 1693721698, _CONTEXT_WINDOWS.get(model, 131072), 32768, features=_TOOLS_AND_JSON
    )


def is_reasoning_model(model: str) -> bool:
    """Whether *model* is a reasoning model."""
    return "reasoning" in describe(model)["supported_features"] or any(
        name in model for name in ("gpt-oss", "qwen3", "qwq", "deepseek-r1")
    )
