/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the drivers of inputs and outputs keep of an open file. Their files are found among all by
 * the handle that H5Fget_vfd_handle gives: libhdf5 would tell the driver only with a copy of the
 * file's access list, which takes longer than opening a dataset. Within h5_enter.
 */
#ifndef H5GRAD_LIBHDF5_HANDLE_H
#define H5GRAD_LIBHDF5_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "libhdf5/h5.h"
#if H5_VERSION_GE(1, 13, 0)
    #include <H5FDdevelop.h>
#endif

/* Raw data as a driver sees it pass: where libhdf5 keeps the bytes of a chunk is told by the driver
 * that is asked for them. */
struct h5_probe {
    bool discard;     /* set to move no bytes, from the file or to it */
    uint64_t address; /* of what libhdf5 moved last ... */
    uint64_t size;    /* ... and its bytes */
};

/* First member of each driver's own handle; as for sec2 the descriptor comes first. */
struct h5_handle {
    int fd;
    const void *driver; /* the class of the driver */
    struct h5_probe probe;
    haddr_t end_of_allocation;
    struct h5_handle *next, *previous;
};

/* What each driver's own struct of an open file begins with. */
struct h5_file {
    H5FD_t public; /* libhdf5's part */
    struct h5_handle handle;
};

/* A driver has opened a file, of which fd and driver are set; or it closes it. */
void hg_handle_add(struct h5_handle *handle);
void hg_handle_remove(struct h5_handle *handle);

/* The handle of an open file, or of the file that an object lies in, valid as long as the file is
 * open; NULL for files of other drivers. */
struct h5_handle *hg_handle_of(hid_t object);

/* The same of one driver only. */
void *hg_handle_by(hid_t object, const void *driver);

/* The POSIX descriptor below the file that an object lies in, which another file's link may lead
 * to; a file is an object, too. -1 when it has none. It is the file's: not to be closed. */
int hg_descriptor(hid_t object);

/* What passes the driver of the file that an object lies in, valid as long as the file is open;
 * NULL for a file of other drivers than ours. */
struct h5_probe *hg_probe_of(hid_t object);

/* Functions of a driver's class, for files that begin with struct h5_file. */
herr_t hg_handle_query(const H5FD_t *file, unsigned long *flags);
haddr_t hg_handle_get_eoa(const H5FD_t *file, H5FD_mem_t type);
herr_t hg_handle_set_eoa(H5FD_t *file, H5FD_mem_t type, haddr_t address);
herr_t hg_handle_get(H5FD_t *file, hid_t access, void **handle);

/* For the drivers: notes what is to be moved; true when the bytes are dropped. */
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
