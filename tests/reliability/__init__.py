"""Nothing hangs, leaks or warns: over real sockets and in real processes."""
