"""The operations on models."""

from __future__ import annotations

from ..model.catalog import MODELS, check_model, describe
from ..response import ApiError, Reply, json_reply
from .context import Context
from .request import Call


def list_models(context: Context, call: Call) -> Reply:
    """`GET /models`."""
    return json_reply({"object": "list", "data": list(MODELS.values())})


def retrieve(context: Context, call: Call) -> Reply:
    """`GET /models/{model}`: 404 for ids that are not listed, although requests may use any id unless the server is strict."""
    check_model(call.target, strict=True)
    return json_reply(describe(call.target))


def delete(context: Context, call: Call) -> Reply:
    """`DELETE /models/{model}`: for fine-tuned models of one's own (`ft:...`), of which there are none to be listed here."""
    if not call.target.startswith("ft:"):
        check_model(call.target, strict=True)
        raise ApiError(403, f"The model `{call.target}` is not yours to delete", "forbidden")
    return json_reply({"id": call.target, "object": "model", "deleted": True})
