"""`POST /reranking`."""

from __future__ import annotations

from typing import Any

from ..model import vectors
from ..model.catalog import check_model
from ..model.words import count_tokens
from ..response import ApiResponse, json_response
from .context import Context
from .model_rules import check_output_type
from .request import ApiRequest
from .validation import array, fields, nullable, parse_object, text

_validate = fields(
    {
        "model": text(nonempty=True),
        "query": text(),
        "docs": array(text(nonempty=True), 1, 100),
        "instruction": nullable(text()),
    },
    ["model", "query", "docs"],
)


def reranking(context: Context, request: ApiRequest) -> ApiResponse:
    """Return the documents by descending score: how similar their words are to those of the query.

    A strict server rejects every model: the service lists none that reranks.
    """
    body = parse_object(request.body)
    _validate(body, "")
    model: str = body["model"]
    check_model(model, strict=context.settings.strict)
    check_output_type(model, "reranking")
    docs: list[str] = body["docs"]
    tokens = sum(count_tokens(each) + 1 for each in [body["query"], body.get("instruction") or "", *docs])
    context.admit(request, model, prompt_tokens=tokens)
    request.prompt_tokens = tokens
    query = vectors.embed(body["query"])
    results: list[dict[str, Any]] = [{"doc": each, "score": _score(query, each)} for each in docs]
    results.sort(key=lambda result: -result["score"])
    return json_response({"results": results})


def _score(query: tuple[float, ...], doc: str) -> float:
    """Return the similarity of two texts, 0 to 1: the cosine of their vectors, where it is positive."""
    cosine = sum([one * other for one, other in zip(query, vectors.embed(doc), strict=True)])
    return round(min(max(cosine, 0.0), 1.0), 6)
