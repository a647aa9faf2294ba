/* SPDX-License-Identifier: BSD-3-Clause */
/* A task: the dataset, reader and plan of a field, open while it is described, planned or done. */
#ifndef H5GRAD_RUN_TASK_H
#define H5GRAD_RUN_TASK_H

#include "engine/engine.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "formats/field.h"
#include "run/options.h"
#include "run/sphere.h"

#define TASK_MOST_COMBINATIONS 5 /* divergence, three of curl, q */

struct task {
    const struct field *field;
    hid_t file, dataset;        /* dataset: -1 if the field's place is known */
    struct h5_contiguous place; /* of such a field */
    struct h5_type type;
    const char *io;          /* of the options */
    struct journal *journal; /* of the run; NULL */
    bool leases;             /* ranks write chunks of results, into leases */
    struct task *other;      /* of a vector: the tasks of the components after the first */
    struct engine_source source[FIELD_MOST_COMPONENTS]; /* the field, or all components */
    enum element arithmetic;                            /* of derivatives along even axes */
    unsigned n_combinations;
    struct combination combination[TASK_MOST_COMBINATIONS];
    /* The inputs of combinations. */
    unsigned combined[TASK_MOST_COMBINATIONS][COMBINATION_MOST_INPUTS];
    struct combination alone; /* of a single derivative that is divided by factors */
    struct sphere_rows rows;  /* of a field on a sphere */
    struct engine_job job;    /* complete but for sink and callbacks */
    struct plan plan;
    /* Set when the dataset is opened. */
    struct h5_storage storage;
    struct h5_storage
        whole; /* of the dataset, if the field is a part of it; storage is the part's */
    /* Set by hg_task_plan, as far as they are used. */
    struct h5_storage result_storage;
    char left_out[1200]; /* filters of the dataset that its results lack; or "" */
    struct engine_derivative derivative[2 * GRID_MAX_RANK];
    struct engine_output output[FIELD_MOST_RESULTS]; /* in the field's order */
    /* Set by hg_task_plan_part. */
    struct region part; /* the points of the part of the results that is made; ... */
    uint64_t part_origin[GRID_MAX_RANK]; /* ... the first of these results */
};

/*
 * Opens the dataset of the variable at path and describes it in *field, which is empty: type,
 * points, coordinates, values. unpack: packing and missing values count. walk may be NULL. path
 * must outlive the field. On failure field->fault is the kind of the reason. Call hg_task_close and
 * hg_field_free in any case. Not within hg_enter, as all below.
 */
enum h5grad_status hg_task_describe(struct task *task, hid_t file, const struct h5_walk *walk,
                                    const char *path, bool unpack, struct field *field,
                                    struct h5grad_error *err);

/* Makes the tasks of the components after the first of a vector with n. */
enum h5grad_status hg_task_make_others(struct task *task, unsigned n, struct h5grad_error *err);

/* Restricts the storage of a dataset to the field that is a part of it. */
void hg_task_take_part(struct task *task);

/* Opens the dataset of a field described before, or those of the components of a vector. */
enum h5grad_status hg_task_open(struct task *task, hid_t file, const struct field *field,
                                struct h5grad_error *err);

/* Opens the reader of the field, whose axes are settled, or those of the components of a vector,
 * and plans its tiles. Sets *too_large if that fails for the memory cap. */
enum h5grad_status hg_task_plan(struct task *task, const struct run_options *options,
                                bool *too_large, struct h5grad_error *err);

/* Plans the tiles of a part of the results of a field that was planned, instead of all. The one
 * that follows it along an axis is expected next: decoded chunks that it needs are kept for it. */
enum h5grad_status hg_task_plan_part(struct task *task, const struct run_options *options,
                                     const struct box *part, unsigned along,
                                     struct h5grad_error *err);

/* Returns the source that a reader of the field needs. */
struct reader_source hg_task_source(const struct task *task);

/* Keeps the method of each reader in the field and in other components; and, if results need
 * nothing else of the dataset, where its points are, so that it is not opened again. */
void hg_task_note_methods(const struct task *task, struct field *field);

/* Safe after any failure. */
void hg_task_close(struct task *task);

#endif
