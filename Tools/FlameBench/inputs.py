"""The inputs of Tools/flame-bench, the same in every run: folded stacks and perf script text."""

import random

KINDS = ["net", "vfs", "sched", "mm", "tcp", "ext4", "blk"]
VERBS = ["do", "get", "put", "send", "find", "alloc"]


class Names:
    """3,000 names of functions, few of them used often."""

    def __init__(self, random):
        self.random = random
        self.all = [f"{random.choice(KINDS)}_{random.choice(VERBS)}_{i}" for i in range(3000)]

    def pick(self, mean):
        return self.all[min(2999, int(self.random.expovariate(1 / mean)))]


def folded(path, stacks, depths, names):
    lines = set()
    while len(lines) < stacks:
        depth = names.random.randint(*depths)
        lines.add(";".join([names.all[names.random.randint(0, 20)]] + [names.pick(200) for _ in range(depth)]))
    with open(path, "w") as out:
        for line in sorted(lines):
            out.write(f"{line} {names.random.randint(1, 100)}\n")


def perf(path, size, stacks, random):
    time, written = 1000.0, 0
    with open(path, "w") as out:
        while written < size:
            time += 0.001003
            pid = random.randint(100, 140)
            command = random.choice(["sh", "java", "nginx worker"])
            text = f"{command:>16s} {pid:6d}/{pid} [000] {time:.6f}:     250000 cpu-clock:pppH: \n"
            for number, (address, name) in enumerate(stacks[min(3999, int(random.expovariate(1 / 600)))]):
                offset = random.randint(0, 200) if number == 0 else address & 0xFF
                text += f"\t{address + offset:16x} {name}+0x{offset:x} ([kernel.kallsyms])\n"
            out.write(text + "\n")
            written += len(text)


def head(source, path, size):
    """The whole lines of the first bytes."""
    with open(source, "rb") as text, open(path, "wb") as out:
        out.write(text.read(size).rpartition(b"\n")[0] + b"\n")


def make(folder):
    generator = random.Random(7)
    names = Names(generator)
    folded(f"{folder}/200k.folded", 200_000, (6, 28), names)
    folded(f"{folder}/211k.folded", 9_600, (12, 34), names)
    frame = lambda: (0xFFFFFFFF81000000 + generator.randrange(1 << 24), names.pick(100))
    stacks = [[frame() for _ in range(generator.randint(5, 40))] for _ in range(4000)]
    perf(f"{folder}/200m.perf", 200_900_000, stacks, generator)
    perf(f"{folder}/3m.perf", 3_100_000, stacks, generator)
    head(f"{folder}/200k.folded", f"{folder}/646k.folded", 646_000)
