"""`POST /embeddings`."""

from __future__ import annotations

from typing import Any

from ..model import vectors
from ..model.catalog import check_model
from ..model.words import count_tokens
from ..response import ApiResponse, json_response
from .context import Context
from .model_rules import check_output_type
from .request import ApiRequest
from .validation import array, either, fields, nullable, parse_object, text

_validate = fields(
    {
        "model": text(nonempty=True),
        "input": either(
            (str, text(nonempty=True)),
            (list, array(text(nonempty=True), 1, 2048)),
            rule="value must be a string or an array of strings",
        ),
        "encoding_format": text(choices=["float", "base64"]),
        "user": nullable(text()),
    },
    ["model", "input"],
)


def embeddings(context: Context, request: ApiRequest) -> ApiResponse:
    """Return one vector for each input."""
    body = parse_object(request.body)
    _validate(body, "")
    model: str = body["model"]
    check_model(model, strict=context.settings.strict)
    if context.settings.strict:
        check_output_type(model, "embedding")
    texts: list[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    tokens = sum(count_tokens(each) + 1 for each in texts)
    context.admit(request, model, prompt_tokens=tokens)
    request.prompt_tokens = tokens
    encode = vectors.as_base64 if body.get("encoding_format") == "base64" else vectors.as_floats
    data: list[dict[str, Any]] = [
        {"object": "embedding", "index": index, "embedding": encode(each)} for index, each in enumerate(texts)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json_response({"object": "list", "data": data, "model": model, "usage": usage})
