"""Measures aiogroq beside its peers, in one run on one machine: `python -m benchmarks`.

    load/      the server that answers them all, in a process of its own
    clients/   one way to use each peer, as its documentation recommends it for speed
    work/      what is measured; each measurement runs in a fresh process (`child`)
    faults/    the same misfortunes for ours and the official package, side by side
    soak/      hours of traffic with faults, and an account of every request

Not part of the installed package. Needs the extra ``bench``.
"""
