"""Measures aiogroq beside other clients, in one run on one machine: ``python -m benchmarks``.

    plan.py       the rows: a workload, its sizes, its clients. Add a row here.
    targets.py    the targets: a ratio of two clients in a row, and its bound. Add a target here.
    workloads/    what a row measures; each measurement runs in a fresh process (`child`)
    clients/      one adapter for each client, set up as its documentation recommends for speed
    load/         the load server, in its own process
    faults/       the same failures with aiogroq and the official package. Add a scenario to a module there.
    soak/         long traffic with faults; every request is accounted for. Add a kind of call to `soak/kinds.py`.
    jobs/         one job under a rate limit with aiogroq.jobs and other libraries. Add a client to `jobs/peers.py`.
    simulation/   1 to 1,000 processes over one store of the rate limits, on a driven clock
    instructions.py   instructions per request on the hot paths
    report.py, charts.py, history.py   Markdown, charts, and the targets of all runs
    results/      the published results

`run.py` runs the rows, `destination.py` decides where results are written, `pages.py` writes them into the docs.
Not part of the installed package. Needs the extra ``bench``.
"""
