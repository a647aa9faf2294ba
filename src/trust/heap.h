/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The global heap of a file, where HDF5 keeps what has a variable length, as it lies in the file.
 * libhdf5 trusts what the heap says of itself, which a file that came from somewhere need not
 * deserve.
 */
#ifndef H5GRAD_TRUST_HEAP_H
#define H5GRAD_TRUST_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* An unsigned integer of up to 8 bytes, as HDF5 stores them all. */
static inline uint64_t h5_little_endian(const unsigned char *p, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = bytes; i-- > 0;)
        value = value << 8 | p[i];
    return value;
}

struct h5_access;

/* The most bytes of variable length that may be read at once, and that a collection may have. */
uint64_t hg_heap_most(const struct h5_access *access);

/* Those of an open file. */
struct h5_heaps {
    int fd;
    uint64_t end;  /* of the file */
    uint64_t base; /* where addresses count from */
    unsigned address_bytes, length_bytes;
    struct h5_access *access;
    void *known;  /* sizes of objects, of collections that were asked for */
    size_t bytes; /* of memory */
};

/* By the file's superblock; where there is none no collection is sound. The descriptor and access
 * stay the caller's. */
void hg_heaps_open(struct h5_heaps *heaps, int fd, uint64_t end, struct h5_access *access);
void hg_heaps_close(struct h5_heaps *heaps);

/*
 * Judges what libhdf5 reads at an offset of the file: size bytes, which may be the beginning of a
 * collection. False for one through which libhdf5, at least 1.10, would go without end: free space
 * of no size, or an object that reaches back; and for one that is too large. It is judged as a
 * whole when its first bytes are read.
 */
bool hg_heap_is_sound(const struct h5_heaps *heaps, uint64_t offset, const unsigned char *bytes,
                      size_t size);

/* An object: where in the file its bytes are. */
struct h5_heap_object {
    uint64_t offset, size;
};

/* Finds an object of the collection at an address; H5GRAD_FAILED where there is none, or the
 * collection is not sound, or H5GRAD_NO_MEMORY. */
enum h5grad_status hg_heap_find(struct h5_heaps *heaps, uint64_t address, uint64_t number,
                                struct h5_heap_object *object);

/* Whether a collection seems to begin at an address. */
bool hg_heap_begins(const struct h5_heaps *heaps, uint64_t address);

/*
 * Layouts of virtual datasets, whose mappings lie in the heap (trust/virtual_layout.c). libhdf5, at
 * least 1.10, counts on the numbers that a mapping gives of its blocks: it goes on behind the end
 * of the mapping, for hours. Gives a layout whose mappings do not hold what they say a version that
 * libhdf5 refuses, in a part of an object header that was read: size bytes at an offset of the
 * file.
 */
void hg_layout_refuse(struct h5_heaps *heaps, uint64_t offset, unsigned char *bytes, size_t size);

#endif
