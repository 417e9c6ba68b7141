#!/usr/bin/env python3
"""Times SALib and the EMA Workbench on what benches/drivers.rs times, and prints ratios.

usage: peer_salib_ema.py MELIAN_BENCH_OUTPUT

MELIAN_BENCH_OUTPUT is what `cargo bench -p melian --bench drivers` printed. Medians of five runs, process CPU time
(theirs run on one core). Skips what is not installed (SALib 1.6.0 and ema_workbench 2.5.3 were used).
"""
import logging
import re
import statistics
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
rng = np.random.default_rng(1)


def median_ms(run):
    times = []
    for _ in range(5):
        start = time.process_time()
        run()
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times)


def g(x):
    a = np.arange(x.shape[1])
    return np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)


def problem(inputs):
    return {"num_vars": inputs, "names": [f"x{i}" for i in range(inputs)], "bounds": [[0, 1]] * inputs}


def peers():
    try:
        from SALib.analyze import pawn, sobol
        from SALib.sample import sobol as sample

        x = sample.sample(problem(15), 512)
        y = g(x)
        yield "Sobol' analysis, 16384 x 15", lambda: sobol.analyze(problem(15), y, num_resamples=100)
        x3 = sample.sample(problem(3), 2048)
        y3 = g(x3)
        yield "Sobol' analysis, 16384 x 3", lambda: sobol.analyze(problem(3), y3, num_resamples=1000)
        xg = rng.random((16384, 15))
        yg = g(xg)
        yield "first order, PAWN", lambda: pawn.analyze(problem(15), xg, yg, S=10)
    except ImportError:
        print("SALib is not installed: skipped")
    try:
        import pandas as pd
        from ema_workbench.analysis import prim

        logging.disable(logging.CRITICAL)
        xb = rng.random((10000, 15))
        yb = ((xb[:, 0] > 0.7) & (xb[:, 1] < 0.4) & (xb[:, 2] > 0.2)).astype(float)
        frame = pd.DataFrame(xb, columns=problem(15)["names"])
        yield "PRIM, one box", lambda: prim.Prim(frame, yb, threshold=0.5, mass_min=0.05).find_box()
    except ImportError:
        print("the EMA Workbench is not installed: skipped")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ours = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        found = re.match(r"(.*): [\d.]+ ms on all cores, ([\d.]+) ms on one thread", line)
        if found:
            ours[found[1]] = float(found[2])
    for name, run in peers():
        peer = median_ms(run)
        own = next((time for known, time in ours.items() if known.startswith(name)), None)
        if own:
            print(f"{name}: peer {peer:.1f} ms CPU, melian {own:.2f} ms on one thread, {peer / own:.0f} times")


if __name__ == "__main__":
    main()
