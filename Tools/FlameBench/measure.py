"""Runs of programs: their time, their memory, and, by callgrind, their instructions."""

import os
import re
import shutil
import subprocess
import time


class Job:
    """A command that is run again and again; the best run counts, as all else is what disturbed it."""

    def __init__(self, name, size, command, environment=None, cores=None, factor=1.0):
        self.name, self.size, self.command, self.environment = name, size, command, environment
        self.cores, self.factor = cores, factor
        self.clock, self.cpu, self.memory = [], [], 0

    def run(self):
        start = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            if self.cores:
                os.sched_setaffinity(0, self.cores)
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(null, descriptor)
            os.execvpe(self.command[0], self.command, self.environment or os.environ)
        _, status, usage = os.wait4(pid, 0)
        if status != 0:
            raise SystemExit(f"{' '.join(self.command)}: ended with {status}")
        self.clock.append(time.perf_counter() - start)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.memory = max(self.memory, usage.ru_maxrss)

    def rate(self, seconds):
        return self.size / 1e6 / seconds * self.factor

    def line(self):
        clock, cpu = min(self.clock), min(self.cpu)
        rates = f"{self.rate(clock):6.0f} MB/s   {self.rate(cpu):6.0f} MB/s" if self.size else " " * 26
        corrected = f"   (times {self.factor})" if self.factor != 1 else ""
        return (
            f"{self.name:34s} clock {clock:6.3f} s  CPU {cpu:6.3f} s   {rates}   {self.memory / 1024:4.0f} MB{corrected}"
        )


def alternate(jobs, rounds):
    """One of each, again and again, so that what else the machine does meets all of them."""
    for _ in range(rounds):
        for job in jobs:
            job.run()
    for job in jobs:
        print(job.line(), flush=True)


def instructions(command, environment=None):
    """Of the process that did most: the wheel starts others."""
    text = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
        env=environment, capture_output=True, text=True, check=True,
    ).stderr
    return max(int(count) for count in re.findall(r"Collected : ([0-9]+)", text))


def stripped(program, path):
    """valgrind does not understand Swift's debug information."""
    shutil.copy(program, path)
    subprocess.run(["strip", path], check=True)
    return path
