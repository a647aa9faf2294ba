/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All axes of a block at once, line by line: while a line of the input is in the first-level cache
 * every axis uses it, and as there is arithmetic between one store and the next, it is done while
 * the memory takes the stores. The compiler makes no such stores from plain C, hence the vectors;
 * where the processor has none of them, the kernels of kernel.c do the block.
 */
#include <string.h>

#include "base/element.h"
#include "base/stream.h"
#include "stencil/clones.h"
#include "stencil/stencil.h"

/* Of shorter lines too much is not whole cache lines. */
#define LEAST_LINE 128

#define LINE 64 /* bytes of a cache line */

/* A row of scalars: weights for each of them, or the same for all. */
struct row {
    ptrdiff_t length;
    ptrdiff_t shift; /* to the next point of the axis, in the input */
    double step;
    const double *a, *b, *c;
};

typedef void row_function(const struct row *row, const void *in, void *out);

struct row_functions {
    row_function *central, *weighted, *weighted_by_point;
};

#if defined __x86_64__ && defined __GNUC__
    #include <immintrin.h>

/* The whole cache lines of a row begin at scalar lines_first and end before lines_end. */
STENCIL_BODY ptrdiff_t lines_first(const void *out, size_t size, ptrdiff_t length)
{
    ptrdiff_t first = (ptrdiff_t)(-(uintptr_t)out % LINE / size);
    return first < length ? first : length;
}

STENCIL_BODY ptrdiff_t lines_end(ptrdiff_t first, size_t size, ptrdiff_t length)
{
    ptrdiff_t line = LINE / (ptrdiff_t)size;
    return first + (length - first) / line * line;
}

    #define AVX2            __attribute__((target("avx2")))
    #define AVX512          __attribute__((target("avx512f")))
    #define STORE_16(to, v) _mm_stream_si128((__m128i *)(void *)(to), (__m128i)(v))
    #define STORE_32(to, v) _mm256_stream_si256((__m256i *)(void *)(to), (__m256i)(v))
    #define STORE_64(to, v) _mm512_stream_si512((__m512i *)(void *)(to), (__m512i)(v))

    #define STREAM_TYPE           float
    #define STREAM_WIDTH          32
    #define STREAM_TARGET         AVX2
    #define STREAM_STORE(to, v)   STORE_32(to, v)
    #define STREAM_ROUNDED(to, v) STORE_16(to, v)
    #define STREAM_WIDEN(v)       _mm256_cvtps_pd((__m128)(v))
    #define STREAM_NAME(verb)     verb##_F32_AVX2
    #include "stencil/stream_template.h"

    #define STREAM_TYPE           double
    #define STREAM_WIDTH          32
    #define STREAM_TARGET         AVX2
    #define STREAM_STORE(to, v)   STORE_32(to, v)
    #define STREAM_ROUNDED(to, v) STORE_32(to, v)
    #define STREAM_WIDEN(v)       (v)
    #define STREAM_NAME(verb)     verb##_F64_AVX2
    #include "stencil/stream_template.h"

    #define STREAM_TYPE           float
    #define STREAM_WIDTH          64
    #define STREAM_TARGET         AVX512
    #define STREAM_STORE(to, v)   STORE_64(to, v)
    #define STREAM_ROUNDED(to, v) STORE_32(to, v)
    #define STREAM_WIDEN(v)       _mm512_cvtps_pd((__m256)(v))
    #define STREAM_NAME(verb)     verb##_F32_AVX512
    #include "stencil/stream_template.h"

    #define STREAM_TYPE           double
    #define STREAM_WIDTH          64
    #define STREAM_TARGET         AVX512
    #define STREAM_STORE(to, v)   STORE_64(to, v)
    #define STREAM_ROUNDED(to, v) STORE_64(to, v)
    #define STREAM_WIDEN(v)       (v)
    #define STREAM_NAME(verb)     verb##_F64_AVX512
    #include "stencil/stream_template.h"

    #define FUNCTIONS(set)                                                                         \
        {                                                                                          \
            central_##set, weighted_##set, weighted_by_point_##set                                 \
        }

/* NULL where the processor has none. */
static const struct row_functions *find_functions(enum element element)
{
    static const struct row_functions avx2[2] = {FUNCTIONS(F32_AVX2), FUNCTIONS(F64_AVX2)};
    static const struct row_functions avx512[2] = {FUNCTIONS(F32_AVX512), FUNCTIONS(F64_AVX512)};
    const int which = element == ELEMENT_F64;
    if (__builtin_cpu_supports("avx512f"))
        return &avx512[which];
    return __builtin_cpu_supports("avx2") ? &avx2[which] : NULL;
}

#else

static const struct row_functions *find_functions(enum element element)
{
    (void)element;
    return NULL;
}

#endif

/* The points of the block along its axis that are not ends of the axis: [*inside, *end). */
static void find_inside(const struct stencil_block *block, uint64_t *inside, uint64_t *end)
{
    const uint64_t count = block->count[block->axis];
    *inside = block->first == 0 ? 1 : 0;
    *end = count - (block->first + count == block->stencil->extent ? 1 : 0);
}

/* The run behind the last differentiated axis, which with that axis makes the line; 0 where the
 * line is not contiguous, too short, or has weights that are not by scalar. */
static uint64_t find_run(const struct stencil_block *block, unsigned n, unsigned *line_axis)
{
    const struct stencil_block *last = &block[0];
    for (unsigned k = 1; k < n; k++)
        last = block[k].axis > last->axis ? &block[k] : last;
    uint64_t run = 1;
    for (unsigned i = last->rank; i-- > last->axis;) {
        if (last->in_stride[i] != (ptrdiff_t)run || last->out_stride[i] != (ptrdiff_t)run)
            return 0;
        run *= last->count[i];
    }
    if (run < LEAST_LINE)
        return 0;
    *line_axis = last->axis;
    run /= last->count[last->axis];
    return run == 1 || last->stencil->uniform ? run : 0;
}

/* The part of one line that is inside along the axis of one block. at: position in the block. */
static void do_row(const struct row_functions *functions, const struct stencil_block *block,
                   size_t size, const uint64_t *at, bool along, uint64_t run, const char *in,
                   char *out)
{
    uint64_t inside, end, skip = along ? 0 : at[block->axis];
    find_inside(block, &inside, &end);
    struct row row = {.shift = block->in_stride[block->axis], .step = block->stencil->step};
    if (along) {
        skip = inside;
        row.length = (ptrdiff_t)((end - inside) * run);
        in += inside * run * size;
        out += inside * run * size;
    } else {
        if (skip < inside || skip >= end)
            return;
        row.length = (ptrdiff_t)run;
    }
    if (block->stencil->uniform) {
        functions->central(&row, in, out);
        return;
    }
    row.a = block->a + skip;
    row.b = block->b + skip;
    row.c = block->c + skip;
    (along ? functions->weighted_by_point : functions->weighted)(&row, in, out);
}

/* The ends of the axis that lie in the block, by the kernel. */
static void do_ends(enum element element, const struct stencil_block *block, const char *in,
                    char *out)
{
    const unsigned axis = block->axis;
    const size_t size = element_size(element);
    stencil_kernel *kernel =
        stencil_find(element, block->stencil->uniform ? element : ELEMENT_F64, element);
    uint64_t inside, end;
    find_inside(block, &inside, &end);
    struct stencil_block part = *block;
    part.count[axis] = 1;
    if (inside > 0)
        kernel(&part, in, out);
    if (end == block->count[axis])
        return;
    part.first += end;
    if (!block->stencil->uniform) {
        part.a += end;
        part.b += end;
        part.c += end;
    }
    kernel(&part, in + (ptrdiff_t)end * block->in_stride[axis] * (ptrdiff_t)size,
           out + (ptrdiff_t)end * block->out_stride[axis] * (ptrdiff_t)size);
}

/* Steps at, a position along the axes before line_axis, and the offsets in scalars that belong to
 * it; false after the last. */
static bool next_line(const struct stencil_block *block, unsigned line_axis, uint64_t *at,
                      ptrdiff_t *in, ptrdiff_t *out)
{
    for (unsigned i = line_axis; i-- > 0;) {
        *in += block->in_stride[i];
        *out += block->out_stride[i];
        if (++at[i] < block->count[i])
            return true;
        *in -= block->in_stride[i] * (ptrdiff_t)at[i];
        *out -= block->out_stride[i] * (ptrdiff_t)at[i];
        at[i] = 0;
    }
    return false;
}

bool stencil_stream(enum element element, unsigned n, const struct stencil_block *block,
                    const void *in, void *const *out)
{
    const struct row_functions *functions = find_functions(element);
    unsigned line_axis;
    const uint64_t run = find_run(block, n, &line_axis);
    const ptrdiff_t size = (ptrdiff_t)element_size(element);
    if (!functions || run == 0)
        return false;
    const uint64_t line = run * block->count[line_axis];
    uint64_t at[GRID_MAX_RANK + 1] = {0};
    ptrdiff_t from = 0, to = 0;
    do {
        for (unsigned k = 0; k < n; k++) {
            bool along = block[k].axis == line_axis;
            do_row(functions, &block[k], (size_t)size, at, along, along ? run : line,
                   (const char *)in + from * size, (char *)out[k] + to * size);
        }
    } while (next_line(block, line_axis, at, &from, &to));
    stream_end();
    for (unsigned k = 0; k < n; k++)
        do_ends(element, &block[k], in, out[k]);
    return true;
}
