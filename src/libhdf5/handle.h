/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the drivers of inputs and outputs share: a handle per open file. A file's handle is found by
 * the pointer that H5Fget_vfd_handle returns. H5Fget_access_plist would tell the driver, but copies
 * the access list, which takes longer than opening a dataset. Within hg_enter.
 */
#ifndef H5GRAD_LIBHDF5_HANDLE_H
#define H5GRAD_LIBHDF5_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "libhdf5/h5.h"
#if H5_VERSION_GE(1, 13, 0)
    #include <H5FDdevelop.h>
#endif

/* The last raw data that passed a driver. The driver learns where the bytes of a chunk lie when
 * libhdf5 reads or writes them; that of outputs can also dictate where libhdf5 places them. */
struct h5_probe {
    bool discard;     /* set: the driver reads no bytes */
    bool placing;     /* set: nor does it write raw data at told_at, which are there */
    bool told;        /* set: the next raw data that is allocated is placed at told_at; ... */
    uint64_t told_at; /* ... then told is cleared */
    uint64_t address; /* of the last transfer */
    uint64_t size;    /* of the last transfer */
    unsigned proven;  /* see hg_contiguous_is_proven */
};

/* First member of each driver's handle. fd comes first, as in the handle of sec2. */
struct h5_handle {
    int fd;
    const void *driver; /* the driver's class */
    struct h5_probe probe;
    haddr_t end_of_allocation;
    struct h5_handle *next, *previous;
};

/* First member of each driver's file struct. */
struct h5_file {
    H5FD_t public; /* libhdf5's part */
    struct h5_handle handle;
};

/* The list of handles: add one with fd and driver set when its file is opened. */
void hg_handle_add(struct h5_handle *handle);
void hg_handle_remove(struct h5_handle *handle);

/* Returns the handle of a file, or of the file that contains object, valid while the file is open;
 * NULL for files of other drivers. */
struct h5_handle *hg_handle_of(hid_t object);

/* Says that an object lies in a file itself, so that hg_handle_of need not ask libhdf5. */
void hg_handle_note(hid_t object, hid_t file);

/* The same for one driver only. */
void *hg_handle_by(hid_t object, const void *driver);

/* Returns the POSIX descriptor of the file that contains object, or of a file itself; external
 * links may lead to other files. -1 if it has none. It belongs to the file: do not close it. */
int hg_descriptor(hid_t object);

/* The probe of the file that contains object, valid while it is open; NULL for other drivers'
 * files. */
struct h5_probe *hg_probe_of(hid_t object);

/* Callbacks of both drivers' classes; the file begins with struct h5_file. */
herr_t hg_handle_query(const H5FD_t *file, unsigned long *flags);
haddr_t hg_handle_get_eoa(const H5FD_t *file, H5FD_mem_t type);
herr_t hg_handle_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address);
herr_t hg_handle_get(H5FD_t *file, hid_t access, void **handle);

/* Records a transfer of raw data for a driver. True if the driver must not perform it. */
static inline bool h5_probe_note(struct h5_probe *probe, H5FD_mem_t type, uint64_t address,
                                 uint64_t size)
{
    if (type != H5FD_MEM_DRAW)
        return false;
    probe->address = address;
    probe->size = size;
    return probe->discard;
}

#endif
