/* SPDX-License-Identifier: BSD-3-Clause */
/* The groups around results in a file, and what else the convention of their source wants. Not
 * within hg_enter. */
#ifndef H5GRAD_RUN_GROUPS_H
#define H5GRAD_RUN_GROUPS_H

#include "run/state.h"

/* Copies the attributes of the groups of the task's field that hold for results, unless a
 * convention does it. Marks of a format are among them in netCDF only, where links has scales of
 * the input. */
enum h5grad_status hg_groups_copy(struct run *run, const struct scale_links *links, hid_t file,
                                  struct h5grad_error *err);

/* Lets the convention of the source complete a file. field: that of the run's task, with the
 * results that are in the file. */
enum h5grad_status hg_groups_finish(const struct run *run, hid_t file, const struct field *field,
                                    struct h5grad_error *err);

#endif
