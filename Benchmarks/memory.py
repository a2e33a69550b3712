"""What this process has, and had, resident."""


def resident_mib():
    return _status("VmRSS")


def forget_peak():
    """Lets `peak_mib` begin anew, where the system can."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # the peak is then that of the whole process


def peak_mib():
    """The most it had since `forget_peak`."""
    return _status("VmHWM")


def _status(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024
