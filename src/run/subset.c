/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/subset.h"

#include <inttypes.h>

#include "base/memory.h"
#include "base/size.h"

/* Returns an index as in Python, where negative ones count from the end. It may lie beyond the
 * ends.
 */
static int64_t from_end(int64_t index, uint64_t extent)
{
    return index < 0 ? index + (int64_t)extent : index;
}

static uint64_t clip(int64_t index, uint64_t extent)
{
    return index < 0 ? 0 : size_min((uint64_t)index, extent);
}

/* Sets region along axis to what a slice selects. */
static enum h5grad_status select_results(const struct subset_option *subset, uint64_t extent,
                                         unsigned axis, struct region *region,
                                         struct h5grad_error *err)
{
    const int64_t start = subset->has_start ? from_end(subset->start, extent) : 0;
    const int64_t stop = subset->has_stop ? from_end(subset->stop, extent) : (int64_t)extent;
    uint64_t first = clip(start, extent), end = clip(stop, extent);
    if (subset->one && (start < 0 || start >= (int64_t)extent))
        return hg_error_set(err, H5GRAD_FAILED,
                            "--subset: index %" PRId64 " is out of range: it has %" PRIu64
                            " points",
                            subset->start, extent);
    if (subset->one)
        end = first + 1;
    if (first >= end)
        return hg_error_set(err, H5GRAD_FAILED, "--subset selects none of its %" PRIu64 " points",
                            extent);
    region->start[axis] = first;
    region->count[axis] = (end - first - 1) / subset->step + 1;
    region->step[axis] = region->count[axis] > 1 ? subset->step : 1;
    return H5GRAD_OK;
}

static enum h5grad_status lacks_axis(const struct field *field, const struct axis_option *dim,
                                     struct h5grad_error *err)
{
    const char *nearest = hg_axis_option_nearest(dim, field);
    if (nearest)
        return hg_error_set(err, H5GRAD_FAILED, "--subset: it has no axis %s: did you mean %s?",
                            dim->text, nearest);
    return hg_error_set(err, H5GRAD_FAILED, "--subset: it has no axis %s: h5grad --list shows them",
                        dim->text);
}

/* Applies an option. *chosen: the axes that earlier ones have cut. */
static enum h5grad_status apply(struct field *field, const struct subset_option *subset,
                                unsigned axis, uint32_t *chosen, struct h5grad_error *err)
{
    char label[256];
    enum h5grad_status status =
        *chosen >> axis & 1 ? hg_error_set(err, H5GRAD_FAILED, "--subset names it twice")
                            : select_results(subset, field->extent[axis], axis, field->region, err);
    *chosen |= UINT32_C(1) << axis;
    hg_field_label(field, axis, label, sizeof label);
    if (!status)
        return status;
    field->fault = FIELD_EMPTY;
    return hg_error_context(err, status, "%s", label);
}

enum h5grad_status hg_subset_settle(struct field *field, const struct run_options *options,
                                    bool named, struct h5grad_error *err)
{
    const struct derivation *derivation = &options->derivation;
    enum h5grad_status status = H5GRAD_OK;
    uint32_t chosen = 0;
    if (derivation->n_subsets == 0)
        return H5GRAD_OK;
    field->region = hg_memory_zeroed(1, sizeof *field->region);
    if (!field->region)
        return hg_error_memory(err, sizeof *field->region);
    hg_region_whole(field->rank, field->extent, field->region);
    for (size_t i = 0; i < derivation->n_subsets && !status; i++) {
        const struct subset_option *subset = &derivation->subset[i];
        const unsigned axis = hg_axis_option_find(&subset->dim, field);
        if (axis < field->rank) {
            status = apply(field, subset, axis, &chosen, err);
        } else if (named) {
            status = lacks_axis(field, &subset->dim, err);
        } else {
            hg_message_add(options->messages, H5GRAD_DETAIL,
                           "%s: has no axis %s: --subset does not cut it", field->path,
                           subset->dim.text);
        }
    }
    return status;
}
