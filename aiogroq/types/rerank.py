"""Response types of the reranking endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from ._model import BaseModel


class RerankResult(BaseModel):
    """A document with its score."""

    doc: str = ""
    """The text of the document."""
    score: float = 0.0
    """The relevance for the query, 0.0 to 1.0; higher is better."""
    index: int | None = None
    """The position of the document in ``docs``. The service does not send it: see `RerankResponse.set_indexes`. None for a
    text that is not in ``docs``, and in raw responses."""


class RerankResponse(BaseModel):
    """The documents, best first."""

    results: list[RerankResult] = msgspec.field(default_factory=list[RerankResult])
    """A result for each document, by descending score."""

    def set_indexes(self, docs: Sequence[str]) -> None:
        """Set the ``index`` of each result: the position of its text in ``docs``, which are those of the request.

        Equal texts get their positions in order. A result of another form gets none. ``create`` does this; call it for the ``parse()`` of a raw response.
        """
        positions: dict[str, list[int]] = {}
        for position in reversed(range(len(docs))):
            positions.setdefault(docs[position], []).append(position)
        sent: Any = self.results  # a server may send anything
        for result in cast("list[object]", sent) if isinstance(sent, list) else []:
            if not isinstance(result, RerankResult) or not isinstance(cast("object", result.doc), str):
                continue
            left = positions.get(result.doc)
            if left and result.index is None:
                result.index = left.pop()
