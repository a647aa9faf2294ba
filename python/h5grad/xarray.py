# SPDX-License-Identifier: BSD-3-Clause
"""The accessor h5grad of xarray's DataArrays and Datasets: da.h5grad.gradient("lat").

Results have the coordinates of their source, units and attributes as the program h5grad writes them,
and lazy ones of dask stay lazy. Imported by h5grad itself where xarray is imported before it.
"""

import ctypes
import functools

import numpy as np
import xarray

from . import _library
from ._gradient import gradient
from ._report import KINDS

DESCRIPTIONS = ("long_name", "Long_name", "LONG_NAME", "LongName", "description", "Description", "title",
                "Title", "TITLE")
TIME_NAMES = {"D": "day", "h": "hour", "m": "minute", "W": "week", "M": "month", "Y": "year"}
TIME_CODES = {"day": "D", "hour": "h", "minute": "m", "second": "s", "millisecond": "ms", "microsecond": "us",
              "nanosecond": "ns", "d": "D", "hr": "h", "min": "m", "sec": "s", "s": "s", "ms": "ms"}
EAST = ("degrees_east", "degree_east", "degree_E", "degrees_E", "degreeE", "degreesE")


def _is_time(values):
    first = values.reshape(-1)[0] if values.dtype.kind == "O" and values.size else None
    return values.dtype.kind in "mM" or hasattr(first, "total_seconds") or hasattr(first, "calendar")


def _default_time_unit(variable):
    """The unit in which the file counted, else that of the type."""
    word = str(variable.encoding.get("units", "")).lower().split(" since ")[0].strip()
    code = TIME_CODES.get(word) or TIME_CODES.get(word.rstrip("s"))
    if code or variable.dtype.kind not in "mM":
        return code or "s"
    return np.datetime_data(variable.dtype)[0]


def _numbers_of_times(values, unit):
    """Times since the first of them, or spans of time, in units of datetime64."""
    if values.dtype.kind in "mM":
        spans = values - values.min() if values.dtype.kind == "M" else values
        return spans.astype("timedelta64[ns]") / np.timedelta64(1, unit)
    spans = values if hasattr(values.reshape(-1)[0], "total_seconds") else values - values.min()
    seconds = np.array([span.total_seconds() for span in spans.reshape(-1)]).reshape(values.shape)
    return seconds * 1e6 * (np.timedelta64(1, "us") / np.timedelta64(1, unit))


class _Coordinate:
    """A coordinate as numbers: its name, its dimension, its values and their unit, None if unknown."""

    def __init__(self, of, name, time_unit):
        if name not in of.coords and name not in of.dims:
            raise ValueError(f"Coordinate {name} does not exist.")
        variable = of[name].variable
        if variable.ndim != 1:
            raise ValueError(f"Coordinate {name} must be 1 dimensional but is {variable.ndim} dimensional")
        self.name, self.dim, self.values = name, variable.dims[0], variable.values
        self.is_index = name not in of.coords
        self.unit = variable.attrs.get("units")
        self.standard_name = variable.attrs.get("standard_name")
        self.time_unit = None
        if _is_time(self.values):
            self.time_unit = time_unit or _default_time_unit(variable)
            self.values = _numbers_of_times(self.values, self.time_unit)
            self.unit = TIME_NAMES.get(self.time_unit, self.time_unit)

    @property
    def spacing(self):
        return 1 if self.is_index else self.values

    @property
    def period(self):
        """Of a longitude; None where the coordinates do not say."""
        name = self.standard_name in ("longitude", "grid_longitude")
        if self.unit in EAST or (name and self.unit in ("degrees", "degree", "deg")):
            return 360.0
        return 2 * np.pi if name and self.unit in ("radians", "radian", "rad") else None


def _unit(value, axis, what):
    text = ctypes.create_string_buffer(1024)
    _library.library.h5grad_unit(value.encode(), None if axis is None else axis.encode(), KINDS.index(what), text, 1024)
    return text.value.decode()


def _describe(what, text, name):
    if what == "gradient":
        return f"d({text})/d({name})"
    if what == "second":
        return f"second derivative of {text} along {name}"
    return f"Laplacian of {text}" if what == "laplacian" else f"magnitude of the gradient of {text}"


def _attributes_of(attrs, what, coordinates):
    """The attributes of a result, of those of its source."""
    result = {}
    for name, value in attrs.items():
        text = value if isinstance(value, str) else None
        if name in DESCRIPTIONS and text is not None:
            result[name] = _describe(what, text, coordinates[0].name)
        elif _library.library.h5grad_attribute_holds(str(name).encode(), None if text is None else text.encode()):
            result[name] = value
    units = {None if c.is_index else c.unit for c in coordinates}
    known = all(c.is_index or c.unit for c in coordinates) and len(units) == 1
    if isinstance(attrs.get("units"), str) and known:
        result["units"] = _unit(attrs["units"], units.pop(), what)
    return result


def _derive(data, dims, options):
    """The one result, of a numpy array or a lazy one of dask's."""
    compute = functools.partial(_derive_now, dims=dims, options=options)
    if not hasattr(data, "dask"):
        return compute(data)
    sample = compute(np.zeros([8] * data.ndim, dtype=data.dtype), spacing=1)
    return data.rechunk({k: -1 for k in dims}).map_blocks(compute, dtype=sample.dtype,
                                                          meta=np.empty([0] * data.ndim, sample.dtype))


def _derive_now(data, dims, options, **other):
    if data.size == 0:  # dask asks so for what it will get
        data = np.zeros(data.shape, data.dtype)
    return gradient(data, dim=dims, **{**options, **other})[0]


class _Accessor:
    def __init__(self, of):
        self._of = of

    def gradient(self, coord, edge_order=1, datetime_unit=None, *, boundary=None, period=None, accuracy=2,
                 missing="nan", dtype=None, threads=None):
        """The derivative along a coordinate, as differentiate of xarray has it.

        Parameters
        ----------
        coord : str
            A dimension, or a coordinate of one dimension; in its unit, as float64.
        edge_order : 1 or 2
            The order of the one-sided differences at the ends.
        datetime_unit : str, optional
            "D", "h", "m", "s", "ms", "us" or "ns": the unit of times. Default: that in which the file
            counted, else that of the type.
        boundary, period, accuracy, missing, dtype, threads
            As in h5grad.gradient, for this coordinate. The period of a longitude is 360 degrees.

        Returns
        -------
        DataArray or Dataset
            With the coordinates of the source. units, long_name and other attributes are as the
            program h5grad writes them. Of a Dataset variables without that dimension stay as they are.

        Raises
        ------
        ValueError
            There is no such coordinate, or it has not one dimension or is not strictly monotonic.

        Examples
        --------
        >>> import xarray, h5grad.xarray
        >>> t = xarray.DataArray([0.0, 1.0, 4.0], dims="x", coords={"x": [0.0, 1.0, 3.0]}, name="t")
        >>> t.h5grad.gradient("x").values
        array([1.        , 1.16666667, 1.5       ])
        """
        return self._derive("gradient", [coord], datetime_unit, edge_order=edge_order, boundary=boundary,
                            period=period, accuracy=accuracy, missing=missing, dtype=dtype, threads=threads)

    def second(self, coord, edge_order=1, datetime_unit=None, **options):
        """The second derivative along a coordinate; arguments as those of gradient."""
        return self._derive("second", [coord], datetime_unit, edge_order=edge_order, **options)

    def laplacian(self, coords, edge_order=1, datetime_unit=None, **options):
        """The sum of the second derivatives along a list of coordinates, which have one unit."""
        return self._derive("laplacian", coords, datetime_unit, edge_order=edge_order, **options)

    def magnitude(self, coords, edge_order=1, datetime_unit=None, **options):
        """The length of the gradient along a list of coordinates, which have one unit."""
        return self._derive("magnitude", coords, datetime_unit, edge_order=edge_order, **options)

    def _derive(self, what, names, time_unit, period=None, boundary=None, **options):
        names = [names] if isinstance(names, str) else list(names)
        coordinates = [_Coordinate(self._of, name, time_unit) for name in names]
        units = {c.unit for c in coordinates if c.unit}
        if len(units) > 1:
            raise ValueError(f"coordinates {', '.join(map(str, names))} have different units: "
                             f"{', '.join(sorted(units))}")
        if period is None and boundary is not None and "periodic" in str(boundary).split(":"):
            period = coordinates[0].period if len(coordinates) == 1 else None
        options.update(compute=what, boundary=boundary, period=period,
                       spacing=[c.spacing for c in coordinates])
        return self._apply(what, coordinates, options)

    def _result(self, variable, what, coordinates, options):
        dims = [variable.get_axis_num(c.dim) for c in coordinates]
        data = variable.data
        if not hasattr(data, "dask"):
            data = variable.values
            if _is_time(data):
                data = _numbers_of_times(data, coordinates[0].time_unit or "ns")
        attrs = _attributes_of(variable.attrs, what, coordinates)
        return xarray.Variable(variable.dims, _derive(data, dims, options), attrs)


@xarray.register_dataarray_accessor("h5grad")
class DataArrayAccessor(_Accessor):
    """Derivatives of a DataArray."""

    def _apply(self, what, coordinates, options):
        of = self._of
        result = self._result(of.variable, what, coordinates, options)
        return xarray.DataArray(result, coords=of.coords, name=of.name)


@xarray.register_dataset_accessor("h5grad")
class DatasetAccessor(_Accessor):
    """Derivatives of the variables of a Dataset."""

    def _apply(self, what, coordinates, options):
        dims = {c.dim for c in coordinates}
        results = {name: self._result(variable.variable, what, coordinates, options)
                   for name, variable in self._of.data_vars.items() if dims <= set(variable.dims)}
        return self._of.assign(results)
