"""What this process has, and had, resident."""


def resident_mib():
    return _status("VmRSS")


def peak_mib():
    """The most it ever had."""
    return _status("VmHWM")


def _status(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024
