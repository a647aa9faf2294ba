/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/blank.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/size.h"

/* Kinds of tiles of an output, at most; if there are more, each tile is made. */
#define MOST_KINDS ((uint64_t)1 << 16)

/* How the ranges that tiles have along an axis are numbered. */
struct ranges {
    uint64_t tiles; /* along the axis */
    uint64_t near;  /* so many at each end differ from those between them, which are alike */
    uint64_t kinds; /* tiles: all differ */
};

/* The kinds of an output's tiles, numbered by their ranges along the axes on which it depends. */
struct kinds {
    bool depends[GRID_MAX_RANK];
    atomic_bool *zero; /* of each kind; NULL: there are too many */
};

struct blanks {
    const struct plan *plan;
    struct ranges ranges[GRID_MAX_RANK];
    unsigned n_outputs;
    struct kinds output[];
};

/* Returns whether the results along an axis depend on more than the distance from its ends. */
static bool is_uneven(const struct engine_job *job, unsigned axis)
{
    bool uneven = false;
    for (unsigned k = 0; k < job->n_derivatives; k++) {
        const struct engine_derivative *of = &job->derivative[k];
        uneven = uneven || (of->axis == axis && !of->stencil.even) ||
                 (of->divisor && of->divisor->axis == axis);
    }
    for (unsigned o = 0; o < job->n_outputs; o++)
        uneven = uneven || (job->output[o].factor && job->output[o].factor->axis == axis);
    for (unsigned s = 0; s < job->n_sources; s++) {
        const struct unpack_rule *unpack = job->source[s].unpack;
        uneven = uneven || (unpack && unpack->slice_scale && axis < unpack->slice_axes);
    }
    return uneven;
}

static struct ranges number_ranges(const struct engine_job *job, const struct plan *plan,
                                   unsigned axis)
{
    const struct halo_rule *rule = &plan->rule[axis];
    uint64_t reach = size_max(size_max(rule->before, rule->after),
                              size_max(rule->first_width, rule->last_width));
    reach = size_max(reach, OPERATOR_MOST_ENDS);
    struct ranges ranges = {plan->grid[axis], reach / plan->tile[axis] + 1, plan->grid[axis]};
    if (!is_uneven(job, axis))
        ranges.kinds = size_min(ranges.kinds, 2 * ranges.near + 1);
    return ranges;
}

static void depend(const struct engine_job *job, unsigned derivative, struct kinds *kinds)
{
    const struct engine_derivative *of = &job->derivative[derivative];
    kinds->depends[of->axis] = true;
    if (of->divisor)
        kinds->depends[of->divisor->axis] = true;
}

/* Finds the axes on which an output depends. */
static void find_axes(const struct engine_job *job, const struct engine_output *output,
                      struct kinds *kinds)
{
    for (unsigned s = 0; s < job->n_sources; s++) {
        const struct unpack_rule *unpack = job->source[s].unpack;
        for (unsigned i = 0; unpack && unpack->slice_scale && i < unpack->slice_axes; i++)
            kinds->depends[i] = true;
    }
    if (output->factor)
        kinds->depends[output->factor->axis] = true;
    if (!output->combination)
        depend(job, output->derivative, kinds);
    for (unsigned i = 0; output->combination && i < output->combination->inputs; i++)
        depend(job, output->inputs[i], kinds);
}

static enum h5grad_status number_kinds(const struct engine_job *job, struct blanks *blanks,
                                       unsigned o, struct h5grad_error *err)
{
    struct kinds *kinds = &blanks->output[o];
    uint64_t n = 1;
    find_axes(job, &job->output[o], kinds);
    for (unsigned i = 0; i < job->rank; i++) {
        if (kinds->depends[i] && !size_mul(n, blanks->ranges[i].kinds, &n))
            n = UINT64_MAX;
        if (n > MOST_KINDS)
            return H5GRAD_OK;
    }
    kinds->zero = hg_memory_zeroed(n, sizeof *kinds->zero);
    return kinds->zero ? H5GRAD_OK : hg_error_memory(err, n * sizeof *kinds->zero);
}

enum h5grad_status hg_blanks_new(const struct engine_job *job, const struct plan *plan,
                                 struct blanks **blanks, struct h5grad_error *err)
{
    const struct h5_storage *storage = job->output[0].storage;
    size_t size = sizeof **blanks + job->n_outputs * sizeof *(*blanks)->output;
    enum h5grad_status status = H5GRAD_OK;
    *blanks = NULL;
    if (!storage || !storage->sparse)
        return H5GRAD_OK;
    *blanks = hg_memory_zeroed(1, size);
    if (!*blanks)
        return hg_error_memory(err, size);
    (*blanks)->plan = plan;
    (*blanks)->n_outputs = job->n_outputs;
    for (unsigned i = 0; i < job->rank; i++)
        (*blanks)->ranges[i] = number_ranges(job, plan, i);
    for (unsigned o = 0; o < job->n_outputs && !status; o++)
        status = number_kinds(job, *blanks, o, err);
    return status;
}

void hg_blanks_free(struct blanks *blanks)
{
    for (unsigned o = 0; blanks && o < blanks->n_outputs; o++)
        free(blanks->output[o].zero);
    free(blanks);
}

/* Returns the number of the kind of range that a tile has. */
static uint64_t range_kind(const struct ranges *ranges, uint64_t tile)
{
    if (ranges->kinds == ranges->tiles || tile < ranges->near)
        return tile;
    const uint64_t left = ranges->tiles - tile;
    return left <= ranges->near ? ranges->kinds - left : ranges->near;
}

static atomic_bool *find_kind(const struct blanks *blanks, unsigned output,
                              const struct box *results)
{
    const struct plan *plan = blanks->plan;
    const struct kinds *kinds = &blanks->output[output];
    uint64_t number = 0;
    for (unsigned i = 0; i < plan->rank; i++) {
        if (kinds->depends[i])
            number = number * blanks->ranges[i].kinds +
                     range_kind(&blanks->ranges[i], results->start[i] / plan->tile[i]);
    }
    return kinds->zero ? &kinds->zero[number] : NULL;
}

void hg_blanks_learn(struct blanks *blanks, unsigned output, const struct box *results)
{
    atomic_bool *zero = find_kind(blanks, output, results);
    if (zero)
        atomic_store(zero, true);
}

bool hg_blanks_know(const struct blanks *blanks, const struct box *results)
{
    bool know = true;
    for (unsigned o = 0; o < blanks->n_outputs && know; o++) {
        atomic_bool *zero = find_kind(blanks, o, results);
        know = zero && atomic_load(zero);
    }
    return know;
}
