/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All axes of a block at once, line by line: while a line of the input is in the first-level cache
 * every axis uses it, and as there is arithmetic between one store and the next, it is done while
 * the memory takes the stores. The compiler makes no such stores from plain C, hence the vectors;
 * where the processor has none of them, the kernels of kernel.c do the block.
 */
#include <string.h>

#include "base/element.h"
#include "base/size.h"
#include "base/nontemporal.h"
#include "stencil/clones.h"
#include "stencil/stencil.h"

/* Of shorter lines too much is not whole cache lines. */
#define LEAST_LINE 128

#define LINE 64 /* bytes of a cache line */

/* Lines whose ends are computed at a time. */
#define GROUP 64

/* A row of scalars, at least two cache lines of them: weights for each of them, or the same for
 * all. */
struct row {
    ptrdiff_t length;
    ptrdiff_t shift; /* to the next point of the axis, in the input */
    double step;
    const double *a, *b, *c;
    const void *left, *right; /* the first and the last one, unless NULL: like all others */
};

/* Ends of lines, one after the other. */
struct ends {
    double left[GROUP], right[GROUP]; /* or half as large floats */
};

typedef void row_function(const struct row *row, const void *in, void *out);

struct row_functions {
    row_function *central, *weighted, *weighted_by_point;
};

#if defined __x86_64__ && defined __GNUC__
    #include <immintrin.h>

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

/* The block whose axis is the last one, when what lies behind its axis, the run, makes a contiguous
 * line with it; NULL where it does not, where the line is too short, with or without the ends of
 * the axis, or where its weights are not by scalar. */
static const struct stencil_block *find_line(const struct stencil_block *block, unsigned n,
                                             uint64_t *run)
{
    const struct stencil_block *last = &block[0];
    for (unsigned k = 1; k < n; k++)
        last = block[k].axis > last->axis ? &block[k] : last;
    uint64_t line = 1;
    for (unsigned i = last->rank; i-- > last->axis;) {
        if (last->in_stride[i] != (ptrdiff_t)line || last->out_stride[i] != (ptrdiff_t)line)
            return NULL;
        *run = line;
        line *= last->count[i];
    }
    if (line < LEAST_LINE || line < LEAST_LINE / 2 + 2 * *run)
        return NULL;
    return *run == 1 || last->stencil->uniform ? last : NULL;
}

/* Scalars that are not at addresses of their own size never fill a cache line. */
static bool are_aligned(unsigned n, void *const *out, size_t size)
{
    uintptr_t all = 0;
    for (unsigned k = 0; k < n; k++)
        all |= (uintptr_t)out[k];
    return all % size == 0;
}

/* The ends of the axis that lie in the block, by the kernel: the first point's to left, the last
 * one's to right. */
static void do_ends(enum element element, const struct stencil_block *block, const char *in,
                    void *left, void *right)
{
    const unsigned axis = block->axis;
    const bool uniform = block->stencil->uniform;
    stencil_kernel *kernel = hg_stencil_find(element, uniform ? element : ELEMENT_F64, element);
    uint64_t inside, end;
    find_inside(block, &inside, &end);
    struct stencil_block part = *block;
    part.count[axis] = 1;
    if (inside > 0)
        kernel(&part, in, left);
    if (end == block->count[axis])
        return;
    part.first += end;
    if (!uniform) {
        part.a += end;
        part.b += end;
        part.c += end;
    }
    kernel(&part,
           in + (ptrdiff_t)end * block->in_stride[axis] * (ptrdiff_t)hg_element_size(element),
           right);
}

/* The ends of up to GROUP lines, from position at on; in is the first of them. */
static void fill_ends(enum element element, const struct stencil_block *block, const uint64_t *at,
                      const char *in, struct ends *ends)
{
    struct stencil_block part = *block;
    for (unsigned i = 0; i < block->axis; i++)
        part.count[i] = 1;
    if (block->axis > 0) {
        const unsigned before = block->axis - 1;
        part.count[before] = size_min(GROUP, block->count[before] - at[before]);
        part.out_stride[before] = 1;
    }
    do_ends(element, &part, in, ends->left, ends->right);
}

/* The part of a line that is not at an end of the axis of a block, which is across the line. at:
 * position in the block. */
static void do_across(const struct row_functions *functions, const struct stencil_block *block,
                      const uint64_t *at, uint64_t line, const char *in, char *out)
{
    const uint64_t point = at[block->axis];
    uint64_t inside, end;
    find_inside(block, &inside, &end);
    if (point < inside || point >= end)
        return;
    struct row row = {.length = (ptrdiff_t)line,
                      .shift = block->in_stride[block->axis],
                      .step = block->stencil->step};
    if (block->stencil->uniform) {
        functions->central(&row, in, out);
        return;
    }
    row.a = block->a + point;
    row.b = block->b + point;
    row.c = block->c + point;
    functions->weighted(&row, in, out);
}

/* The same along the line. left and right, unless NULL, hold its ends, which are put where they
 * belong at once: to store them afterwards would bring their cache lines back. */
static void do_along(const struct row_functions *functions, const struct stencil_block *block,
                     size_t size, uint64_t run, const char *left, const char *right, const char *in,
                     char *out)
{
    uint64_t first, end;
    find_inside(block, &first, &end);
    struct row row = {.shift = block->in_stride[block->axis], .step = block->stencil->step};
    if (left && first > 0) {
        first = 0;
        row.left = left;
    }
    if (right && end < block->count[block->axis]) {
        end = block->count[block->axis];
        row.right = right;
    }
    row.length = (ptrdiff_t)((end - first) * run);
    in += first * run * size;
    out += first * run * size;
    if (block->stencil->uniform) {
        functions->central(&row, in, out);
        return;
    }
    row.a = block->a + first;
    row.b = block->b + first;
    row.c = block->c + first;
    functions->weighted_by_point(&row, in, out);
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

/* Whether at is the first or the last line: elsewhere the input has points before and behind it. */
static bool is_outermost(const struct stencil_block *block, unsigned line_axis, const uint64_t *at)
{
    bool first = true, last = true;
    for (unsigned i = 0; i < line_axis; i++) {
        first = first && at[i] == 0;
        last = last && at[i] == block->count[i] - 1;
    }
    return first || last;
}

/* The ends, put where they belong. */
static void place_ends(enum element element, const struct stencil_block *block, const char *in,
                       char *out)
{
    const unsigned axis = block->axis;
    const ptrdiff_t last = (ptrdiff_t)block->count[axis] - 1;
    do_ends(element, block, in, out,
            out + last * block->out_stride[axis] * (ptrdiff_t)hg_element_size(element));
}

bool hg_stencil_stream(enum element element, unsigned n, const struct stencil_block *block,
                       const void *in, void *const *out)
{
    const struct row_functions *functions = find_functions(element);
    const size_t size = hg_element_size(element);
    uint64_t run = 1, at[GRID_MAX_RANK + 1] = {0};
    const struct stencil_block *along = find_line(block, n, &run);
    if (!functions || !along || !are_aligned(n, out, size))
        return false;
    const unsigned axis = along->axis;
    ptrdiff_t from = 0, to = 0;
    struct ends ends;
    struct stencil_block one = *along; /* line */
    for (unsigned i = 0; i < axis; i++)
        one.count[i] = 1;
    do {
        const char *line = (const char *)in + from * (ptrdiff_t)size;
        const uint64_t number = axis > 0 ? at[axis - 1] % GROUP : 0;
        const bool whole = run == 1 && !is_outermost(along, axis, at);
        if (number == 0 && run == 1)
            fill_ends(element, along, at, line, &ends);
        for (unsigned k = 0; k < n; k++) {
            char *place = (char *)out[k] + to * (ptrdiff_t)size;
            if (&block[k] != along)
                do_across(functions, &block[k], at, run * along->count[axis], line, place);
            else if (whole)
                do_along(functions, along, size, run, (const char *)ends.left + number * size,
                         (const char *)ends.right + number * size, line, place);
            else
                do_along(functions, along, size, run, NULL, NULL, line, place);
            if (&block[k] == along && run == 1 && !whole)
                place_ends(element, &one, line, place);
        }
    } while (next_line(along, axis, at, &from, &to));
    hg_stream_end();
    for (unsigned k = 0; k < n; k++) {
        if (&block[k] != along || run > 1)
            place_ends(element, &block[k], in, out[k]);
    }
    return true;
}
