/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/settle.h"

#include <string.h>

#include "formats/convention.h"
#include "run/axes.h"
#include "output/result_names.h"

static enum h5grad_status name_results(struct field *field, const struct run_options *options,
                                       struct h5grad_error *err)
{
    const struct coords_convention *convention = field->coords.convention;
    for (unsigned k = 0; k < field->n_axes; k++) {
        unsigned axis = field->order[k];
        char **result = &field->axis[axis].result;
        if (!options->name && convention && convention->result_path)
            *result = convention->result_path(field->path, &field->coords, axis);
        else
            *result =
                hg_results_path(options->name, field->path, axis, field->coords.axis[axis].name);
        if (!*result)
            return hg_error_memory(err, strlen(field->path));
    }
    return H5GRAD_OK;
}

/* Sources that are not there may be why an axis is too short. */
static enum h5grad_status explain_extent(const struct field *field, enum h5grad_status status,
                                         struct h5grad_error *err)
{
    if (!field->missing || !err || status != H5GRAD_FAILED)
        return status;
    const struct h5grad_error reason = *err;
    return hg_error_set(err, status, "%s; %s", reason.message, field->missing);
}

enum h5grad_status hg_field_settle(struct field *field, const struct run_options *options,
                                   struct coordinates *store, struct h5grad_error *err)
{
    enum h5grad_status status = hg_axes_resolve(field, options, store, err);
    if (status && field->fault == FIELD_SOUND)
        field->fault = FIELD_OPTIONS;
    if (status)
        return explain_extent(field, status, err);
    if (field->missing)
        hg_run_message(options->messages, H5GRAD_WARNING, "%s: %s", field->path, field->missing);
    if (options->dtype_given)
        field->result = options->dtype;
    return name_results(field, options, err);
}
