# Written by python tools/sync_facade.py from aiogroq/resources/models.py. Do not edit.
"""Sync versions of ``aiogroq/resources/models.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resources._base import View, view
from ..types._params import CallOptions
from ..types._typing import Unpack
from ..types.models import Model, ModelDeleted, ModelListResponse
from ._base import SyncResource, run, to_sync
from .response import (
    APIResponse,
    ResponseContextManager,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)

if TYPE_CHECKING:
    from ..resources.models import AsyncModels


class ModelsWithRawResponse(View):
    """The methods of `Models`, which here return the response."""

    def __init__(self, resource: Models) -> None:
        super().__init__(resource)
        self._retrieve = to_raw_response_wrapper(resource.retrieve)
        self._list = to_raw_response_wrapper(resource.list)
        self._delete = to_raw_response_wrapper(resource.delete)

    def retrieve(self, model: str, **options: Unpack[CallOptions]) -> APIResponse[Model]:
        """See `Models.retrieve`."""
        return self._retrieve(model, **options)

    def list(self, **options: Unpack[CallOptions]) -> APIResponse[ModelListResponse]:
        """See `Models.list`."""
        return self._list(**options)

    def delete(self, model: str, **options: Unpack[CallOptions]) -> APIResponse[ModelDeleted]:
        """See `Models.delete`."""
        return self._delete(model, **options)


class ModelsWithStreamingResponse(View):
    """The methods of `Models`, which here leave the body unread on the connection."""

    def __init__(self, resource: Models) -> None:
        super().__init__(resource)
        self._retrieve = to_streamed_response_wrapper(resource.retrieve)
        self._list = to_streamed_response_wrapper(resource.list)
        self._delete = to_streamed_response_wrapper(resource.delete)

    def retrieve(
        self, model: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[Model]]:
        """See `Models.retrieve`."""
        return self._retrieve(model, **options)

    def list(self, **options: Unpack[CallOptions]) -> ResponseContextManager[APIResponse[ModelListResponse]]:
        """See `Models.list`."""
        return self._list(**options)

    def delete(
        self, model: str, **options: Unpack[CallOptions]
    ) -> ResponseContextManager[APIResponse[ModelDeleted]]:
        """See `Models.delete`."""
        return self._delete(model, **options)


class Models(SyncResource):
    """The models of the service."""

    _async: AsyncModels

    with_raw_response: view[ModelsWithRawResponse] = view(ModelsWithRawResponse)
    with_streaming_response: view[ModelsWithStreamingResponse] = view(ModelsWithStreamingResponse)

    def retrieve(self, model: str, **options: Unpack[CallOptions]) -> Model:
        """Return a model. Raises `NotFoundError` for an unknown id, `ValueError` for an empty one."""
        __tracebackhide__ = True
        return to_sync(run(self._async.retrieve(model, **options)))

    def list(self, **options: Unpack[CallOptions]) -> ModelListResponse:
        """Return all models that the key may use, in ``data``."""
        __tracebackhide__ = True
        return to_sync(run(self._async.list(**options)))

    def delete(self, model: str, **options: Unpack[CallOptions]) -> ModelDeleted:
        """Delete a fine-tuned model of yours. Raises `NotFoundError`, `PermissionDeniedError`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(model, **options)))
