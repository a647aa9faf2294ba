/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/virtual_mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"

/* Returns the file or dataset that a mapping names, in new memory; NULL on failure. */
static char *source_name(hid_t creation, size_t number,
                         ssize_t (*get)(hid_t, size_t, char *, size_t))
{
    ssize_t length = get(creation, number, NULL, 0);
    char *name = length > 0 ? hg_memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && get(creation, number, name, (size_t)length + 1) == length)
        return name;
    free(name);
    return NULL;
}

static struct h5_run find_run(hid_t space, int rank, struct h5_blocks *blocks)
{
    struct h5_run run = {.axis = -1};
    if (H5Sget_select_type(space) != H5S_SEL_HYPERSLABS || H5Sis_regular_hyperslab(space) <= 0 ||
        H5Sget_regular_hyperslab(space, blocks->start, blocks->stride, blocks->count,
                                 blocks->block) < 0)
        return run;
    for (int k = 0; k < rank; k++) {
        bool endless = blocks->block[k] == H5S_UNLIMITED;
        if (endless || blocks->count[k] == H5S_UNLIMITED)
            run = (struct h5_run){k, blocks->start[k], size_max(blocks->stride[k], 1),
                                  endless ? UINT64_MAX : size_max(blocks->block[k], 1)};
    }
    return run;
}

enum h5grad_status hg_mapping_read(hid_t creation, size_t i, struct h5_mapping *mapping,
                                   struct h5grad_error *err)
{
    *mapping = (struct h5_mapping){
        .file = source_name(creation, i, H5Pget_virtual_filename),
        .dataset = source_name(creation, i, H5Pget_virtual_dsetname),
        .shown = H5Pget_virtual_vspace(creation, i),
        .taken = H5Pget_virtual_srcspace(creation, i),
    };
    mapping->rank = mapping->shown < 0 ? -1 : H5Sget_simple_extent_ndims(mapping->shown);
    mapping->source_rank = mapping->taken < 0 ? -1 : H5Sget_simple_extent_ndims(mapping->taken);
    if (!mapping->file || !mapping->dataset || mapping->rank < 0 || mapping->source_rank < 0)
        return hg_hdf5_error(err, "cannot read the sources of the virtual dataset");
    mapping->source_run = find_run(mapping->taken, mapping->source_rank, &mapping->blocks);
    mapping->run = find_run(mapping->shown, mapping->rank, &mapping->blocks);
    return H5GRAD_OK;
}

void hg_mapping_free(struct h5_mapping *mapping)
{
    hg_close(mapping->taken);
    hg_close(mapping->shown);
    free(mapping->dataset);
    free(mapping->file);
    *mapping = (struct h5_mapping){.shown = -1, .taken = -1};
}

/* Expands a name, in new memory: "%b" to the number of a block, "%%" to "%". */
static char *fill_in(const char *name, uint64_t block)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (const char *p = name; *p; p++) {
        if (p[0] == '%' && p[1] == 'b')
            fprintf(out, "%" PRIu64, block);
        else
            putc(*p, out);
        p += p[0] == '%' && (p[1] == 'b' || p[1] == '%');
    }
    if (hg_memory_close_stream(out))
        return text;
    free(text);
    return NULL;
}

bool hg_mapping_source(const struct h5_mapping *mapping, uint64_t block, char **file,
                       char **dataset)
{
    *file = fill_in(mapping->file, block);
    *dataset = fill_in(mapping->dataset, block);
    return *file && *dataset;
}

uint64_t hg_mapping_run_count(const struct h5_run *run, uint64_t extent)
{
    if (extent <= run->start)
        return 0;
    uint64_t points = extent - run->start;
    if (run->block == UINT64_MAX)
        return points;
    return points / run->stride * run->block + size_min(points % run->stride, run->block);
}

uint64_t hg_mapping_run_end(const struct h5_run *run, uint64_t count)
{
    uint64_t end;
    if (count == 0)
        return 0;
    uint64_t whole = run->block == UINT64_MAX ? 0 : (count - 1) / run->block;
    if (!size_mul(whole, run->stride, &end) || !size_add(end, run->start, &end) ||
        !size_add(end, count - whole * run->block, &end))
        return UINT64_MAX;
    return end;
}

bool hg_mapping_is_numbered(const struct h5_mapping *mapping)
{
    return strstr(mapping->file, "%b") || strstr(mapping->dataset, "%b");
}

/* Finds the bounding box of what is shown; false if that is nothing. */
static bool shown_bounds(const struct h5_mapping *mapping, hsize_t *first, hsize_t *last)
{
    const struct h5_blocks *in = &mapping->blocks;
    if (mapping->run.axis < 0)
        return H5Sget_select_bounds(mapping->shown, first, last) >= 0;
    for (int k = 0; k < mapping->rank; k++) {
        first[k] = in->start[k];
        last[k] = in->start[k] + (in->count[k] - 1) * in->stride[k] + in->block[k] - 1;
    }
    return true;
}

/* Prints "points 0..3 x 8..11" of the dataset: what the mapping shows, or one block if it is
 * numbered. */
static void print_place(const struct h5_mapping *mapping, uint64_t block, char *out, size_t size)
{
    hsize_t first[H5S_MAX_RANK], last[H5S_MAX_RANK];
    const struct h5_run *run = &mapping->run;
    bool numbered = run->axis >= 0 && hg_mapping_is_numbered(mapping);
    int used = snprintf(out, size, "points");
    if (!shown_bounds(mapping, first, last))
        return;
    if (numbered) {
        first[run->axis] += block * run->stride;
        last[run->axis] = first[run->axis] + run->block - 1;
    }
    for (int k = 0; k < mapping->rank && used >= 0 && (size_t)used < size; k++) {
        used += snprintf(out + used, size - (size_t)used, "%s%" PRIu64 "..", k ? " x " : " ",
                         (uint64_t)first[k]);
        if ((k != run->axis || numbered) && (size_t)used < size)
            used += snprintf(out + used, size - (size_t)used, "%" PRIu64, (uint64_t)last[k]);
    }
}

char *hg_mapping_text(const struct h5_mapping *mapping, uint64_t block, const char *why)
{
    char place[512];
    BASE_FREED char *file = NULL, *dataset = NULL;
    if (!hg_mapping_source(mapping, block, &file, &dataset))
        return NULL;
    print_place(mapping, block, place, sizeof place);
    return hg_memory_format("source %s:%s%s of %s: %s", file, *dataset == '/' ? "" : "/", dataset,
                            place, why);
}

void hg_mapping_ends(const struct h5_mapping *mapping, hsize_t *end)
{
    hsize_t first[H5S_MAX_RANK], last[H5S_MAX_RANK];
    bool some = shown_bounds(mapping, first, last);
    for (int k = 0; k < mapping->rank; k++)
        end[k] = some && k != mapping->run.axis ? last[k] + 1 : 0;
}

/* Counts points, of one block if blocks have sources of their own. */
static uint64_t count_shown(const struct h5_mapping *mapping)
{
    uint64_t points = 1;
    if (mapping->run.axis < 0)
        return (uint64_t)H5Sget_select_npoints(mapping->shown);
    for (int k = 0; k < mapping->rank; k++) {
        uint64_t blocks = k == mapping->run.axis ? 1 : mapping->blocks.count[k];
        if (!size_mul(points, blocks, &points) ||
            !size_mul(points, mapping->blocks.block[k], &points))
            return UINT64_MAX;
    }
    return points;
}

static char *points_misfit(const struct h5_mapping *mapping, int rank, const hsize_t *extent)
{
    uint64_t points = 1, wanted = count_shown(mapping);
    for (int k = 0; k < rank; k++) {
        if (!size_mul(points, extent[k], &points))
            points = UINT64_MAX;
    }
    return points == wanted
               ? NULL
               : hg_memory_format("has %" PRIu64 " points, not %" PRIu64, points, wanted);
}

char *hg_mapping_misfit(const struct h5_mapping *mapping, int rank, const hsize_t *extent)
{
    hsize_t first[H5S_MAX_RANK], last[H5S_MAX_RANK];
    H5S_sel_type kind = H5Sget_select_type(mapping->taken);
    if (kind == H5S_SEL_NONE)
        return NULL;
    if (kind == H5S_SEL_ALL)
        return points_misfit(mapping, rank, extent);
    if (rank != mapping->source_rank)
        return hg_memory_format("has %d axes, not %d", rank, mapping->source_rank);
    if (mapping->source_run.axis < 0 && H5Sget_select_bounds(mapping->taken, first, last) < 0)
        return hg_memory_text("has points that cannot be told");
    for (int k = 0; k < rank && mapping->source_run.axis < 0; k++) {
        if (last[k] >= extent[k])
            return hg_memory_format("has %" PRIu64 " points along axis %d, less than %" PRIu64,
                                    (uint64_t)extent[k], k, (uint64_t)last[k] + 1);
    }
    return NULL;
}
