"""What each model supports.

The errors of `check_images` and `check_json_schema` were recorded from the service. The other rules come from the service's
documentation only (models, structured outputs, tools, remote MCP), so they apply to strict servers; their wording is ours.
Unlisted models support everything.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from ..json_values import as_list, as_object, objects
from ..model.catalog import MODELS
from ..response import reject

_MAX_IMAGES = 3
_BUILT_IN_TOOLS = ("browser_search", "code_interpreter")
_STRICT_SCHEMA_MODELS = ("openai/gpt-oss-20b", "openai/gpt-oss-120b")
_ENDPOINTS = {
    "text": "chat completions",
    "speech": "speech",
    "transcription": "transcriptions",
    "embedding": "embeddings",
    "reranking": "reranking",
}


def check_output_type(model: str, output: str) -> None:
    """Reject a listed model without the output *output* (`text`, `speech`, `transcription`, `embedding`,
    `reranking`)."""
    listed = MODELS.get(model)
    if listed is not None and output not in listed["output_modalities"]:
        reject(f"The model `{model}` does not support {_ENDPOINTS[output]}")


def check_images(body: dict[str, Any]) -> None:
    """Reject more images than a vision model accepts."""
    if _supports_images(body["model"]) and _count_images(body) > _MAX_IMAGES:
        reject(f"Too many images provided. This model supports up to {_MAX_IMAGES} images")


def check_json_schema(body: dict[str, Any], allow: Container[str]) -> None:
    """Reject a JSON schema for a listed model without structured outputs, and for a stream.

    *allow*: the `Allowance`s of the server. The text for streams was recorded in 2024; the documentation still has the rule.
    """
    if as_object(body.get("response_format")).get("type") != "json_schema":
        return
    listed = MODELS.get(body["model"])
    is_known = listed is None or "structured_outputs" in listed["supported_features"]
    if not is_known and "json_schema" not in allow:
        reject(
            "This model does not support response format `json_schema`. See supported models at "
            "https://console.groq.com/docs/structured-outputs#supported-models"
        )
    if body.get("stream") and "json_schema_stream" not in allow:
        reject("`response_format` does not support streaming")


def check_documented_limits(body: dict[str, Any]) -> None:
    """Reject a chat request that asks for what its model does not support according to the documentation."""
    model = body["model"]
    listed = MODELS.get(model)
    if listed is None:
        return
    check_output_type(model, "text")
    if not _supports_images(model) and _count_images(body):
        reject(f"The model `{model}` does not support images")
    _check_tools(body, listed["supported_features"])
    form = as_object(body.get("response_format"))
    if as_object(form.get("json_schema")).get("strict") and model not in _STRICT_SCHEMA_MODELS:
        reject("This model does not support response format `json_schema` with `strict`")


def _check_tools(body: dict[str, Any], features: list[str]) -> None:
    tools = objects(body.get("tools")) or objects(body.get("functions"))
    if tools and "tools" not in features:
        reject("`tools` is not supported with this model")
    for position, tool in enumerate(objects(body.get("tools"))):
        if tool["type"] in _BUILT_IN_TOOLS and "gpt-oss" not in body["model"]:
            reject(f"'tools.{position}' : `{tool['type']}` is not supported with this model")
        url = tool.get("server_url")
        if tool["type"] == "mcp" and isinstance(url, str) and not url.lower().startswith("https://"):
            reject(f"'tools.{position}.server_url' : value must be an HTTPS URL")


def _supports_images(model: str) -> bool:
    listed = MODELS.get(model)
    return listed is not None and "image" in listed["input_modalities"]


def _count_images(body: dict[str, Any]) -> int:
    return sum(
        part.get("type") == "image_url"
        for message in objects(body["messages"])
        for part in objects(as_list(message.get("content")))
    )
