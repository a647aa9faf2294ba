# SPDX-License-Identifier: BSD-3-Clause
"""The parts of scripts/bench that need numpy: inputs, peers, checks. Each runs as its own process:

    bench_peers.py input PATH KIND LAYOUT SHAPE [coordinates|vector|gaps]
                                      makes an input: with coordinates, of three fields, or with one
                                      point of a hundred missing; prints where its bytes are in it
    bench_peers.py many PATH          makes an input of 10,000 datasets of 64x64 in 100 groups
    bench_peers.py sparse PATH        makes an input of 1,000 chunks, of which one is stored
    bench_peers.py peer NAME INPUT OUTPUT THREADS
                                      differentiates file to file; prints seconds
    bench_peers.py array NAME EDGE THREADS [coordinates]
                                      differentiates in memory; prints seconds
    bench_peers.py pieces INPUT       prints where the pieces of its bytes lie
    bench_peers.py check INPUT OUTPUT EDGE_ORDER [coordinates]
                                      compares sampled points of the results as bits

KIND is a numpy type, LAYOUT "contiguous", or a chunk shape with "+gzip=N" for shuffle and gzip.
"""

import os
import sys
import time

sys.dont_write_bytecode = True

import h5py
import numpy as np

import gradient_reference as reference

SLAB_POINTS = 1 << 26
SAMPLES = 40


def storage(layout):
    """Arguments of create_dataset."""
    if layout == "contiguous":
        return {}
    shape, _, level = layout.partition("+gzip=")
    arguments = {"chunks": tuple(int(c) for c in shape.split("x"))}
    if level:
        arguments.update(shuffle=True, compression="gzip", compression_opts=int(level))
    return arguments


def noisy_waves(rng, first, rows, shape):
    """Rows of a field: a few waves along each axis, and noise of a thousandth of their height."""
    values = rng.random((rows,) + shape[1:], dtype=np.float32)
    values -= np.float32(0.5)
    values *= np.float32(2e-3)
    for k, n in enumerate(shape):
        x = np.arange(first, first + rows) if k == 0 else np.arange(n)
        wave = np.sin(2 * np.pi * 3 * x / n) + 0.3 * np.cos(2 * np.pi * 17 * x / n + k)
        values += wave.astype(np.float32).reshape((-1,) + (1,) * (len(shape) - 1 - k))
    return values


def as_kind(rng, values, kind):
    if kind.kind in "iu":
        return np.rint(values * 1000).astype(kind)
    if kind.kind == "c":
        both = np.empty(values.shape, kind)
        both.real, both.imag = values, values[::-1]
        return both
    if kind.itemsize == 8:
        return values + 1e-9 * rng.random(values.shape)
    return values.astype(kind)


def write_field(file, name, rng, kind, layout, shape, gaps):
    slab = shape[0]
    if layout == "contiguous":
        slab = max(1, min(shape[0], SLAB_POINTS // int(np.prod(shape[1:], dtype=np.int64))))
    dataset = file.create_dataset(name, shape, kind, **storage(layout))
    for first in range(0, shape[0], slab):
        rows = min(slab, shape[0] - first)
        values = noisy_waves(rng, first, rows, shape)
        if gaps:
            values[rng.random(values.shape, dtype=np.float32) < 0.01] = np.nan
        dataset[first:first + rows] = as_kind(rng, values, kind)
    return dataset


def make_input(path, kind, layout, shape, more=None):
    kind = np.dtype(kind)
    shape = tuple(int(n) for n in shape.split("x"))
    rng = np.random.default_rng(7)
    with h5py.File(path + ".part", "w", libver=("earliest", "v108")) as file:
        dataset = write_field(file, "u", rng, kind, layout, shape, more == "gaps")
        for name in "vw" if more == "vector" else "":
            write_field(file, name, rng, kind, layout, shape, False)
        if more == "coordinates":
            for k, n in enumerate(shape):
                file["x%d" % k] = np.cumsum(rng.uniform(0.5, 1.5, n))
                file["x%d" % k].make_scale("x%d" % k)
                dataset.dims[k].attach_scale(file["x%d" % k])
    os.rename(path + ".part", path)


def make_many(path):
    rng = np.random.default_rng(7)
    with h5py.File(path + ".part", "w") as file:
        for number in range(10000):
            file.create_dataset("g%02d/u%03d" % (number // 100, number % 100),
                                data=rng.random((64, 64), dtype=np.float32))
    os.rename(path + ".part", path)


def make_sparse(path):
    with h5py.File(path + ".part", "w") as file:
        dataset = file.create_dataset("u", (2000, 100000), "f4", chunks=(200, 1000), fillvalue=7)
        dataset[400:600, 3000:4000] = np.random.default_rng(0).random((200, 1000), np.float32)
    os.rename(path + ".part", path)


def print_place(path):
    with h5py.File(path, "r") as file:
        dataset = file["u"]
        result = {"i2": 4}.get(dataset.dtype.str[1:], dataset.dtype.itemsize)
        offset = dataset.id.get_offset() if dataset.chunks is None else 0
        print(offset, dataset.size, dataset.dtype.itemsize, result, dataset.ndim)


def result_storage(dataset):
    return {"chunks": dataset.chunks, "compression": dataset.compression,
            "compression_opts": dataset.compression_opts, "shuffle": dataset.shuffle or None}


def spacings(file):
    return [file["x%d" % k][...] for k in range(file["u"].ndim)] if "x0" in file else [1.0]


def peer_numpy(source, target, _):
    with h5py.File(source, "r") as file, h5py.File(target, "w") as out:
        results = np.gradient(file["u"][...], *spacings(file))
        results = results if isinstance(results, list) else [results]
        for k, values in enumerate(results):
            out.create_dataset("u_grad_%d" % k, data=values, **result_storage(file["u"]))


def peer_torch(source, target, threads):
    import torch

    torch.set_num_threads(threads)
    with h5py.File(source, "r") as file, h5py.File(target, "w") as out:
        spacing = [torch.from_numpy(s) if np.ndim(s) else s for s in spacings(file)]
        spacing = spacing if len(spacing) > 1 else spacing[0]
        for k, values in enumerate(torch.gradient(torch.from_numpy(file["u"][...]),
                                                  spacing=spacing)):
            out.create_dataset("u_grad_%d" % k, data=values.numpy(), **result_storage(file["u"]))


def peer_dask(source, target, threads):
    import dask
    import dask.array

    with h5py.File(source, "r") as file, h5py.File(target, "w") as out:
        dataset = file["u"]
        slab = max(1, dataset.shape[0] // 8)
        if dataset.chunks:
            slab = -(-slab // dataset.chunks[0]) * dataset.chunks[0]
        values = dask.array.from_array(dataset, chunks=(slab,) + dataset.shape[1:])
        results = dask.array.gradient(values, *spacings(file))
        results = results if isinstance(results, list) else [results]
        targets = [out.create_dataset("u_grad_%d" % k, dataset.shape, dataset.dtype,
                                      **result_storage(dataset)) for k in range(len(results))]
        with dask.config.set(scheduler="threads", num_workers=threads):
            dask.array.store(results, targets)


def peer_many(source, target, _):
    with h5py.File(source, "r") as file, h5py.File(target, "w") as out:
        for name, group in file.items():
            place = out.create_group(name)
            for field, dataset in group.items():
                for k, values in enumerate(np.gradient(dataset[...])):
                    result = place.create_dataset("%s_grad_%d" % (field, k), data=values)
                    result.attrs["gradient_of"] = dataset.name
                    result.attrs["gradient_dim"] = k
                    result.attrs["gradient_spacing"] = "unit"
                    result.attrs["gradient_edge_order"] = 1


PEERS = {"numpy": peer_numpy, "torch": peer_torch, "dask": peer_dask, "many": peer_many}


def print_pieces(path):
    """Where the bytes of the field lie: a chunk, or a MiB, a line."""
    with h5py.File(path, "r") as file:
        dataset = file["u"]
        if dataset.chunks:
            for i in range(dataset.id.get_num_chunks()):
                info = dataset.id.get_chunk_info(i)
                print(info.byte_offset, info.size)
            return
        end = dataset.id.get_offset() + dataset.nbytes
        for offset in range(dataset.id.get_offset(), end, 1 << 20):
            print(offset, min(1 << 20, end - offset))


def run_peer(name, source, target, threads):
    if name == "dask":
        import dask.array  # noqa: F401, not timed
    elif name == "torch":
        import torch  # noqa: F401, not timed
    start = time.perf_counter()
    PEERS[name](source, target, int(threads))
    print("%.6f" % (time.perf_counter() - start))


def run_array(name, edge, threads, coordinates=None):
    edge, threads = int(edge), int(threads)
    rng = np.random.default_rng(7)
    data = rng.random((edge, edge, edge), dtype=np.float32)
    x = np.cumsum(rng.uniform(0.5, 1.5, edge))
    if name == "torch":
        import torch

        torch.set_num_threads(threads)
        tensor = torch.from_numpy(data)
        spacing = [torch.from_numpy(x)] * 3 if coordinates else 1
        start = time.perf_counter()
        results = torch.gradient(tensor, spacing=spacing)
    else:
        start = time.perf_counter()
        results = np.gradient(data, *([x] * 3 if coordinates else []))
    seconds = time.perf_counter() - start
    print("%.6f" % seconds)
    return results


def window(rng, n):
    """Points around a random one, or at an end: the first of them, how many, which is compared."""
    where = rng.integers(4)
    if where == 0:
        return 0, min(4, n), 0
    if where == 1:
        return n - min(4, n), min(4, n), min(4, n) - 1
    i = int(rng.integers(1, n - 1))
    return i - 1, 3, 1


def compare_point(rng, dataset, result, k, x, edge_order):
    first, count, at = window(rng, dataset.shape[k])
    index = [int(rng.integers(n)) for n in dataset.shape]
    index[k] = slice(first, first + count)
    values = dataset[tuple(index)]
    values = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))
    kind = values.dtype
    parts = values.view("f%d" % (kind.itemsize // 2)) if kind.kind == "c" else values
    parts = parts.reshape(count, -1)
    scalar = np.dtype("f8") if parts.dtype == "f8" else np.dtype("f4")
    spacing = 1.0 if x is None else x[first:first + count]
    expected = reference.reference_gradient(parts, 0, spacing, edge_order, scalar, scalar)[at]
    index[k] = first + at
    found = np.atleast_1d(np.asarray(result[tuple(index)]))
    found = found.view(scalar) if kind.kind == "c" else found
    if found.dtype != scalar or not reference.same_bits(found, expected).all():
        raise SystemExit("%s at %s: %s instead of %s" % (result.name, index, found, expected))


def check(source, target, edge_order, coordinates=None):
    rng = np.random.default_rng(11)
    with h5py.File(source, "r") as file, h5py.File(target, "r") as out:
        dataset = file["u"]
        for k in range(dataset.ndim):
            x = file["x%d" % k][...] if coordinates else None
            for _ in range(SAMPLES):
                compare_point(rng, dataset, out["u_grad_%d" % k], k, x, int(edge_order))


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "input":
        if not os.path.exists(arguments[0]):
            make_input(*arguments)
        print_place(arguments[0])
    elif what in ("many", "sparse"):
        if not os.path.exists(arguments[0]):
            {"many": make_many, "sparse": make_sparse}[what](arguments[0])
    else:
        {"peer": run_peer, "array": run_array, "check": check,
         "pieces": print_pieces}[what](*arguments)


if __name__ == "__main__":
    main()
