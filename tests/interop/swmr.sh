#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --swmr: files that h5py enlarges while they are read. H5GRAD_ROUNDS in the environment is the number
# of runs on each, 20 for a trial by hand.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/program.sh
. "$(dirname "$0")/../support/program.sh"
python=
for name in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! $name -c 'import h5py' 2>/dev/null || python=$name
done
[ -n "$python" ] || skip "Python has no h5py"

wrong_usage "--swmr with --resume: .*leave one out" --swmr --resume
wrong_usage "--swmr with --checkpoint: .*leave one out" --swmr --checkpoint

cat >live.py <<'END'
"""Runs h5grad on files that another process enlarges, and checks what it makes of them."""
import json
import subprocess
import sys
import time

import h5py
import numpy as np

SHAPE = (24, 32)
FIRST = 10
# What comes first, and by how many points the times are behind.
WRITERS = {"field.h5": ("u v time", 0), "time.h5": ("time v u", 0), "late.h5": ("u v time", 3)}


def frame(k):
    y, x = np.mgrid[0:SHAPE[0], 0:SHAPE[1]]
    return np.sin(0.1 * k) * x + np.sqrt(k) * y


def moment(k):
    return 0.5 * k + 0.001 * k * k


def add(file, name, k):
    dataset = file[name]
    dataset.resize(k + 1, axis=0)
    dataset[k] = moment(k) if name == "time" else frame(k) + (name == "v")
    dataset.flush()


def write():
    """Enlarges all files, until standard input ends."""
    files, other = {}, h5py.File("other.h5", "w", libver="latest")
    other["f"] = np.arange(5.)
    other.flush()
    for path in WRITERS:
        file = files[path] = h5py.File(path, "w", libver="latest")
        for name, filters in (("u", {"compression": "gzip"}), ("v", {})):
            file.create_dataset(name, (0, *SHAPE), "f8", maxshape=(None, *SHAPE),
                                chunks=(4, 12, 32), **filters)
        file.create_dataset("time", (0,), "f8", maxshape=(None,), chunks=(16,))
        for axis, n in ((1, SHAPE[0]), (2, SHAPE[1])):
            file["xyz"[axis]] = np.arange(n, dtype="f8")
        for name in ("time", "y", "z"):
            file[name].make_scale(name)
            file["u"].dims["tyz".index(name[0])].attach_scale(file[name])
            file["v"].dims["tyz".index(name[0])].attach_scale(file[name])
        file.swmr_mode = True
    k, rest = 0, subprocess.Popen(["cat"], stdout=subprocess.DEVNULL)
    while rest.poll() is None:
        for path, (order, behind) in WRITERS.items():
            for name in order.split():
                if name != "time" or k >= behind:
                    add(files[path], name, k - behind * (name == "time"))
        k += 1
        if k == FIRST:
            print("begun", flush=True)
        elif k > FIRST:
            time.sleep(0.002)
    for file in files.values():
        file.close()


def extents(path):
    with h5py.File(path, "r", swmr=True) as file:
        return len(file["u"]), len(file["time"])


def check(report, before, after):
    """Returns whether the run made whole results of the points that there were at its begin."""
    extent = {field["path"]: field["axes"][0]["extent"] for field in report["fields"]}
    t = np.array([moment(k) for k in range(after[1])])
    u = np.array([frame(k) for k in range(after[0])])
    with h5py.File("o/out.h5") as file:
        times = file["time"][:]
        good = np.array_equal(times, t[:len(times)])
        for name in "uv":
            n, ours = extent["/" + name], [file[f"{name}_grad_{axis}"][:] for axis in range(3)]
            wanted = np.gradient(u[:n] + (name == "v"), t[:n], *map(np.arange, SHAPE))
            good = good and min(before) <= n <= min(after) and n <= len(times)
            good = good and all(a.shape == b.shape and np.allclose(a, b, 1e-12, 1e-12)
                                for a, b in zip(ours, wanted))
            good = good and "DIMENSION_LIST" in file[f"{name}_grad_0"].attrs
    return good


def refuse(why, *words):
    run = subprocess.run([*words, "o/none.h5"], stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1 and why in run.stderr, run


def trial(h5grad, rounds):
    writer = subprocess.Popen([sys.executable, __file__, "write"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    writer.stdout.readline()
    good = grown = 0
    for k in range(rounds):
        for path in WRITERS:
            before = extents(path)
            run = subprocess.run([h5grad, "-v", "-O", "--swmr", "--json", path, "o/out.h5"],
                                 capture_output=True, text=True, check=False)
            after = extents(path)
            whole = run.returncode == 0 and check(json.loads(run.stdout), before, after)
            if not whole:
                print(path, before, after, run.returncode, run.stderr)
            good += whole
            grown += after > before
    refuse("(--swmr reads beside a writer", h5grad, "field.h5")
    refuse("not in SWMR mode", h5grad, "-q", "--swmr", "other.h5")
    writer.communicate()
    assert writer.returncode == 0, "the writer failed"
    closed = subprocess.run([h5grad, "-q", "-O", "--swmr", "field.h5", "o/out.h5"], check=False)
    assert closed.returncode == 0, "a file that was closed"
    print(f"{good} of {rounds * len(WRITERS)} whole and as planned, {grown} while the file grew")
    return 0 if good == rounds * len(WRITERS) and grown > 0 else 1


if sys.argv[1] == "write":
    write()
else:
    sys.exit(trial(sys.argv[1], int(sys.argv[2])))
END
check "a writer enlarges the file meanwhile" "$python" live.py "$H5GRAD" "${H5GRAD_ROUNDS:-2}"
check "no output of what is refused" test ! -e o/none.h5

finish
