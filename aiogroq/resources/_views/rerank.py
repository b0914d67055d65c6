# Written by python tools/sync_facade.py from aiogroq/resources/rerank.py. Do not edit.
"""Raw and streaming views of ``aiogroq/resources/rerank.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...response import (
    AsyncAPIResponse,
    AsyncResponseContextManager,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
)
from ...types._omit import Omit, omit
from ...types._params import CallOptions
from ...types._typing import Unpack
from ...types.rerank import RerankResponse
from .._base import View

if TYPE_CHECKING:
    from ..rerank import AsyncRerank


class AsyncRerankWithRawResponse(View):
    """The methods of `AsyncRerank`, which here return the response."""

    def __init__(self, resource: AsyncRerank) -> None:
        super().__init__(resource)
        self._create = async_to_raw_response_wrapper(resource.create)

    async def create(
        self,
        *,
        model: str,
        query: str,
        docs: Sequence[str],
        instruction: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncAPIResponse[RerankResponse]:
        """See `AsyncRerank.create`."""
        return await self._create(model=model, query=query, docs=docs, instruction=instruction, **options)


class AsyncRerankWithStreamingResponse(View):
    """The methods of `AsyncRerank`, which here leave the body unread on the connection."""

    def __init__(self, resource: AsyncRerank) -> None:
        super().__init__(resource)
        self._create = async_to_streamed_response_wrapper(resource.create)

    def create(
        self,
        *,
        model: str,
        query: str,
        docs: Sequence[str],
        instruction: str | Omit | None = omit,
        **options: Unpack[CallOptions],
    ) -> AsyncResponseContextManager[AsyncAPIResponse[RerankResponse]]:
        """See `AsyncRerank.create`."""
        return self._create(model=model, query=query, docs=docs, instruction=instruction, **options)
