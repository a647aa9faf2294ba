/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All axes of a block at once with non-temporal stores, line by line: every axis uses a line of the
 * input while it is in the first-level cache, and computes while the memory takes the stores.
 */
#include <string.h>

#include "base/nontemporal.h"
#include "base/size.h"
#include "stencil/clones.h"
#include "stencil/row.h"

/* Shorter lines have too few whole cache lines. */
#define LEAST_LINE 128

#define LINE 64 /* bytes of a cache line */

/* Bytes of the input between what is computed and what is fetched meanwhile. */
#define AHEAD 8192

/* How many lines' ends are computed at a time. */
#define GROUP 32

#if defined __x86_64__ && defined __GNUC__
    #include <immintrin.h>

    #define AVX2   __attribute__((target("avx2")))
    #define AVX512 __attribute__((target("avx512f")))

STENCIL_BODY AVX2 void store_AVX2(void *to, const void *v, size_t size)
{
    if (size == sizeof(__m256i))
        _mm256_stream_si256(to, *(const __m256i *)v);
    else
        _mm_stream_si128(to, *(const __m128i *)v);
}

STENCIL_BODY AVX512 void store_AVX512(void *to, const void *v, size_t size)
{
    if (size == sizeof(__m512i))
        _mm512_stream_si512(to, *(const __m512i *)v);
    else
        _mm256_stream_si256(to, *(const __m256i *)v);
}

    #define KERNEL_TARGET AVX2
    #define KERNEL_STORE  store_AVX2

    #define KERNEL_IN         float
    #define KERNEL_SCALAR     float
    #define KERNEL_OUT        float
    #define KERNEL_NAME(verb) verb##_F32_F32_AVX2
    #define KERNEL_LANES      8
    #include "stencil/kernel_template.h"

    #define KERNEL_IN         float
    #define KERNEL_SCALAR     double
    #define KERNEL_OUT        float
    #define KERNEL_NAME(verb) verb##_F32_F64_AVX2
    #define KERNEL_UNEVEN
    #define KERNEL_LANES    4
    #define KERNEL_WIDEN(v) _mm256_cvtps_pd((__m128)(v))
    #include "stencil/kernel_template.h"

    #define KERNEL_IN         double
    #define KERNEL_SCALAR     double
    #define KERNEL_OUT        double
    #define KERNEL_NAME(verb) verb##_F64_F64_AVX2
    #define KERNEL_UNEVEN
    #define KERNEL_LANES 4
    #include "stencil/kernel_template.h"

    #undef KERNEL_TARGET
    #undef KERNEL_STORE
    #define KERNEL_TARGET AVX512
    #define KERNEL_STORE  store_AVX512

    #define KERNEL_IN         float
    #define KERNEL_SCALAR     float
    #define KERNEL_OUT        float
    #define KERNEL_NAME(verb) verb##_F32_F32_AVX512
    #define KERNEL_LANES      16
    #include "stencil/kernel_template.h"

    #define KERNEL_IN         float
    #define KERNEL_SCALAR     double
    #define KERNEL_OUT        float
    #define KERNEL_NAME(verb) verb##_F32_F64_AVX512
    #define KERNEL_UNEVEN
    #define KERNEL_LANES    8
    #define KERNEL_WIDEN(v) _mm512_cvtps_pd((__m256)(v))
    #include "stencil/kernel_template.h"

    #define KERNEL_IN         double
    #define KERNEL_SCALAR     double
    #define KERNEL_OUT        double
    #define KERNEL_NAME(verb) verb##_F64_F64_AVX512
    #define KERNEL_UNEVEN
    #define KERNEL_LANES 8
    #include "stencil/kernel_template.h"

/* Returns the functions for a type and kind of axis; NULL if the processor has none. */
static const struct row_functions *find_functions(enum element element, bool even)
{
    static const struct row_functions *const avx2[2][2] = {
        {&functions_F32_F64_AVX2, &functions_F32_F32_AVX2},
        {&functions_F64_F64_AVX2, &functions_F64_F64_AVX2}};
    static const struct row_functions *const avx512[2][2] = {
        {&functions_F32_F64_AVX512, &functions_F32_F32_AVX512},
        {&functions_F64_F64_AVX512, &functions_F64_F64_AVX512}};
    if (__builtin_cpu_supports("avx512f"))
        return avx512[element == ELEMENT_F64][even];
    return __builtin_cpu_supports("avx2") ? avx2[element == ELEMENT_F64][even] : NULL;
}

#else

static const struct row_functions *find_functions(enum element element, bool even)
{
    (void)element;
    (void)even;
    return NULL;
}

#endif

/* One axis. Each line sets length, weight, left and right of rows. */
struct part {
    const struct stencil_block *block;
    ptrdiff_t inside, end; /* points [inside, end) have the formula of the inside */
    row_function *function;
    struct rows rows;
};

struct stream {
    const struct stencil_kernel *plain;
    size_t size;              /* of a scalar */
    const struct part *along; /* the part whose axis is the last one: lines lie along it */
    uint64_t run, line;       /* scalars of a point of along and of a line; both are contiguous */
    uint64_t at[GRID_MAX_RANK + 1]; /* the line, along the axes before it */
    /* The formulas of the ends of lines, and the results of a group of lines: a line of the cache
     * for each, and one before and after all, since more is loaded than results. */
    struct row_ends taps;
    _Alignas(LINE) char ends[2][(GROUP + 2) * LINE];
};

/* False if there are no functions for the block. */
static bool describe_part(struct part *part, enum element element,
                          const struct stencil_block *block)
{
    const struct row_functions *functions = find_functions(element, block->stencil->even);
    struct taps taps;
    *part = (struct part){.block = block, .rows = {.count = 1, .in_point = 1, .out_point = 1}};
    hg_row_inside(block, &part->inside, &part->end);
    if (!functions || part->inside == part->end)
        return functions != NULL;
    hg_row_describe(block, part->inside, &taps, &part->rows);
    part->rows.taps = NULL;
    part->function = row_inside(functions, taps.form, block->stencil->reach);
    return part->function != NULL;
}

/* Sets along, run and line. False if the last differentiated axis and those behind it do not make a
 * contiguous line, if the line is too short, with or without its ends, or if several scalars of it
 * share a weight. */
static bool find_line(struct stream *stream, struct part *part, unsigned n)
{
    struct part *last = &part[0];
    for (unsigned k = 1; k < n; k++)
        last = part[k].block->axis > last->block->axis ? &part[k] : last;
    const struct stencil_block *block = last->block;
    const bool uneven = !block->stencil->even;
    stream->along = last;
    stream->line = 1;
    for (unsigned i = block->rank; i-- > block->axis;) {
        const ptrdiff_t line = (ptrdiff_t)stream->line;
        if (block->in_stride[i] != line || block->out_stride[i] != line)
            return false;
        stream->run = stream->line;
        stream->line *= block->count[i];
    }
    last->rows.weight_point = uneven;
    const uint64_t ends = block->count[block->axis] - (uint64_t)(last->end - last->inside);
    return stream->line >= LEAST_LINE && stream->line >= LEAST_LINE / 2 + ends * stream->run &&
           (stream->run == 1 || !uneven);
}

/* Makes the parts fetch, AHEAD bytes early, the points that none of them has read yet: of short
 * lines the processor itself finds too late which comes next. */
static void set_ahead(const struct stream *stream, struct part *part, unsigned n)
{
    const struct stencil_block *along = stream->along->block;
    const unsigned before = along->axis > 0 ? along->axis - 1 : 0;
    const ptrdiff_t few = AHEAD / (ptrdiff_t)stream->size, lines = few / (ptrdiff_t)stream->line;
    ptrdiff_t reach = 0;
    for (unsigned k = 0; k < n; k++) {
        const struct stencil_block *block = part[k].block;
        const ptrdiff_t own = block->stencil->reach * block->in_stride[block->axis];
        reach = own > reach ? own : reach;
    }
    for (unsigned k = 0; k < n; k++) {
        part[k].rows.ahead = reach + (lines > 0 ? lines * along->in_stride[before] : few);
        part[k].rows.out_row = along->out_stride[before];
    }
}

/* Does the line for an axis that it lies across, unless it is at an end of that axis. */
static void do_across(const struct stream *stream, struct part *part, const char *in, char *out)
{
    const ptrdiff_t point = (ptrdiff_t)stream->at[part->block->axis];
    if (point < part->inside || point >= part->end)
        return;
    part->rows.length = (ptrdiff_t)stream->line;
    if (!part->block->stencil->even)
        part->rows.weight = part->block->weight + point;
    part->function(&part->rows, in, out);
}

/* Does the inside of a line along the axis. left and right, unless NULL, hold the results of the
 * ends, which are stored along with it: to store them afterwards would read their cache lines. */
static void do_along(const struct stream *stream, struct part *part, const char *left,
                     const char *right, const char *in, char *out)
{
    if (part->inside == part->end)
        return;
    const ptrdiff_t points = (ptrdiff_t)part->block->count[part->block->axis];
    const ptrdiff_t first = left ? 0 : part->inside, end = right ? points : part->end;
    const ptrdiff_t skip = first * (ptrdiff_t)(stream->run * stream->size);
    part->rows.left = left;
    part->rows.right = right;
    part->rows.n_left = part->inside - first;
    part->rows.n_right = end - part->end;
    part->rows.length = (end - first) * (ptrdiff_t)stream->run;
    if (!part->block->stencil->even)
        part->rows.weight = part->block->weight + first;
    part->function(&part->rows, in + skip, out + skip);
}

/* Computes the ends of up to GROUP lines, the first at in. */
static void fill_ends(struct stream *stream, const char *in)
{
    struct stencil_block block = *stream->along->block;
    const unsigned axis = block.axis;
    void *const out[2] = {stream->ends[0] + LINE, stream->ends[1] + LINE};
    for (unsigned i = 0; i < axis; i++)
        block.count[i] = 1;
    if (axis > 0) {
        block.count[axis - 1] =
            size_min(GROUP, stream->along->block->count[axis - 1] - stream->at[axis - 1]);
        block.out_stride[axis - 1] = LINE / (ptrdiff_t)stream->size;
    }
    hg_row_apply_ends(stream->plain, &block, &stream->taps, in, out);
}

/* Steps to the next line and its offsets, in scalars; false after the last. */
static bool next_line(struct stream *stream, ptrdiff_t *in, ptrdiff_t *out)
{
    const struct stencil_block *block = stream->along->block;
    uint64_t *at = stream->at;
    for (unsigned i = block->axis; i-- > 0;) {
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

/* Returns whether this is the first or the last line; beside all others the input has points on
 * both sides. */
static bool is_outermost(const struct stream *stream)
{
    bool first = true, last = true;
    for (unsigned i = 0; i < stream->along->block->axis; i++) {
        first = first && stream->at[i] == 0;
        last = last && stream->at[i] == stream->along->block->count[i] - 1;
    }
    return first || last;
}

/* Does a line along the axis, with its ends if points are single scalars. */
static void do_line(struct stream *stream, struct part *part, const char *in, char *out)
{
    const unsigned axis = part->block->axis;
    if (stream->run > 1) {
        do_along(stream, part, NULL, NULL, in, out);
        return;
    }
    const uint64_t number = axis > 0 ? stream->at[axis - 1] % GROUP : 0;
    const uint64_t skip = (1 + number) * LINE;
    if (number == 0)
        fill_ends(stream, in);
    if (!is_outermost(stream)) {
        do_along(stream, part, stream->ends[0] + skip, stream->ends[1] + skip, in, out);
        return;
    }
    struct stencil_block line = *part->block;
    for (unsigned i = 0; i < axis; i++)
        line.count[i] = 1;
    do_along(stream, part, NULL, NULL, in, out);
    hg_row_place_ends(stream->plain, &line, in, out);
}

bool hg_stencil_stream(enum element element, unsigned n, const struct stencil_block *block,
                       const void *in, void *const *out)
{
    struct stream stream = {.plain = hg_stencil_find(element, element, element),
                            .size = hg_element_size(element)};
    struct part part[GRID_MAX_RANK];
    for (unsigned k = 0; k < n; k++) {
        /* Misaligned scalars never fill a cache line. */
        if ((uintptr_t)out[k] % stream.size != 0 || !describe_part(&part[k], element, &block[k]))
            return false;
    }
    if (!find_line(&stream, part, n))
        return false;
    set_ahead(&stream, part, n);
    hg_row_ends(stream.along->block, &stream.taps);
    ptrdiff_t from = 0, to = 0;
    const ptrdiff_t size = (ptrdiff_t)stream.size;
    do {
        const char *line = (const char *)in + from * size;
        for (unsigned k = 0; k < n; k++) {
            char *place = (char *)out[k] + to * size;
            if (&part[k] == stream.along)
                do_line(&stream, &part[k], line, place);
            else
                do_across(&stream, &part[k], line, place);
        }
    } while (next_line(&stream, &from, &to));
    hg_stream_end();
    for (unsigned k = 0; k < n; k++) {
        if (&part[k] != stream.along || stream.run > 1)
            hg_row_place_ends(stream.plain, &block[k], in, out[k]);
        hg_missing_repair(stream.plain, &block[k], in, out[k]);
    }
    return true;
}
