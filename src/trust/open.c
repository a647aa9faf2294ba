/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "libhdf5/metadata_cache.h"
#include "libhdf5/handle.h"
#include "trust/input_driver.h"

/* The chunk cache of each dataset that H5Dread reads. libhdf5 fixes it when the dataset is first
 * opened, so it is set for the whole file. A preemption near 1 evicts chunks that were read whole
 * first, which decodes the fewest twice for tiles of one chunk and their halos. With exactly 1 no
 * others would be evicted, and the cache would grow without bound. */
#define CHUNK_SLOTS      2003
#define CHUNK_BYTES      ((size_t)8 << 20)
#define CHUNK_PREEMPTION 0.99

/* Reports the system's reasons, clearer than libhdf5's, before a pipe could block in open. */
static enum h5grad_status check_readable(const char *path, struct h5grad_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return hg_error_errno(err, errno, "cannot open");
    if (S_ISDIR(status.st_mode))
        return hg_error_set(err, H5GRAD_FAILED, "is a directory");
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return hg_error_set(err, H5GRAD_FAILED, "is not a regular file");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return hg_error_errno(err, errno, "cannot open");
    close(fd);
    return H5GRAD_OK;
}

/* Likewise of all members. Those of a family have one size; the last one that is not empty may have
 * less. */
static enum h5grad_status check_members(const struct h5_member_names *names,
                                        struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    off_t most = 0;
    for (size_t i = 0; i < names->n && !status; i++) {
        struct stat info;
        status = check_readable(names->path[i], err);
        if (status && names->made != H5_MADE_WHOLE)
            hg_error_context(err, status, "its member %s", names->path[i]);
        if (status || names->made != H5_MADE_FAMILY || stat(names->path[i], &info) != 0)
            continue;
        if (i > 0 && info.st_size > most)
            status = hg_error_set(err, H5GRAD_FAILED,
                                  "its member %s is damaged: it has %jd bytes, or the one before "
                                  "too few",
                                  names->path[i], (intmax_t)info.st_size);
        most = i == 0 || info.st_size == most ? info.st_size : 0;
    }
    return status;
}

/* Leaves the close degree at the driver's default: libhdf5 refuses to open a file with two
 * degrees. */
static hid_t access_list(struct h5_access *access)
{
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    bool ok = list >= 0 && (access ? hg_input_select(list, access) : H5Pset_fapl_sec2(list) >= 0);
    ok = ok && H5Pset_cache(list, 0, CHUNK_SLOTS, CHUNK_BYTES, CHUNK_PREEMPTION) >= 0;
    ok = ok && (!access || hg_metadata_cache_choose(list, access->memory));
#if H5_VERSION_GE(1, 12, 0)
    ok = ok && H5Pset_vol(list, H5VL_NATIVE, NULL) >= 0;
#endif
    return hg_keep_if(ok, list);
}

#define HEAD_BYTES 32

/* The first bytes of a format, by its specification or file(1). */
struct signature {
    const char *bytes;
    size_t size;
    const char *format;
};

#define SIGNATURE(bytes, format)                                                                   \
    {                                                                                              \
        bytes, sizeof bytes - 1, format                                                            \
    }

#define NETCDF_3 "is a netCDF-3 file: nccopy -k nc4 IN OUT makes HDF5 of it"
#define WEB_PAGE "is a web page: what was to be downloaded is not in it"

static const struct signature signatures[] = {
    SIGNATURE("CDF\1", NETCDF_3),
    SIGNATURE("CDF\2", NETCDF_3),
    SIGNATURE("CDF\5", NETCDF_3),
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
    SIGNATURE("<!DOCTYPE html", WEB_PAGE),
    SIGNATURE("<!doctype html", WEB_PAGE),
    SIGNATURE("<html", WEB_PAGE),
};

/* Says what format a file has by its first bytes, and how to make HDF5 of it; NULL if unknown. */
static const char *foreign_format(const char *path)
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

/* What libhdf5 says of a file that it does not open, and of its marks of a writer. */
struct marks {
    bool writing;   /* it has them, or ... */
    bool otherwise; /* ... those of one that does not write in SWMR mode */
    bool truncated; /* it should be longer */
};

static herr_t note_marks(unsigned n, const H5E_error2_t *entry, void *user)
{
    (void)n;
    struct marks *marks = user;
    const char *text = entry->desc ? entry->desc : "";
    marks->truncated = marks->truncated || strstr(text, "truncated file");
    marks->writing = marks->writing || strstr(text, "h5clear");
    marks->otherwise = marks->otherwise || strstr(text, "not already open for SWMR writing");
    return 0;
}

static enum h5grad_status explain_failure(const char *path, const struct h5_access *access,
                                          struct h5grad_error *err)
{
    struct marks marks = {false, false, false};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_marks, &marks);
    enum h5grad_status status = hg_hdf5_error(err, "cannot open");
    if (access->lock[0] != '\0')
        return hg_error_set(err, H5GRAD_FAILED,
                            "cannot be locked: %s (HDF5_USE_FILE_LOCKING=FALSE in the environment "
                            "reads it all the same)",
                            access->lock);
    if (marks.otherwise)
        return hg_error_set(
            err, H5GRAD_FAILED,
            "is open for writing or was not closed properly, and not in SWMR mode (once nothing "
            "writes to it, h5clear -s makes it readable)");
    if (marks.writing)
        return hg_error_set(
            err, H5GRAD_FAILED,
            "is open for writing or was not closed properly (--swmr reads beside a writer in SWMR "
            "mode; once nothing writes to it, h5clear -s makes it readable)");
    if (marks.truncated && access->names.next)
        return hg_error_set(err, H5GRAD_FAILED,
                            "its member %s is missing, or the one before is cut off",
                            access->names.next);
    struct h5grad_error member;
    if (access->names.made == H5_MADE_WHOLE && hg_member_explain(path, &member))
        return hg_error_set(err, H5GRAD_FAILED, "%s", member.message);
    htri_t known = H5Fis_hdf5(path);
    H5Eclear2(H5E_DEFAULT);
    const char *format = known == 0 ? foreign_format(path) : NULL;
    if (known == 0)
        return hg_error_set(err, H5GRAD_FAILED, "%s", format ? format : "is not an HDF5 file");
    return status;
}

unsigned hg_open_mode(const struct h5_access *access)
{
    return access && access->swmr ? H5F_ACC_RDONLY | H5F_ACC_SWMR_READ : H5F_ACC_RDONLY;
}

hid_t hg_open_to_judge(struct h5_access *access, const char *path, const struct stat *info,
                       hid_t list, struct h5grad_error *err)
{
    access->judging = true;
    hid_t file = H5Fopen(path, hg_open_mode(access), list);
    access->judging = false;
    if (file >= 0)
        return file;
    explain_failure(path, access, err);
    if (hg_access_add_unfit(access, info, err))
        hg_note_no_memory();
    return -1;
}

/* True if the calling program has the file open. It is then read through libhdf5's own driver,
 * which shares what is not yet written. */
static bool is_open_here(const char *path)
{
    struct stat wanted;
    struct stat open_one;
    ssize_t n = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE);
    BASE_FREED hid_t *files =
        n > 0 && stat(path, &wanted) == 0 ? hg_memory_zeroed((uint64_t)n, sizeof *files) : NULL;
    bool found = false;
    if (files)
        n = H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE, (size_t)n, files);
    for (ssize_t i = 0; files && i < n && !found; i++) {
        int fd = hg_input_access(files[i]) ? -1 : hg_descriptor(files[i]);
        found = fd >= 0 && fstat(fd, &open_one) == 0 && file_is_same(&wanted, &open_one);
    }
    return found;
}

hid_t hg_open_input(const char *path, struct h5_access *access, struct h5grad_error *err)
{
    if (hg_member_names(path, &access->names, err) != H5GRAD_OK ||
        check_members(&access->names, err) != H5GRAD_OK ||
        hg_access_place(access, access->names.path[0], err) != H5GRAD_OK)
        return -1;
    path = access->names.path[0];
    H5_CLOSED hid_t list = access_list(is_open_here(path) ? NULL : access);
    if (list < 0) {
        hg_hdf5_error(err, "cannot choose how to open files");
        return -1;
    }
    access->manifest.growing = access->swmr;
    hid_t file = H5Fopen(path, hg_open_mode(access), list);
    if (file < 0)
        explain_failure(path, access, err);
    return file;
}
