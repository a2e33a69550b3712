"""The resident memory of this process, current and peak."""


def resident_mib():
    return _status("VmRSS")


def forget_peak():
    """Restarts `peak_mib`, if the system supports it."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # the peak then covers the whole process


def peak_mib():
    """The most memory resident since `forget_peak`."""
    return _status("VmHWM")


def _status(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024
