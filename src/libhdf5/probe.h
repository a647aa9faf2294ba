/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Raw data as the drivers of inputs and outputs see it pass: where libhdf5 keeps the bytes of a
 * chunk is told by the driver that is asked for them.
 */
#ifndef H5GRAD_LIBHDF5_PROBE_H
#define H5GRAD_LIBHDF5_PROBE_H

#include <stdbool.h>

#include "libhdf5/h5.h"

/* Of an open file; under the lock. */
struct h5_raw {
    bool dropped;     /* set to move no bytes, from the file or to it */
    uint64_t address; /* of what libhdf5 moved last ... */
    uint64_t size;    /* ... and its bytes */
};

/* For the drivers: notes what is to be moved; true when the bytes are dropped. */
static inline bool h5_raw_note(struct h5_raw *raw, H5FD_mem_t type, uint64_t address, uint64_t size)
{
    if (type != H5FD_MEM_DRAW)
        return false;
    raw->address = address;
    raw->size = size;
    return raw->dropped;
}

#endif
