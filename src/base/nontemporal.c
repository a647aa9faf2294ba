/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/nontemporal.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
    #include <emmintrin.h>

    #define LINE 64

/* Stores one cache line, 16 bytes of SSE2 at a time, which the processor combines. */
static void stream_line(char *to, const char *from)
{
    for (size_t i = 0; i < LINE; i += sizeof(__m128i))
        _mm_stream_si128((__m128i *)(void *)(to + i),
                         _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
}
#endif

void hg_stream_copy(void *restrict to, const void *restrict from, size_t size)
{
    char *out = to;
    const char *in = from;
#ifdef __SSE2__
    size_t head = (size_t)(-(uintptr_t)out % LINE);
    if (head > size)
        head = size;
    memcpy(out, in, head);
    for (out += head, in += head, size -= head; size >= LINE; out += LINE, in += LINE, size -= LINE)
        stream_line(out, in);
#endif
    memcpy(out, in, size);
}

void hg_stream_end(void)
{
#ifdef __SSE2__
    _mm_sfence();
#endif
}
