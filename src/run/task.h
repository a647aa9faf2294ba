/* SPDX-License-Identifier: BSD-3-Clause */
/* The field at hand: its dataset, reader and plan, open while it is described, planned, or done. */
#ifndef H5GRAD_RUN_TASK_H
#define H5GRAD_RUN_TASK_H

#include "engine/engine.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "formats/field.h"
#include "run/options.h"

struct task {
    const struct field *field;
    hid_t file, dataset;
    struct h5_storage storage;
    struct h5_type type;
    struct h5_storage result_storage;
    char left_out[1200];     /* filters of the dataset that its results do without; "" */
    const char *io;          /* of the options */
    struct journal *journal; /* of the run; NULL */
    struct engine_source source;
    struct engine_derivative derivative[GRID_MAX_RANK]; /* in the field's order, ... */
    struct engine_output output[GRID_MAX_RANK];         /* ... each an output */
    struct engine_job job;                              /* complete but for sink and callbacks */
    struct plan plan;
};

/*
 * Opens the dataset of the variable at path and describes it in *field, which is empty: type,
 * points, coordinates, values. unpack: its stored numbers may stand for others. walk may be NULL.
 * path outlives the field. On failure field->fault says of what kind the reason is. hg_task_close
 * and hg_field_free are due in either case. Not within hg_enter, as all below.
 */
enum h5grad_status hg_task_describe(struct task *task, hid_t file, const struct h5_walk *walk,
                                    const char *path, bool unpack, struct field *field,
                                    struct h5grad_error *err);

/* Opens the dataset of a field that was described before. */
enum h5grad_status hg_task_open(struct task *task, hid_t file, const struct field *field,
                                struct h5grad_error *err);

/* Opens the reader of the field, whose axes are settled, and plans its tiles. *too_large: it failed
 * because the field needs more memory than the cap leaves. */
enum h5grad_status hg_task_plan(struct task *task, const struct run_options *options,
                                bool *too_large, struct h5grad_error *err);

/* Safe after any failure. */
void hg_task_close(struct task *task);

#endif
