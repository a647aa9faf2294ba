/* SPDX-License-Identifier: BSD-3-Clause */
/* A reader of an array in memory that fills buffers, as readers of files do. */
#ifndef H5GRAD_TESTS_COPYING_READER_H
#define H5GRAD_TESTS_COPYING_READER_H

#include "reader/reader.h"

/* Opens a reader of points of size bytes, of components scalars each; data and extent stay the
 * caller's. Points that no result may depend on, the corners of halos, become NaN. */
struct reader *copying_reader_open(const void *data, size_t size, unsigned components,
                                   unsigned rank, const uint64_t *extent);

/* Returns how many tiles, or parts of tiles in sweeps, were read. */
unsigned copying_reader_tiles(const struct reader *reader);

/* Watches what is announced, with one worker. */
void copying_reader_watch(struct reader *reader);

/* Returns how many of those hold points that were not announced before they were read. */
unsigned copying_reader_surprises(const struct reader *reader);

#endif
