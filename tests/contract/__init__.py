"""What aiogroq and the official ``groq`` package must have in common: the request on the wire, and what is read back."""

import warnings

with warnings.catch_warnings():
    # pydantic warns on Python 3.14 when groq imports its version 1; warnings are errors here.
    warnings.simplefilter("ignore", UserWarning)
    import groq as groq
