/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The global heap of a file, where HDF5 keeps elements of variable length. Read without libhdf5,
 * which trusts its sizes.
 */
#ifndef H5GRAD_TRUST_HEAP_H
#define H5GRAD_TRUST_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Decodes an unsigned integer of up to 8 bytes in HDF5's byte order. */
static inline uint64_t h5_little_endian(const unsigned char *p, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = bytes; i-- > 0;)
        value = value << 8 | p[i];
    return value;
}

struct h5_access;
struct h5_members;

/* Limit in bytes of variable length that are read at once, and of a collection. */
uint64_t hg_heap_most(const struct h5_access *access);

/* The collections of an open file that were looked up. */
struct h5_heaps {
    const struct h5_members *members;
    uint64_t base; /* to be added to addresses */
    unsigned address_bytes, length_bytes;
    struct h5_access *access;
    void *known;  /* tree of cached collections */
    size_t bytes; /* memory of the cache */
};

/* Reads the superblock; without one no collection is sound. members and access stay the caller's.
 */
void hg_heaps_open(struct h5_heaps *heaps, const struct h5_members *members,
                   struct h5_access *access);
void hg_heaps_close(struct h5_heaps *heaps);

/*
 * Checks size bytes that libhdf5 reads at an offset of the file. If a collection begins there,
 * checks all of it: false if it is too large, or if libhdf5, at least 1.10, would loop forever on
 * it (free space of size 0, an object that reaches back).
 */
bool hg_heap_is_sound(const struct h5_heaps *heaps, uint64_t offset, const unsigned char *bytes,
                      size_t size);

/* Place of an object's bytes in the file. */
struct h5_heap_object {
    uint64_t offset, size;
};

/* Finds an object of the collection at an address. H5GRAD_FAILED if there is none or the collection
 * is not sound; H5GRAD_NO_MEMORY. */
enum h5grad_status hg_heap_find(struct h5_heaps *heaps, uint64_t address, uint64_t number,
                                struct h5_heap_object *object);

/* True if a collection seems to begin at an address. */
bool hg_heap_begins(const struct h5_heaps *heaps, uint64_t address);

/*
 * Layouts of virtual datasets, whose mappings lie in the heap (trust/virtual_layout.c). libhdf5, at
 * least 1.10, trusts the number of blocks in a mapping and reads on behind its end, for hours. This
 * looks for layouts with truncated mappings in size bytes of an object header, read at an offset of
 * the file, and gives them a version that libhdf5 refuses.
 */
void hg_layout_refuse(struct h5_heaps *heaps, uint64_t offset, unsigned char *bytes, size_t size);

#endif
