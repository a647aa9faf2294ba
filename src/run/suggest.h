/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets that may hold the coordinates of axes of which a file says nothing. */
#ifndef H5GRAD_RUN_SUGGEST_H
#define H5GRAD_RUN_SUGGEST_H

#include "axis/store.h"
#include "formats/field.h"

/* What was found for the last field, kept for the next one in the same group. A zeroed struct is
 * empty. */
struct suggestions {
    char *group;
    struct coord_store *store; /* not the run's: its notes are about what is used */
    size_t n;
    struct suggested *item;
};

/* Sets field->axis[i].suggestion of each settled axis with unit spacing: to the datasets in the
 * field's group or above it that could be its coordinates, and how to give them, if they are few.
 * Not within hg_enter. */
enum h5grad_status hg_suggest(struct suggestions *suggestions, hid_t file, struct field *field,
                              struct h5grad_error *err);
void hg_suggestions_free(struct suggestions *suggestions);

/* Writes the suggestions for all axes of a field to out: "/z has 32 points: --coord 0=/z; ...". */
void hg_suggestions_text(const struct field *field, char *out, size_t size);

#endif
