"""The only room that imports aiohttp's client: session pool, send, stream, upload, proxies, TLS.

Every exception of aiohttp's is translated here, in one place (`exchange.translate`); cancellation passes untouched.
"""
