"""The items of a job through the Batch API."""
