"""Stream events."""
