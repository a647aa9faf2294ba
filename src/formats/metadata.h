/* SPDX-License-Identifier: BSD-3-Clause */
/* The attributes of results and of the output as a whole. All within hg_enter. */
#ifndef H5GRAD_FORMATS_METADATA_H
#define H5GRAD_FORMATS_METADATA_H

#include "formats/field.h"

/*
 * Writes the attributes of a result to its dataset, of datatype type: how it was made; those of
 * source, the field's dataset, that hold for it; and units, long_name and description of a
 * derivative.
 */
enum h5grad_status hg_metadata_write(const struct field *field, const struct field_result *result,
                                     hid_t source, hid_t dataset, hid_t type,
                                     struct h5grad_error *err);

/* Returns the unit of an axis's coordinates; NULL if unknown. */
const char *hg_metadata_axis_unit(const struct field *field, unsigned axis);

/* Returns the line of this run, at this time, in a file's history, to be freed; NULL if memory runs
 * out. */
char *hg_metadata_history_line(const char *command);

/* Writes the file's history: the line of this run before those of input. */
enum h5grad_status hg_metadata_write_history(hid_t output, hid_t input, const char *line,
                                             struct h5grad_error *err);

#endif
