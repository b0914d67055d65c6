"""``/reranking``."""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.arguments import require_texts
from ..protocol.request import build
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.rerank import RerankResponse
from ._base import AsyncResource, view
from ._views.rerank import AsyncRerankWithRawResponse, AsyncRerankWithStreamingResponse


class AsyncRerank(AsyncResource):
    """Documents ranked by their relevance for a query."""

    with_raw_response: view[AsyncRerankWithRawResponse] = view(AsyncRerankWithRawResponse)
    with_streaming_response: view[AsyncRerankWithStreamingResponse] = view(AsyncRerankWithStreamingResponse)

    async def create(
        self,
        *,
        model: str,
        query: str,
        docs: Sequence[str],
        instruction: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> RerankResponse:
        """Score each text of ``docs`` (1 to 100) for ``query``, and return them best first in ``results``.

        ``result.index`` is the position of the text in ``docs``. ``instruction`` says what is relevant.
        The specification has this endpoint; no public model serves it at present. Raises `TypeError` if ``docs`` is one
        text, `NotFoundError` for a model that cannot rerank.
        """
        texts = require_texts("docs", docs)
        body = {"model": model, "query": query, "docs": texts, "instruction": instruction}
        response = await self._transport.send(build("POST", "/reranking", RerankResponse, body, options))
        # A view gives the response object.
        if isinstance(response, RerankResponse):  # pyright: ignore[reportUnnecessaryIsInstance]
            response.set_indexes(texts)
        return response
