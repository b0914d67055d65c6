"""`BatchCancelResponse`, at its official address."""

from .batches import BatchCancelResponse as BatchCancelResponse
from .batches import BatchError as ErrorsData
from .batches import BatchErrors as Errors
from .batches import BatchRequestCounts as RequestCounts

__all__ = ["BatchCancelResponse", "Errors", "ErrorsData", "RequestCounts"]
