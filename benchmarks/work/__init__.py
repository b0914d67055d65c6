"""The works. A module each, with `measure(spec)`: a `Found`, or a coroutine of one. Every answer is checked."""
