#!/usr/bin/env python3
"""Times Gambit and Melian on the same game files and prints ratios.

usage: peer_gambit.py MELIAN_BENCH_OUTPUT [GAMES_FOLDER ..]

MELIAN_BENCH_OUTPUT is what `cargo bench -p melian --bench game` printed. Medians of five runs, processor time.
Games are looked for in the folders given, then in tests/games. A file wide14.efg in one of them (the tree of
14 periods the bench reads) is read once, for the ratio of reading times.
Methods that take Gambit longer than LIMIT seconds are run in a child process and cut off.
Skips quietly where pygambit is not installed (17.0.0b2 was used).
"""
import multiprocessing
import re
import statistics
import sys
import time
from pathlib import Path

LIMIT = 20.0

try:
    import pygambit
except ImportError:
    print("pygambit is not installed: skipped")
    sys.exit(0)


def run(method, path, queue):
    game = pygambit.read_efg(str(path))
    solver = {
        "logit": lambda: pygambit.nash.logit_solve(game),
        "lcp": lambda: pygambit.nash.lcp_solve(game, rational=False),
    }[method]
    times = []
    for _ in range(5):
        start = time.process_time()
        solver()
        times.append(time.process_time() - start)
        queue.put(list(times))


def timed(method, path):
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=run, args=(method, path, queue))
    child.start()
    child.join(LIMIT)
    cut = child.is_alive()
    if cut:
        child.terminate()
        child.join()
    times = []
    while not queue.empty():
        times = queue.get()
    if not times:
        return None if not cut else LIMIT
    return statistics.median(times)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folders = [Path(folder) for folder in sys.argv[2:]] + [Path(__file__).parent.parent / "tests" / "games"]

    def find(name):
        return next((path for path in (folder / f"{name}.efg" for folder in folders) if path.exists()), None)

    ours = {}
    reading = None
    for line in Path(sys.argv[1]).read_text().splitlines():
        if found := re.match(r"read .* nodes +([0-9.]+) s", line):
            reading = float(found[1])
        found = re.match(r"(\w+)\s+branch .* certified ([0-9.]+) s", line)
        if found:
            ours[found[1]] = float(found[2])
    print(f"pygambit {pygambit.__version__}; seconds, medians; ratio = Gambit / Melian (solved and certified)")
    if reading and (path := find("wide14")):
        start = time.process_time()
        pygambit.read_efg(str(path))
        peer = time.process_time() - start
        print(f"read wide14  melian {reading:.4f}   Gambit {peer:.2f} (x {peer / reading:.0f})", flush=True)
    for name, mine in ours.items():
        path = find(name)
        players = len(pygambit.read_efg(str(path)).players)
        cells = [f"{name:<12} melian {mine:.6f}"]
        for method in ["logit"] + (["lcp"] if players == 2 else []):
            peer = timed(method, path)
            if peer is None:
                cells.append(f"{method} failed")
            else:
                mark = ">" if peer >= LIMIT else " "
                cells.append(f"{method} {mark}{peer:.4f} (x{mark}{peer / mine:.0f})")
        print("   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
