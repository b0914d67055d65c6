"""The workloads: one module each, with `measure(spec)`, which returns a `Result` or a coroutine. Every response is checked."""
