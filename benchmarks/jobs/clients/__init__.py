"""One module for each client, written as a user of the library would, after its documentation.

``prepare(spec, tally)`` imports the library and returns the job: a function that runs all items, adds each text to the
tally, and returns what the client said at the end if it did not say that all is well. Imports are inside `prepare`, so that
they are not measured and the module can be imported without the library. ``PACKAGES`` are the distributions whose versions
are reported.
"""
