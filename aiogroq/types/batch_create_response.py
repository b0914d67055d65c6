"""`BatchCreateResponse`, at its official address."""

from .batches import BatchCreateResponse as BatchCreateResponse
from .batches import BatchError as ErrorsData
from .batches import BatchErrors as Errors
from .batches import BatchRequestCounts as RequestCounts

__all__ = ["BatchCreateResponse", "Errors", "ErrorsData", "RequestCounts"]
