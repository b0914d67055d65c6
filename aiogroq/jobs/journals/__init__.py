"""The journal of a job."""
