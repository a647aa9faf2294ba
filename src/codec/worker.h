/* SPDX-License-Identifier: BSD-3-Clause */
/* What one thread keeps between chunks. */
#ifndef H5GRAD_CODEC_WORKER_H
#define H5GRAD_CODEC_WORKER_H

#include <stdint.h>

/* State of the libraries of the filters (decompressors and the like), made when first needed. */
struct codec_worker;
struct codec_worker *hg_codec_worker_new(void);
void hg_codec_worker_free(struct codec_worker *worker); /* NULL allowed */

/* Buffers a worker has: two for its user's chunks, two for what the filters do inside one call. */
enum codec_space { CODEC_STORED, CODEC_SCRATCH, CODEC_OWN_FIRST, CODEC_OWN_SECOND, CODEC_SPACES };

/* One of the buffers, the worker's: at least bytes (0 allowed) at a multiple of 64, whose contents
 * are kept only while no more is asked for. NULL when there is no memory. */
void *hg_codec_worker_space(struct codec_worker *worker, enum codec_space space, uint64_t bytes);

/* Gives the buffers back, when something else needs the memory. */
void hg_codec_worker_release(struct codec_worker *worker);

#endif
