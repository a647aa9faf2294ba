# SPDX-License-Identifier: BSD-3-Clause
import os

from spack.package import *

try:
    # Where Spack 1.0 and later have it.
    from spack_repo.builtin.build_systems.autotools import AutotoolsPackage
except ImportError:
    pass


class H5grad(AutotoolsPackage):
    """Gradients of the data in HDF5 files: one dataset per field and axis, with the numbers
    of numpy.gradient and torch.gradient, streamed in limited memory and by all processors.
    A program and a C library."""

    # The archive comes from "make dist", and is taken from the folder where spack is called.
    manual_download = True
    url = "file://{0}/h5grad-0.1.0.tar.gz".format(os.getcwd())

    license("BSD-3-Clause")

    version("0.1.0")

    variant("shared", default=True, description="Build the shared library, too")
    variant("zstd", default=True, description="Decode and encode Zstandard in parallel")
    variant("lz4", default=True, description="Decode and encode LZ4 in parallel")
    variant("blosc", default=True, description="Decode Blosc in parallel")
    variant("libaec", default=True, description="Decode SZIP in parallel")
    variant("python", default=False, when="+shared", description="Install the Python module h5grad")

    variant("mpi", default=False, description="Build the plugin for --mpi, for runs on many nodes")

    depends_on("c", type="build")
    depends_on("gmake", type="build")
    depends_on("pkgconfig", type=("build", "test"))

    # Any HDF5 will do, serial or parallel: a site has one, and h5grad makes no MPI calls. The
    # header of a parallel one includes MPI's.
    depends_on("hdf5@1.10.4:")
    depends_on("mpi", when="^hdf5+mpi")
    depends_on("mpi", when="+mpi")

    depends_on("libdeflate")
    depends_on("zstd", when="+zstd")
    depends_on("lz4", when="+lz4")
    depends_on("c-blosc", when="+blosc")
    depends_on("libaec", when="+libaec")
    depends_on("check@0.11:", type="test")

    extends("python", when="+python")
    depends_on("python@3.9:", when="+python", type=("build", "run"))
    depends_on("py-numpy", when="+python", type=("run", "test"))
    depends_on("py-h5py", when="+python", type="test")

    sanity_check_is_file = [
        join_path("bin", "h5grad"),
        join_path("include", "h5grad.h"),
        join_path("lib", "pkgconfig", "h5grad.pc"),
    ]

    def flag_handler(self, name, flags):
        # Flags of the user's go to configure, where they replace its own, not into the wrapper.
        return (None, None, flags)

    def configure_args(self):
        args = ["--with-hdf5={0}".format(self.spec["hdf5"].prefix), "--with-libdeflate"]
        args += self.enable_or_disable("shared")
        args += self.enable_or_disable("python")
        for codec in ("zstd", "lz4", "blosc", "libaec"):
            args += self.with_or_without(codec)
        if self.spec.satisfies("+mpi"):
            args.append("--with-mpi={0}".format(self.spec["mpi"].mpicc))
        return args

    def test_version(self):
        """the program starts and says its version"""
        h5grad = which(join_path(self.prefix.bin, "h5grad"))
        out = h5grad("--version", output=str.split, error=str.split)
        assert "h5grad {0}".format(self.spec.version) in out
