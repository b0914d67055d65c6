"""Compares aiogroq with the official ``groq`` package: the requests sent and the values decoded."""

import warnings

with warnings.catch_warnings():
    # pydantic warns on Python 3.14 when groq imports its version 1; warnings are errors here.
    warnings.simplefilter("ignore", UserWarning)
    import groq as groq
