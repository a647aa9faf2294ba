/* SPDX-License-Identifier: BSD-3-Clause */
/* One mapping of a virtual dataset: which points of a source it shows where. */
#ifndef H5GRAD_TRUST_VIRTUAL_MAPPING_H
#define H5GRAD_TRUST_VIRTUAL_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libhdf5/h5.h"

/* An unlimited selection along its axis: blocks at a stride, or one block without end. */
struct h5_run {
    int axis; /* -1: it has an end on every axis, and the rest is not used */
    uint64_t start, stride;
    uint64_t block; /* UINT64_MAX: without end */
};

/* Blocks as H5Sselect_hyperslab takes them. */
struct h5_blocks {
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
};

struct h5_mapping {
    char *file, *dataset; /* of the source, where "%b" is the number of a block */
    hid_t shown, taken;   /* selections: of the virtual dataset and of the source */
    int rank, source_rank;
    struct h5_run run, source_run;
    struct h5_blocks blocks; /* that are shown, where run has an axis */
};

/* Mapping number i of a list of creation of a dataset of that rank. The reason where it cannot be
 * read; hg_mapping_free is due in either case. Within hg_enter, as all below. */
enum h5grad_status hg_mapping_read(hid_t creation, size_t i, struct h5_mapping *mapping,
                                   struct h5grad_error *err);
void hg_mapping_free(struct h5_mapping *mapping);

/* The number of points that are selected of an axis of that extent; the end of the first count. */
uint64_t hg_mapping_run_count(const struct h5_run *run, uint64_t extent);
uint64_t hg_mapping_run_end(const struct h5_run *run, uint64_t count);

/* Whether the blocks of the mapping have sources of their own. */
bool hg_mapping_is_numbered(const struct h5_mapping *mapping);

/* The names of the source of a block (0 where there is only one), which the caller frees in either
 * case; false when there is no memory. */
bool hg_mapping_source(const struct h5_mapping *mapping, uint64_t block, char **file,
                       char **dataset);

/* "source FILE:DATASET of points 0..3 x 8..11: WHY", in new memory; NULL when there is none. */
char *hg_mapping_text(const struct h5_mapping *mapping, uint64_t block, const char *why);

/* Where the mapping ends on each axis of the dataset; 0 along that of its run, and where nothing is
 * selected. */
void hg_mapping_ends(const struct h5_mapping *mapping, hsize_t *end);

/* The reason, in new memory, why a source of these extents does not have the points that are taken,
 * or NULL. An unlimited selection is not checked. */
char *hg_mapping_misfit(const struct h5_mapping *mapping, int rank, const hsize_t *extent);

#endif
