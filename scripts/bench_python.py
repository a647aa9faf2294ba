#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Python module beside torch.gradient and numpy.gradient: 512^3 float32, all axes, in one process,
in turn. Prints the medians of wall and processor time, the ratios, the peak of memory, and the time
of a call on three values. PYTHONPATH and H5GRAD_LIBRARY name the module and the library."""

import argparse
import os
import statistics
import subprocess
import sys
import time
import timeit

import numpy as np

import h5grad


def resident(name="VmHWM"):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) * 1024


def measure(call):
    wall, processor = time.perf_counter(), time.process_time()
    results = call()
    taken = time.perf_counter() - wall, time.process_time() - processor
    del results
    return taken


def compare(n, threads, rounds):
    import torch

    torch.set_num_threads(threads)
    data = np.random.default_rng(1).random((n, n, n), dtype="f4")
    out = [np.zeros_like(data) for _ in range(3)]
    tensor = torch.from_numpy(data)
    calls = {"h5grad, out=": lambda: h5grad.gradient(data, out=out, threads=threads),
             "h5grad, fresh": lambda: h5grad.gradient(data, threads=threads),
             "torch.gradient": lambda: torch.gradient(tensor),
             "numpy.gradient": lambda: np.gradient(data)}
    taken = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(measure(call))
    medians = {name: [statistics.median(t[k] for t in times) for k in (0, 1)] for name, times in taken.items()}
    print("| %d³ float32, %d threads | seconds | processor | faster than torch | than numpy |" % (n, threads))
    print("|---|---|---|---|---|")
    for name, (wall, processor) in medians.items():
        ratios = [statistics.median(a[0] / b[0] for a, b in zip(taken[peer], taken[name]))
                  for peer in ("torch.gradient", "numpy.gradient")]
        print("| %s | %.3f | %.3f | %.1f | %.1f |" % (name, wall, processor, *ratios))


def peak(n, threads):
    """Beyond the input and the results, in a process of its own."""
    data = np.ones((n, n, n), "f4")
    h5grad.gradient(data[:4], threads=threads)
    before = resident("VmRSS")
    results = h5grad.gradient(data, threads=threads)
    print("peak memory: input, results and %.1f MiB" %
          ((resident() - before - sum(r.nbytes for r in results)) / 2**20))


def small():
    f = np.array([1.0, 4.0, 9.0])
    for name, call in (("h5grad.gradient", lambda: h5grad.gradient(f)),
                       ("h5grad.numpy_gradient", lambda: h5grad.numpy_gradient(f)), ("numpy.gradient", lambda: np.gradient(f))):
        print("%s of 3 values: %.1f us" % (name, min(timeit.repeat(call, number=2000, repeat=20)) / 2000 * 1e6))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=512)
    parser.add_argument("-j", "--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peak", action="store_true", help="the peak of memory only")
    given = parser.parse_args()
    if given.peak:
        peak(given.n, given.threads)
        return
    small()
    subprocess.run([sys.executable, os.path.abspath(__file__), "--peak", "-n", str(given.n), "-j", str(given.threads)],
                   check=True)
    compare(given.n, given.threads, given.rounds)


main()
