/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of a field in the output file: datasets, attributes, writers. */
#ifndef H5GRAD_RUN_RESULTS_H
#define H5GRAD_RUN_RESULTS_H

#include "formats/aux_vars.h"
#include "hdf5/create.h"
#include "run/task.h"

/* Where a result goes. */
struct result_place {
    hid_t file;
    struct aux_vars *aux_vars; /* of the file */
    const struct scale_links *links;
};

#define RESULTS_STORAGES 3

/* What the datasets of a field's results are like. All have the same extents. Real results of a
 * complex field have another type. Those of many fields are alike, so the shape is kept for the
 * next field. */
struct results_shape {
    bool is_made;
    struct h5_storage storage;           /* that was wanted */
    unsigned components, behind;         /* of the field; struct engine_job */
    enum element element;                /* of the results */
    hid_t type, space, creation;         /* type is also that in memory */
    hid_t scalar;                        /* the type of real results */
    hid_t joined_space, joined_creation; /* of joined results */
};

/* What is kept from field to field. A zeroed struct has nothing. */
struct results_kept {
    hid_t output; /* the file that stays open for the next field */
    struct h5_creator creator;
    struct results_shape shape; /* of the results that were created last */
    struct put *put;            /* of the output */
};

struct results {
    struct results_kept *kept;
    hid_t file[FIELD_MOST_RESULTS]; /* of each result */
    /* By libhdf5: of type, of scalar, of joined results of type. Rank 0: not read yet. */
    struct h5_storage storage[RESULTS_STORAGES];
    hid_t dataset[FIELD_MOST_RESULTS]; /* in the field's order */
    struct writer *writer[FIELD_MOST_RESULTS];
    struct put *put[FIELD_MOST_RESULTS]; /* of each file that is not the output */
};

/* Starts without results, all of which are in output. */
void hg_results_init(struct results *results, struct results_kept *kept, hid_t output);

/* Closes what is kept, without which the file cannot be closed. Within hg_enter. */
void hg_results_release(struct results_kept *kept);

/* Creates the datasets, each in its place, with their attributes and scales, and opens their
 * writers. Within hg_enter. */
enum h5grad_status hg_results_create(const struct task *task, const struct result_place *place,
                                     struct results *results, struct h5grad_error *err);

/* Returns which of the storages is that of a result. */
unsigned hg_results_storage(const struct field *field, const struct field_result *result);

/* Opens the datasets of results that were created before and closed. Within hg_enter. */
enum h5grad_status hg_results_open(const struct field *field, struct results *results,
                                   struct h5grad_error *err);

/* Closes the writers alone, which others do without. */
void hg_results_drop_writers(struct results *results);

/* Checks that libhdf5 reads at the ends of an opened contiguous result what is there. Within
 * hg_enter. */
enum h5grad_status hg_results_verify(const struct field *field, struct results *results, unsigned k,
                                     struct h5grad_error *err);

/* Opens the writers of results that were opened. Within hg_enter. */
enum h5grad_status hg_results_write(const struct task *task, struct results *results,
                                    struct h5grad_error *err);

/* Closes the datasets, which the writers do without. Within hg_enter. */
enum h5grad_status hg_results_close(const struct field *field, struct results *results,
                                    struct h5grad_error *err);

/* Closes datasets and writers. If status is H5GRAD_OK, after the engine has run, completes the
 * datasets; else returns status. Within hg_enter. */
enum h5grad_status hg_results_finish(const struct field *field, struct results *results,
                                     enum h5grad_status status, struct h5grad_error *err);

#endif
