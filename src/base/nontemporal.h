/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies past the caches, for large results that nobody reads soon. */
#ifndef H5GRAD_BASE_NONTEMPORAL_H
#define H5GRAD_BASE_NONTEMPORAL_H

#include <stddef.h>

/* Like memcpy, but on x86-64 whole cache lines of to are written without being read first or
 * displacing others. Other threads see the data after hg_stream_end in this thread and the usual
 * synchronisation. */
void hg_stream_copy(void *restrict to, const void *restrict from, size_t size);
void hg_stream_end(void);

#endif
