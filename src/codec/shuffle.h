/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The byte transpositions of the shuffle filter, which szip and bitshuffle use as well.
 *
 * size bytes are n = size / element elements. shuffle_bytes puts byte b of element i at b * n + i;
 * unshuffle_bytes is its inverse. The size % element bytes at the end stay where they are. in and
 * out do not overlap and need no alignment; element >= 1.
 */
#ifndef H5GRAD_CODEC_SHUFFLE_H
#define H5GRAD_CODEC_SHUFFLE_H

#include <stddef.h>

void hg_codec_shuffle_bytes(size_t element, const void *in, size_t size, void *out);
void hg_codec_unshuffle_bytes(size_t element, const void *in, size_t size, void *out);

#endif
