"""`BatchRetrieveResponse`, at its official address."""

from .batches import BatchError as ErrorsData
from .batches import BatchErrors as Errors
from .batches import BatchRequestCounts as RequestCounts
from .batches import BatchRetrieveResponse as BatchRetrieveResponse

__all__ = ["BatchRetrieveResponse", "Errors", "ErrorsData", "RequestCounts"]
