/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/field.h"

#include <stdlib.h>
#include <string.h>

void hg_field_free(struct field *field)
{
    for (unsigned i = 0; i < field->rank && field->axis; i++) {
        free(field->axis[i].problem);
        free(field->axis[i].result);
    }
    free(field->axis);
    free(field->order);
    free(field->extent);
    free(field->missing);
    free(field->stored_path);
    hg_coords_free(&field->coords);
    hg_values_free(&field->values);
    memset(field, 0, sizeof *field);
}

uint64_t hg_field_result_bytes(const struct field *field)
{
    uint64_t bytes = field->components * hg_element_size(field->result) * field->n_axes;
    for (unsigned i = 0; i < field->rank; i++)
        bytes *= field->extent[i];
    return bytes;
}
