"""The worker's side of the protocol with the driver, and the loops that run between two commands.

The driver writes a line to standard input: the seconds of a burst, or "finish". The worker answers each with
one JSON object per line on its original standard output. Anything that a library prints goes to standard error
instead.
"""

import json
import os
import sys
import time

from memory import forget_peak

# Longer repetitions need no lead-in: cold caches and threads affect only a small part of them.
SHORT = 0.05
# The fraction of a burst that a lead-in takes, during which idle threads of other processes go to sleep.
LEAD_IN = 0.15


class Bursts:
    """Receives commands from the driver and answers them."""

    def __init__(self):
        self._answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def answer(self, **facts):
        self._answers.write(json.dumps(facts) + "\n")
        self._answers.flush()

    def ready(self):
        """Reports that everything is warm. Peak memory is measured from here on."""
        forget_peak()
        self.answer(ready=True)

    def next(self):
        """The seconds of the next burst; None at the end."""
        line = sys.stdin.readline().strip()
        return None if line in ("", "finish") else float(line)

    def start(self):
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def elapsed(self):
        return time.perf_counter() - self._wall

    def done(self, repetitions):
        """Reports how long one repetition took since `start`, in wall-clock time and processor time."""
        wall, cpu = self.elapsed(), time.process_time() - self._cpu
        self.answer(ms=1e3 * wall / repetitions, cpu_ms=1e3 * cpu / repetitions, repetitions=repetitions)


def repeat(call, warm_up=2):
    """A workload that repeats a call until the driver finishes, as a function of `Bursts`."""

    def run(bursts):
        took = 0.0
        for _ in range(warm_up):
            bursts.start()
            call()
            took = bursts.elapsed()
        bursts.ready()
        while (seconds := bursts.next()) is not None:
            if 0 < took < SHORT:
                _call_for(bursts, call, LEAD_IN * seconds)
            bursts.start()
            bursts.done(_call_for(bursts, call, seconds, restart=False))

    return run


def _call_for(bursts, call, seconds, restart=True):
    if restart:
        bursts.start()
    count = 0
    while True:
        call()
        count += 1
        if bursts.elapsed() >= seconds:
            return count


def steps(fit):
    """A workload that is one long fit, paused in its callback between bursts.

    fit(callback): callback(steps so far) returns whether to continue. It is called at most ten times a second,
    but immediately after a longer pause.
    """

    def run(bursts):
        hold = _Hold(bursts)
        fit(hold)
        if not hold.finished:
            raise RuntimeError("the fit ended before the bursts did")

    return run


class _Hold:
    """The callback of a paused fit: lead-in, burst, answer, wait."""

    def __init__(self, bursts):
        self._bursts = bursts
        self._seconds = None  # of the current burst; None: still warming up
        self._first = None  # the step at which the current burst began; None: in the lead-in
        self._warm_from = None
        self._is_short = True
        self.finished = False

    def __call__(self, step):
        if self._seconds is None:
            return self._warm_up(step)
        if self._first is None:
            self._begin(step)
            return True
        if step == self._first or self._bursts.elapsed() < self._seconds:
            return True
        self._bursts.done(step - self._first)
        return self._wait(step)

    def _warm_up(self, step):
        """Runs for at least one step and half a second."""
        if self._warm_from is None:
            self._warm_from = step
            self._bursts.start()
            return True
        if step == self._warm_from or self._bursts.elapsed() < 0.5:
            return True
        self._is_short = self._bursts.elapsed() / (step - self._warm_from) < SHORT
        self._bursts.ready()
        return self._wait(step)

    def _wait(self, step):
        self._seconds = self._bursts.next()
        if self._seconds is None:
            self.finished = True
            return False
        self._first = None
        if not self._is_short:
            self._begin(step)
        return True

    def _begin(self, step):
        self._first = step
        self._bursts.start()
