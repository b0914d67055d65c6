"""`PEAK_MIB`: the source of a function for programs that tests start, which returns the peak of their own memory."""

from __future__ import annotations

PEAK_MIB = """
def peak_mib():
    import resource
    try:
        # The maximum of getrusage() begins with the memory of the process that started this one.
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) >> 10
"""
