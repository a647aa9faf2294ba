/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layouts of virtual datasets as they lie in a file. libhdf5, at least 1.10, counts on the numbers
 * that a mapping gives of its blocks: it goes on behind the end of the mapping, for hours.
 */
#ifndef H5GRAD_TRUST_VIRTUAL_LAYOUT_H
#define H5GRAD_TRUST_VIRTUAL_LAYOUT_H

#include "trust/heap.h"

/* Gives a layout whose mappings do not hold what they say a version that libhdf5 refuses, in a part
 * of an object header that was read: size bytes at an offset of the file. */
void hg_layout_refuse(struct h5_heaps *heaps, uint64_t offset, unsigned char *bytes, size_t size);

#endif
