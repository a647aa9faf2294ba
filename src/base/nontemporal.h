/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies past the caches, for large results that nobody reads soon. */
#ifndef H5GRAD_BASE_NONTEMPORAL_H
#define H5GRAD_BASE_NONTEMPORAL_H

#include <stddef.h>

/* As memcpy, but whole cache lines of to are written without being read first, and do not displace
 * what is in the caches; elsewhere than on x86-64 it is memcpy. What was written is seen by other
 * threads after hg_stream_end of this one and the usual synchronisation. */
void hg_stream_copy(void *restrict to, const void *restrict from, size_t size);
void hg_stream_end(void);

#endif
