"""`BatchListResponse`, at its official address."""

from .batches import Batch as Data
from .batches import BatchError as DataErrorsData
from .batches import BatchErrors as DataErrors
from .batches import BatchListResponse as BatchListResponse
from .batches import BatchRequestCounts as DataRequestCounts

__all__ = ["BatchListResponse", "Data", "DataErrors", "DataErrorsData", "DataRequestCounts"]
