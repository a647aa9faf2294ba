/* SPDX-License-Identifier: BSD-3-Clause */
/* A field: one dataset to differentiate, with everything that can be known before output is made.
 */
#ifndef H5GRAD_RUN_FIELD_H
#define H5GRAD_RUN_FIELD_H

#include "formats/coords.h"
#include "values/values.h"
#include "engine/engine.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"
#include "axis/store.h"
#include "run/options.h"
#include "hdf5/walk.h"

/* One axis of a field, differentiated or not. */
struct field_axis {
    bool differentiated;
    bool dropped; /* for its coordinates, of which coords.axis[].problem says what is wrong */
    struct spacing_option spacing; /* resolved: SPACING_NUMBER, SPACING_PATH, or AUTO for unit */
    const char *source;            /* "command line", a convention's name, "none found" */
    const struct coordinate *coordinate; /* of a differentiated SPACING_PATH */
    char *result;                        /* path of the result */
};

struct field {
    const char *path; /* of the variable, see hdf5/names.h */
    char *stored;     /* of its dataset */
    hid_t file, dataset;
    struct h5_storage storage;
    struct h5_type type;
    struct values values; /* empty with --no-unpack */
    struct coords coords;
    bool unusable;  /* what the file or an option says of it is why it could not be planned */
    bool too_large; /* it needs more memory than the cap leaves */
    bool lost;      /* it could not be opened because it, or points of it, cannot be reached */
    char *missing;  /* what is to be said of points that it does not have; NULL */
    struct field_axis axis[GRID_MAX_RANK];
    enum element result;
    struct h5_storage result_storage;
    struct reader *reader;
    unsigned n_axes;
    struct engine_axis engine_axis[GRID_MAX_RANK];
    struct engine_job job; /* complete but for the writers and callbacks */
    struct plan plan;
};

/* What a dataset is: type, storage, values, axes. unpack: its stored numbers may stand for others.
 * path outlives the field. The reason otherwise; hg_field_close is due in either case. Not within
 * h5_enter. */
enum h5grad_status hg_field_open(hid_t file, const struct h5_walk *walk, const char *path,
                                 bool unpack, struct field *field, struct h5grad_error *err);

/* Safe after any failure. Not within h5_enter. */
void hg_field_close(struct field *field);

/* Bytes of all results as the engine makes them. */
uint64_t hg_field_result_bytes(const struct field *field);

#endif
