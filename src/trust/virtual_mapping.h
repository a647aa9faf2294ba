/* SPDX-License-Identifier: BSD-3-Clause */
/* One mapping of a virtual dataset: which points of a source it shows where. */
#ifndef H5GRAD_TRUST_VIRTUAL_MAPPING_H
#define H5GRAD_TRUST_VIRTUAL_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libhdf5/h5.h"

/* An unlimited selection along its axis: blocks at a stride, or one unlimited block. */
struct h5_run {
    int axis; /* -1: limited, and the rest is not used */
    uint64_t start, stride;
    uint64_t block; /* UINT64_MAX: unlimited */
};

/* Blocks as H5Sselect_hyperslab takes them. */
struct h5_blocks {
    hsize_t start[H5S_MAX_RANK], stride[H5S_MAX_RANK], count[H5S_MAX_RANK], block[H5S_MAX_RANK];
};

struct h5_mapping {
    char *file, *dataset; /* of the source; "%b" stands for the number of a block */
    hid_t shown, taken;   /* selections in the virtual dataset and in the source */
    int rank, source_rank;
    struct h5_run run, source_run;
    struct h5_blocks blocks; /* of shown, if run has an axis */
};

/* Reads mapping i of a creation list of a dataset of that rank; fails with the reason. Call
 * hg_mapping_free in either case. Within hg_enter, as all below. */
enum h5grad_status hg_mapping_read(hid_t creation, size_t i, struct h5_mapping *mapping,
                                   struct h5grad_error *err);
void hg_mapping_free(struct h5_mapping *mapping);

/* Returns how many points of an axis of that extent are selected; the end of the first count. */
uint64_t hg_mapping_run_count(const struct h5_run *run, uint64_t extent);
uint64_t hg_mapping_run_end(const struct h5_run *run, uint64_t count);

/* True if the blocks of the mapping have sources of their own. */
bool hg_mapping_is_numbered(const struct h5_mapping *mapping);

/* Names the source of a block (0 if there is only one). The caller frees the names in either case;
 * false if allocation fails. */
bool hg_mapping_source(const struct h5_mapping *mapping, uint64_t block, char **file,
                       char **dataset);

/* Returns "source FILE:DATASET of points 0..3 x 8..11: WHY", in new memory; NULL if allocation
 * fails. */
char *hg_mapping_text(const struct h5_mapping *mapping, uint64_t block, const char *why);

/* Sets where the mapping ends on each axis; 0 along the axis of its run, and if nothing is
 * selected. */
void hg_mapping_ends(const struct h5_mapping *mapping, hsize_t *end);

/* Returns the reason, in new memory, why a source of these extents lacks points of the mapping, or
 * NULL. Does not check unlimited selections. */
char *hg_mapping_misfit(const struct h5_mapping *mapping, int rank, const hsize_t *extent);

#endif
