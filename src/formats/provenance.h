/* SPDX-License-Identifier: BSD-3-Clause */
/* The attributes of a result that say how it was made: gradient_of and the others of that kind. The
 * history of the file is in formats/metadata. */
#ifndef H5GRAD_FORMATS_PROVENANCE_H
#define H5GRAD_FORMATS_PROVENANCE_H

#include "formats/field.h"

/* Writes them to the dataset of a result. Within hg_enter. */
enum h5grad_status hg_provenance_write(const struct field *field, const struct field_result *result,
                                       hid_t dataset, struct h5grad_error *err);

/* Whether a dataset of the file has them. Within hg_enter. */
bool hg_provenance_is_result(hid_t file);

#endif
