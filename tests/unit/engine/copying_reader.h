/* SPDX-License-Identifier: BSD-3-Clause */
/* A reader of an array in memory that fills buffers as those of files do. */
#ifndef H5GRAD_TESTS_COPYING_READER_H
#define H5GRAD_TESTS_COPYING_READER_H

#include "reader/reader.h"

/* Points of size bytes, as many scalars as components; data and extent stay the caller's. What no
 * result may depend on, as the corners of halos, becomes not a number. */
struct reader *copying_reader_open(const void *data, size_t size, unsigned components,
                                   unsigned rank, const uint64_t *extent);

/* How many tiles, or pieces of the streamed ones, were read. */
unsigned copying_reader_tiles(const struct reader *reader);

#endif
