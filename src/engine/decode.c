/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/decode.h"

#include <string.h>

#include "stencil/convert.h"

/* Points of the halo box of which each slice has its own scale and offset. */
static void unpack_slices(const struct engine_job *job, const struct halo *halo, const void *data,
                          void *out)
{
    struct unpack_rule rule = *job->unpack;
    const unsigned axes = rule.slice_axes;
    size_t stored = hg_element_size(job->stored), input = hg_element_size(job_input_element(job));
    struct box points = {.start = {0}};
    uint64_t position[GRID_MAX_RANK] = {0}, stride[GRID_MAX_RANK], n = job->components;
    const char *from = data;
    char *to = out;
    hg_box_strides(axes, job->extent, stride);
    memcpy(points.count, halo->count, axes * sizeof *points.count);
    for (unsigned i = axes; i < job->rank; i++)
        n *= halo->count[i];
    do {
        uint64_t slice = 0;
        for (unsigned i = 0; i < axes; i++)
            slice +=
                hg_halo_point(job->extent[i], halo->start[i] + (int64_t)position[i]) * stride[i];
        rule.scale = rule.slice_scale[slice];
        rule.offset = rule.slice_offset[slice];
        hg_unpack(&rule, job->stored, job->swapped, job_input_element(job), from, to, n);
        from += n * stored;
        to += n * input;
    } while (hg_box_next(axes, &points, position));
}

void hg_decode_halo(const struct engine_job *job, const struct halo *halo, const void *data,
                    void *out)
{
    uint64_t n = hg_halo_points(job->rank, halo) * job->components;
    if (!job->unpack)
        hg_convert_decode(job->stored, job->swapped, job_input_element(job), data, out, n);
    else if (job->unpack->slice_scale)
        unpack_slices(job, halo, data, out);
    else
        hg_unpack(job->unpack, job->stored, job->swapped, job_input_element(job), data, out, n);
}
