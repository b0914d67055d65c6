# Written by python tools/sync_facade.py from aiogroq/resources/rerank.py. Do not edit.
"""Sync versions of ``aiogroq/resources/rerank.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..resources._base import View, view
from ..types._omit import Omit, omit
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.rerank import RerankResponse
from ._base import SyncResource, run, to_sync
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.rerank import AsyncRerank


class RerankWithRawResponse(View):
    """The methods of `Rerank`, which here return the response."""

    def __init__(self, resource: Rerank) -> None:
        super().__init__(resource)
        self._create = to_raw_response_wrapper(resource.create)

    def create(
        self,
        *,
        model: str,
        query: str,
        docs: Sequence[str],
        instruction: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> APIResponse[RerankResponse]:
        """See `Rerank.create`."""
        return self._create(model=model, query=query, docs=docs, instruction=instruction, **options)


class RerankWithStreamingResponse(View):
    """The methods of `Rerank`, which here leave the body unread on the connection."""

    def __init__(self, resource: Rerank) -> None:
        super().__init__(resource)
        self._create = to_streamed_response_wrapper(resource.create)

    def create(
        self,
        *,
        model: str,
        query: str,
        docs: Sequence[str],
        instruction: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> ResponseContextManager[APIResponse[RerankResponse]]:
        """See `Rerank.create`."""
        return self._create(model=model, query=query, docs=docs, instruction=instruction, **options)


class Rerank(SyncResource):
    """Documents ranked by their relevance for a query."""

    _async: AsyncRerank

    with_raw_response: view[RerankWithRawResponse] = view(RerankWithRawResponse)
    with_streaming_response: view[RerankWithStreamingResponse] = view(RerankWithStreamingResponse)

    def create(
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
        __tracebackhide__ = True
        return to_sync(
            run(self._async.create(model=model, query=query, docs=docs, instruction=instruction, **options))
        )
