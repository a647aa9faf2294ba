/* SPDX-License-Identifier: BSD-3-Clause */
#include "output/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"
#include "hdf5/create.h"

/* libhdf5 places metadata in blocks of that size. Larger ones are written at a time, and fewer
 * remain unfilled between the points of results. At most about a tenth of the metadata, of some 700
 * bytes a result, is left unfilled in the end. */
#define LEAST_BLOCK      ((uint64_t)2 << 10) /* libhdf5's default */
#define MOST_BLOCK       ((uint64_t)64 << 10)
#define BYTES_PER_RESULT 64

static hid_t access_list(size_t results, atomic_int *failure)
{
    const uint64_t block = size_min(size_max(results * BYTES_PER_RESULT, LEAST_BLOCK), MOST_BLOCK);
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0)
        return -1;
        /* A complex type of libhdf5 2 needs a newer file format than anything else here. */
#if H5_VERSION_GE(2, 0, 0)
    H5F_libver_t high = H5F_LIBVER_LATEST;
#else
    H5F_libver_t high = H5F_LIBVER_V18;
#endif
    bool ok = hg_output_select(list, failure) &&
              H5Pset_libver_bounds(list, H5F_LIBVER_V18, high) >= 0 &&
              H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) >= 0 &&
              H5Pset_meta_block_size(list, block) >= 0;
#if H5_VERSION_GE(1, 12, 0)
    ok = ok && H5Pset_vol(list, H5VL_NATIVE, NULL) >= 0;
#endif
    /* Nobody else knows the name, and some file systems have no locks. */
#if H5_VERSION_GE(1, 14, 0) || (H5_VERSION_GE(1, 12, 1) && !H5_VERSION_GE(1, 13, 0)) ||            \
    (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
    ok = ok && H5Pset_file_locking(list, false, true) >= 0;
#endif
    if (ok)
        return list;
    hg_close(list);
    return -1;
}

static hid_t creation_list(void)
{
    hid_t list = H5Pcreate(H5P_FILE_CREATE);
    if (list >= 0 && hg_create_prepare(list) && hg_create_prepare_links(list))
        return list;
    hg_close(list);
    return -1;
}

hid_t hg_new_file_open(const char *name, size_t results, atomic_int *failure,
                       struct h5grad_error *err)
{
    H5_CLOSED hid_t access_id = access_list(results, failure);
    H5_CLOSED hid_t creation = creation_list();
    if (access_id < 0 || creation < 0) {
        hg_hdf5_error(err, "choosing how the file is made");
        return -1;
    }
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, creation, access_id);
    if (file < 0)
        hg_hdf5_error(err, "cannot create %s", name);
    return file;
}

/* If libhdf5 cannot close the file, it may still write to it, so failure is not freed. */
enum h5grad_status hg_new_file_close(hid_t file, atomic_int *failure, struct h5grad_error *err)
{
    bool closed = hg_close(file);
    int number = *failure;
    if (closed)
        free(failure);
    if (number != 0)
        return hg_error_errno(err, number, "writing");
    return closed ? H5GRAD_OK : hg_hdf5_error(err, "closing the file");
}

enum h5grad_status hg_new_file_sync(const char *path, int flags, struct h5grad_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return hg_error_errno(err, errno, "opening %s to sync it", path);
    /* EINVAL: the file system has nothing to sync here, as some have not for folders. */
    int number = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    return number ? hg_error_errno(err, number, "syncing %s", path) : H5GRAD_OK;
}

int hg_new_file_rename(const char *from, const char *to)
{
#ifdef RENAME_NOREPLACE
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        return errno;
#endif
    if (link(from, to) == 0) {
        unlink(from);
        return 0;
    }
    if (errno == EEXIST)
        return EEXIST;
    /* without system support: a file made at this very moment would be lost */
    struct stat info;
    if (lstat(to, &info) == 0)
        return EEXIST;
    return rename(from, to) == 0 ? 0 : errno;
}
