/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/foreign.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define HEAD_BYTES 32

/* A format's first bytes, as its specification or file(1) gives them. */
struct signature {
    const char *bytes;
    size_t size;
    const char *format;
};

#define SIGNATURE(bytes, format)                                                                   \
    {                                                                                              \
        bytes, sizeof bytes - 1, format                                                            \
    }

static const struct signature signatures[] = {
    SIGNATURE("CDF\1", "is a netCDF-3 file: nccopy -k nc4 IN OUT makes HDF5 of it"),
    SIGNATURE("CDF\2", "is a netCDF-3 file: nccopy -k nc4 IN OUT makes HDF5 of it"),
    SIGNATURE("CDF\5", "is a netCDF-3 file: nccopy -k nc4 IN OUT makes HDF5 of it"),
    SIGNATURE("\x0e\x03\x13\x01", "is an HDF4 file: h4toh5 IN OUT makes HDF5 of it"),
    SIGNATURE("MATLAB 5.0 MAT-file", "is a MATLAB 5 file: save it with -v7.3, which is HDF5"),
    SIGNATURE("\x1f\x8b", "is compressed with gzip: gunzip it first"),
    SIGNATURE("BZh", "is compressed with bzip2: bunzip2 it first"),
    SIGNATURE("\3757zXZ", "is compressed with xz: unxz it first"),
    SIGNATURE("\x28\xb5\x2f\xfd", "is compressed with zstd: unzstd it first"),
    SIGNATURE("PK\3\4", "is a zip archive (.zip, .npz): unpack it first"),
    SIGNATURE("\x93NUMPY", "is a NumPy array (.npy): h5py's create_dataset(data=numpy.load(IN)) "
                           "makes HDF5 of it"),
    SIGNATURE("GRIB", "is a GRIB file: cdo -f nc4 copy IN OUT makes netCDF-4 of it, which is HDF5"),
    SIGNATURE("SIMPLE  =", "is a FITS file: fits2hdf makes HDF5 of it"),
    SIGNATURE("version https://git-lfs", "is a pointer of Git LFS: git lfs pull fetches the data"),
    SIGNATURE("/annex/objects/", "is a pointer of git-annex: git annex get fetches the data"),
    SIGNATURE("<!DOCTYPE html", "is a web page: what was to be downloaded is not in it"),
    SIGNATURE("<!doctype html", "is a web page: what was to be downloaded is not in it"),
    SIGNATURE("<html", "is a web page: what was to be downloaded is not in it"),
};

const char *hg_foreign_format(const char *path)
{
    char head[HEAD_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : -1;
    if (fd >= 0)
        close(fd);
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const struct signature *known = &signatures[i];
        if (n >= (ssize_t)known->size && memcmp(head, known->bytes, known->size) == 0)
            return known->format;
    }
    return n == 0 ? "is empty" : NULL;
}
