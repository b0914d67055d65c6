"""The events of `client.chat.completions.stream`: what a stream of chunks means."""
