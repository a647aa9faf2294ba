#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The accessor of xarray gives the values, coordinates, units and attributes that the program writes."""

import os
import sys
import tempfile
import unittest
import warnings

import numpy as np

import h5grad

try:
    import xarray

    import h5grad.xarray  # noqa: F811
except ImportError as error:
    print(f"skipped: {error}", file=sys.stderr)
    sys.exit(77)

engine = next((name for name in ("h5netcdf", "netcdf4") if name in xarray.backends.list_engines()), None)

warnings.simplefilter("ignore", h5grad.Warning)


def sample():
    rng = np.random.default_rng(1)
    t = xarray.Variable(("time", "lat", "lon"), rng.random((5, 6, 8)).astype("f4"),
                        {"units": "K", "long_name": "air temperature", "standard_name": "air_temperature",
                         "institution": "none", "cell_methods": "time: mean", "valid_min": 0.0})
    w = xarray.Variable(("lat", "lon"), rng.random((6, 8)),
                        {"units": "m s-1", "cell_methods": "time: maximum", "title": "wind"})
    time = xarray.Variable("time", np.array([0.0, 6, 12, 24, 30]), {"units": "hours since 2000-01-01"})
    return xarray.Dataset({"t": t, "w": w, "n": ("time", np.arange(5) ** 2, {"units": "1"})}, {
        "time": time, "lat": ("lat", np.linspace(-50, 50, 6) ** 3 / 1e4, {"units": "degrees_north"}),
        "lon": ("lon", np.arange(8) * 45.0, {"units": "degrees_east"})})


@unittest.skipIf(engine is None, "no h5netcdf and no netCDF4")
class AsTheProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input, self.output = (os.path.join(folder.name, name) for name in ("in.nc", "out.nc"))
        sample().to_netcdf(self.input, engine=engine)

    def compare(self, ours, name, **options):
        with xarray.open_dataset(self.output, engine=engine, **options) as written:
            theirs = written[name].load()
        self.assertEqual(ours.dtype, theirs.dtype)
        np.testing.assert_array_equal(ours.values, theirs.values)
        self.assertEqual(set(ours.coords), set(theirs.coords))
        attrs = {key: value for key, value in theirs.attrs.items() if not key.startswith("gradient_")}
        self.assertEqual(ours.attrs, attrs, name)

    def test_gradients(self):
        h5grad.run(self.input, self.output)
        with xarray.open_dataset(self.input, engine=engine) as data:
            for k, axis in enumerate(("time", "lat", "lon")):
                self.compare(data.t.h5grad.gradient(axis), f"t_grad_{k}")
                self.compare(data.h5grad.gradient(axis).t, f"t_grad_{k}")
            self.compare(data.w.h5grad.gradient("lon"), "w_grad_1")
            unchanged = data.h5grad.gradient("time").w
            xarray.testing.assert_identical(unchanged, data.w)

    def test_operators(self):
        h5grad.run(self.input, self.output, dataset="/t", boundary={"lon": "periodic"}, accuracy={"time": 4},
                   dim=["lon", "time"])
        with xarray.open_dataset(self.input, engine=engine) as data:
            self.compare(data.t.h5grad.gradient("lon", boundary="periodic"), "t_grad_2")
            self.compare(data.t.h5grad.gradient("time", accuracy=4), "t_grad_0")

    def test_combined(self):
        data = sample()
        data.lat.attrs["units"] = data.lon.attrs["units"] = "degree"
        data.to_netcdf(self.input, engine=engine)
        h5grad.run(self.input, self.output, dataset="/w", compute="second,laplacian,magnitude")
        with xarray.open_dataset(self.input, engine=engine) as data:
            self.compare(data.w.h5grad.second("lat"), "w_grad2_0")
            self.compare(data.w.h5grad.laplacian(["lat", "lon"]), "w_laplacian")
            self.compare(data.w.h5grad.magnitude(["lon", "lat"]), "w_grad_magnitude")
            data.lat.attrs["units"] = "m"
            self.assertRaises(ValueError, data.w.h5grad.laplacian, ["lat", "lon"])


class AsXarray(unittest.TestCase):
    def test_times(self):
        time = np.array(["2000-01-01", "2000-01-02", "2000-01-04"], "M8[ns]")
        data = xarray.DataArray([0.0, 1, 7], {"time": time}, ["time"], attrs={"units": "m"})
        np.testing.assert_allclose(data.h5grad.gradient("time", datetime_unit="D"), [1, 5 / 3, 3])
        self.assertEqual(data.h5grad.gradient("time", datetime_unit="D").attrs["units"], "m day-1")
        data.time.encoding["units"] = "hours since 2000-01-01"
        self.assertEqual(data.h5grad.gradient("time").attrs["units"], "m hour-1")

    def test_without_coordinates(self):
        data = xarray.DataArray([0.0, 1, 4], dims="x", attrs={"units": "K"})
        found = data.h5grad.gradient("x")
        self.assertEqual((found.values.tolist(), found.attrs), ([1, 2, 3], {"units": "K"}))

    def test_errors(self):
        data = sample()
        for name in ("nothing", "t"):
            self.assertRaises(ValueError, data.t.h5grad.gradient, name)
        data = data.assign_coords(flat=("lon", np.zeros(8)), both=(("lat", "lon"), np.zeros((6, 8))))
        self.assertRaises(ValueError, data.t.h5grad.gradient, "flat")
        self.assertRaises(ValueError, data.t.h5grad.gradient, "both")

    def test_lazy(self):
        try:
            import dask.array
        except ImportError:
            self.skipTest("no dask")
        data = sample()
        lazy = data.chunk({"time": 2, "lat": 3, "lon": 4})
        for axis in ("time", "lon"):
            found = lazy.t.h5grad.gradient(axis, boundary="periodic", period=400)
            self.assertIsInstance(found.data, dask.array.Array)
            wanted = data.t.h5grad.gradient(axis, boundary="periodic", period=400)
            self.assertEqual(found.dtype, wanted.dtype)
            xarray.testing.assert_identical(found.load(), wanted)


unittest.main()
