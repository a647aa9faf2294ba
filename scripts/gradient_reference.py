# SPDX-License-Identifier: BSD-3-Clause
"""What h5grad computes, written once more in numpy, and how it relates to torch and numpy.

Arrays here are real and have one axis more than the data they stand for: the last axis holds the
parts of a point, one for real data, two for complex. That also keeps numpy from computing with
scalars, whose types promote differently from those of arrays.

A spacing is a number (a step) or a 1-D float64 array (coordinates).
"""

import numpy as np


def is_even(coordinates):
    """numpy.gradient's test: all differences exactly equal."""
    differences = np.diff(coordinates)
    return bool((differences == differences[0]).all())


def as_uniform(spacing):
    """The step where the uniform formula applies, else None."""
    if np.ndim(spacing) == 0:
        return float(spacing)
    return float(spacing[1] - spacing[0]) if is_even(spacing) else None


def _uniform(f, out, h, edge_order):
    number = f.dtype.type
    h = number(h)
    out[1:-1] = ((f[2:] - f[:-2]) / h) / number(2)
    if edge_order == 1:
        out[0] = (f[1] - f[0]) / h
        out[-1] = (f[-1] - f[-2]) / h
    else:
        half, two, three_halves = number(0.5), number(2), number(1.5)
        out[0] = (-three_halves * f[0] + two * f[1] - half * f[2]) / h
        out[-1] = (half * f[-3] - two * f[-2] + three_halves * f[-1]) / h


def interior_weights(x):
    """a, b, c of the interior formula for uneven coordinates."""
    d = np.diff(x)
    p, q = d[:-1], d[1:]
    return -q / (p * (p + q)), (q - p) / (p * q), p / (q * (p + q))


def edge_weights(x):
    """Weights of f[0], f[1], f[2] at the left end and of f[-3], f[-2], f[-1] at the right one."""
    d = np.diff(x)
    d0, d1, p, q = d[0], d[1], d[-2], d[-1]
    left = (-(2 * d0 + d1) / (d0 * (d0 + d1)), (d0 + d1) / (d0 * d1), -d0 / (d1 * (d0 + d1)))
    right = (q / (p * (p + q)), -(p + q) / (p * q), (p + 2 * q) / (q * (p + q)))
    return left, right


def _uneven(f, out, x, edge_order):
    shape = (-1,) + (1,) * (f.ndim - 1)
    a, b, c = (w.reshape(shape) for w in interior_weights(x))
    out[1:-1] = a * f[:-2] + b * f[1:-1] + c * f[2:]
    if edge_order == 1:
        out[0] = (f[1] - f[0]) / (x[1] - x[0])
        out[-1] = (f[-1] - f[-2]) / (x[-1] - x[-2])
    else:
        (a, b, c), (u, v, w) = edge_weights(x)
        out[0] = a * f[0] + b * f[1] + c * f[2]
        out[-1] = u * f[-3] + v * f[-2] + w * f[-1]


def reference_gradient(parts, axis, spacing, edge_order, arithmetic, result):
    """The derivative along one axis: computed in type arithmetic (float32 or float64; with uneven
    coordinates float64 all the same), every operation rounded once, then rounded to type result."""
    step = as_uniform(spacing)
    f = np.moveaxis(parts, axis, 0).astype(np.dtype(arithmetic if step is not None else "f8"))
    out = np.empty_like(f)
    if step is not None:
        _uniform(f, out, step, edge_order)
    else:
        _uneven(f, out, spacing, edge_order)
    return np.moveaxis(out.astype(result), 0, axis)


def magnitude(parts, axis, spacing, edge_order):
    """Sum of the absolute terms of each result: what rounding errors are in proportion to."""
    f = np.abs(np.moveaxis(parts, axis, 0).astype("f8"))
    out = np.empty_like(f)
    x = spacing
    if np.ndim(x) == 0:
        x = np.arange(len(f)) * float(x)
    shape = (-1,) + (1,) * (f.ndim - 1)
    a, b, c = (np.abs(w).reshape(shape) for w in interior_weights(x))
    out[1:-1] = a * f[:-2] + b * f[1:-1] + c * f[2:]
    out[0] = (f[0] + f[1]) / abs(x[1] - x[0])
    out[-1] = (f[-2] + f[-1]) / abs(x[-1] - x[-2])
    if edge_order == 2:
        left, right = edge_weights(x)
        out[0] = sum(abs(w) * v for w, v in zip(left, f[:3]))
        out[-1] = sum(abs(w) * v for w, v in zip(right, f[-3:]))
    return np.moveaxis(out, 0, axis)


def same_bits(ours, theirs):
    """Elementwise: equal bits, or both NaN."""
    unsigned = "u%d" % ours.dtype.itemsize
    bits = np.ascontiguousarray(ours).view(unsigned) == np.ascontiguousarray(theirs).view(unsigned)
    return bits | (np.isnan(ours) & np.isnan(theirs))


def is_close(ours, theirs, scale, epsilon):
    """Elementwise, with scale from magnitude(); NaN and overflow do not count."""
    subnormal = float(np.finfo(ours.dtype).smallest_subnormal)
    ours, theirs = ours.astype("f8"), theirs.astype("f8")
    finite = np.isfinite(ours) & np.isfinite(theirs) & np.isfinite(scale)
    return ~finite | (np.abs(ours - theirs) <= 16 * epsilon * scale + 2 * subnormal)


def torch_gradient(parts, axes, spacings, edge_order):
    """torch.gradient of all axes, in one call unless numbers and arrays are mixed."""
    import torch  # takes a second, which who only wants numpy's should not wait

    def torch_tensor(array):
        return torch.from_numpy(np.ascontiguousarray(array))

    tensor = torch_tensor(parts)
    if all(np.ndim(s) == 0 for s in spacings):
        spacing = [float(s) for s in spacings]
    elif all(np.ndim(s) == 1 for s in spacings):
        spacing = [torch_tensor(s) for s in spacings]
    else:
        return [torch_gradient(parts, [a], [s], edge_order)[0] for a, s in zip(axes, spacings)]
    results = torch.gradient(tensor, spacing=spacing, dim=list(axes), edge_order=edge_order)
    return [r.numpy() for r in results]


def numpy_gradient(parts, axes, spacings, edge_order):
    results = np.gradient(parts, *spacings, axis=tuple(axes), edge_order=edge_order)
    return results if len(axes) > 1 else [results]


def interior(array, axis):
    return np.moveaxis(array, axis, 0)[1:-1]


def compare_axis(ours, parts, axis, spacing, edge_order, arithmetic, torch_result, numpy_result):
    """What in ours differs from torch and numpy, as text; None if nothing does.

    torch_result and numpy_result are theirs for the same values in the arithmetic type. ours must
    have their bits, once these are rounded to the type of the result, with the exceptions of
    evenly spaced coordinates in torch, where torch keeps the general formula, of edge_order 2
    with a step in numpy, which divides the coefficients first, and of numpy's division by 2 h
    where torch's by h and then by 2 overflows or underflows on the way.
    """
    kind = ours.dtype
    uniform = as_uniform(spacing) is not None
    scale = magnitude(parts, axis, spacing, edge_order)
    epsilon = max(np.finfo(kind).eps, np.finfo(arithmetic).eps if uniform else 0)
    if uniform and np.ndim(spacing) == 1:
        good = is_close(ours, torch_result, scale, epsilon).all()
    else:
        good = same_bits(ours, torch_result.astype(kind)).all()
    if not good:
        return "differs from torch.gradient"
    theirs = numpy_result.astype(kind)
    same = same_bits(ours, theirs)
    if uniform:
        size = np.abs(numpy_result)
        limits = np.finfo(numpy_result.dtype)
        same |= size > limits.max / 4
        same |= (size < 4 * limits.tiny) & is_close(ours, theirs, scale, epsilon)
    if uniform and edge_order == 2:
        good = interior(same, axis).all() and is_close(ours, theirs, scale, epsilon).all()
    else:
        good = same.all()
    return None if good else "differs from numpy.gradient"


def compare_native(ours, parts, axis, spacing, edge_order):
    """The same against what numpy and torch make of the data in its own type and, where that is
    complex, as complex numbers. Integers wrap in torch, float16 loses digits in both."""
    values = parts
    if parts.dtype in (np.float16, np.longdouble):
        return None
    if parts.shape[-1] == 2:
        if not np.isfinite(parts).all():
            return None
        values = np.ascontiguousarray(parts).view("c%d" % (2 * parts.dtype.itemsize))
    theirs = {"numpy": np.gradient(values, spacing, axis=axis, edge_order=edge_order)}
    if values.dtype.kind in "fc":
        theirs["torch"] = torch_gradient(values, [axis], [spacing], edge_order)[0]
    scale = magnitude(parts, axis, spacing, edge_order).max(axis=-1, keepdims=True)
    own = values.dtype if values.dtype.kind in "fc" else np.dtype("f8")
    for name, other in theirs.items():
        precision = max(np.finfo(t).eps for t in (ours.dtype, other.dtype, own))
        if values.dtype == parts.dtype and values.dtype == "f4" and ours.dtype == "f4":
            theirs_inside = interior(other, axis).astype("f4")
            exact = name == "numpy" and as_uniform(spacing) is None
            if exact and not same_bits(interior(ours, axis), theirs_inside).all():
                return "differs inside from numpy.gradient of float32 data"
        if other.dtype.kind == "c":
            other = np.ascontiguousarray(other).view("f%d" % (other.dtype.itemsize // 2))
        if not is_close(ours, other, scale, precision).all():
            return "is not close to %s.gradient of the data in its own type" % name
    return None
