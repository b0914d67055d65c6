"""``/v1/fine_tunings``, which is not under ``/openai``."""

from __future__ import annotations

from typing import Literal

from ..protocol.request import build
from ..protocol.urls import path
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.fine_tunings import (
    FineTuning,
    FineTuningDeleteResponse,
    FineTuningListResponse,
    FineTuningResponse,
)
from ._base import AsyncResource, view
from ._pages import AsyncPaginator, paginator
from ._views.fine_tunings import AsyncFineTuningsWithRawResponse, AsyncFineTuningsWithStreamingResponse


class AsyncFineTunings(AsyncResource):
    """Fine-tuned models. The service has them in closed beta."""

    with_raw_response: view[AsyncFineTuningsWithRawResponse] = view(AsyncFineTuningsWithRawResponse)
    with_streaming_response: view[AsyncFineTuningsWithStreamingResponse] = view(
        AsyncFineTuningsWithStreamingResponse
    )

    async def create(
        self,
        *,
        base_model: str,
        input_file_id: str,
        name: str,
        type: Literal["lora"] | str,
        **options: Unpack[CallOptions],
    ) -> FineTuningResponse:
        """Register an uploaded file as a fine-tuned model; ``data.fine_tuned_model`` is its id.

        ``input_file_id`` is the id of a file of `files.create`, ``type`` its format, ``base_model`` the model that it was
        made from. Raises `NotFoundError` for an unknown file, `PermissionDeniedError` without access to the beta.
        """
        body = {"base_model": base_model, "input_file_id": input_file_id, "name": name, "type": type}
        request = build("POST", "/v1/fine_tunings", FineTuningResponse, body, options)
        return await self._transport.send(request)

    def list(self, **options: Unpack[CallOptions]) -> AsyncPaginator[FineTuning, FineTuningListResponse]:
        """Return the fine-tunings of the organization, in ``data``.

        ``async for tuning in client.fine_tunings.list()`` goes through all pages, where a server sends several.
        """
        return paginator(self._transport, "/v1/fine_tunings", FineTuningListResponse, options, {})

    async def retrieve(self, fine_tuning_id: str, **options: Unpack[CallOptions]) -> FineTuningResponse:
        """Return a fine-tuning, in ``data``. Raises `NotFoundError` for an unknown id."""
        url = path("/v1/fine_tunings/{fine_tuning_id}", fine_tuning_id=fine_tuning_id)
        return await self._transport.send(build("GET", url, FineTuningResponse, None, options))

    async def delete(self, fine_tuning_id: str, **options: Unpack[CallOptions]) -> FineTuningDeleteResponse:
        """Delete a fine-tuning. Raises `NotFoundError` for an unknown id."""
        url = path("/v1/fine_tunings/{fine_tuning_id}", fine_tuning_id=fine_tuning_id)
        return await self._transport.send(build("DELETE", url, FineTuningDeleteResponse, None, options))
