"""What a model does and does not do.

`check_images` repeats a refusal that was recorded from the service. All other rules here stand in the service's documentation
only (models, structured outputs, tools, remote MCP), so they hold where the server is strict; their wording is ours.
Models that are not listed are not judged.
"""

from __future__ import annotations

from typing import Any

from ..json_values import as_list, as_object, objects
from ..model.catalog import MODELS
from ..response import refuse

_MAX_IMAGES = 3
_BUILT_IN_TOOLS = ("browser_search", "code_interpreter")
_STRICT_SCHEMA_MODELS = ("openai/gpt-oss-20b", "openai/gpt-oss-120b")
_KINDS = {
    "text": "chat completions",
    "speech": "speech",
    "transcription": "transcriptions",
    "embedding": "embeddings",
}


def check_kind(model: str, gives: str) -> None:
    """Refuse a listed model that does not give *gives* (`text`, `speech`, `transcription`, `embedding`)."""
    listed = MODELS.get(model)
    if listed is not None and gives not in listed["output_modalities"]:
        refuse(f"The model `{model}` does not support {_KINDS[gives]}")


def check_images(body: dict[str, Any]) -> None:
    """Refuse more images than a model with vision takes."""
    if _takes_images(body["model"]) and _count_images(body) > _MAX_IMAGES:
        refuse(f"Too many images provided. This model supports up to {_MAX_IMAGES} images")


def check_strictly(body: dict[str, Any]) -> None:
    """Refuse a chat request for what its model does not do by the documentation."""
    model = body["model"]
    listed = MODELS.get(model)
    if listed is None:
        return
    check_kind(model, "text")
    if not _takes_images(model) and _count_images(body):
        refuse(f"The model `{model}` does not support images")
    _check_tools(body, listed["supported_features"])
    form = as_object(body.get("response_format"))
    if form.get("type") != "json_schema":
        return
    if "structured_outputs" not in listed["supported_features"]:
        refuse("This model does not support response format `json_schema`")
    if as_object(form.get("json_schema")).get("strict") and model not in _STRICT_SCHEMA_MODELS:
        refuse("This model does not support response format `json_schema` with `strict`")
    if body.get("stream"):
        refuse("response format `json_schema` does not support streaming")


def _check_tools(body: dict[str, Any], features: list[str]) -> None:
    tools = objects(body.get("tools")) or objects(body.get("functions"))
    if tools and "tools" not in features:
        refuse("`tools` is not supported with this model")
    for position, tool in enumerate(objects(body.get("tools"))):
        if tool["type"] in _BUILT_IN_TOOLS and "gpt-oss" not in body["model"]:
            refuse(f"'tools.{position}' : `{tool['type']}` is not supported with this model")
        url = tool.get("server_url")
        if tool["type"] == "mcp" and isinstance(url, str) and not url.lower().startswith("https://"):
            refuse(f"'tools.{position}.server_url' : value must be an HTTPS URL")


def _takes_images(model: str) -> bool:
    listed = MODELS.get(model)
    return listed is not None and "image" in listed["input_modalities"]


def _count_images(body: dict[str, Any]) -> int:
    return sum(
        part.get("type") == "image_url"
        for message in objects(body["messages"])
        for part in objects(as_list(message.get("content")))
    )
