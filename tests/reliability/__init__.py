"""That nothing hangs, leaks or warns: every row over real sockets and real processes."""
