/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stored numbers to values: packing, missing values and valid ranges. Read are CF and the netCDF
 * users' guide (scale_factor and add_offset, _Unsigned, _FillValue, missing_value, valid_range or
 * valid_min and valid_max, and the number that netCDF-4 fills a variable with where it has no
 * _FillValue), NXdata (the datasets NAME_scaling_factor and NAME_offset) and MINC2 (image-min and
 * image-max). None of it is defined for complex numbers, where it is reported and not used. All
 * within hg_enter.
 */
#ifndef H5GRAD_VALUES_VALUES_H
#define H5GRAD_VALUES_VALUES_H

#include "values/numbers.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "stencil/unpack.h"

/* A zeroed struct is empty. */
struct values {
    bool applies; /* stored numbers are not simply the values: apply rule */
    bool missing; /* some stored numbers stand for no value */
    bool packed;
    bool by_default; /* only the number that netCDF-4 fills variables with stands for no value */
    enum element stored; /* of the scalars; _Unsigned may give it the other sign than the type's */
    enum element unpacked; /* packed: type of the values, F32 or F64 */
    struct unpack_rule rule;
    char *text; /* for people: "missing -999, scale_factor 0.5"; NULL unless it applies */
    char *note; /* what the file says and is not used, and why; NULL */
    union unpack_number *numbers; /* of rule */
    double *slices;               /* of rule */
};

/* Finds the datasets of a walk whose names look like packing or missing values of others, for
 * hg_values_read. Fails only when memory runs out. */
enum h5grad_status hg_values_survey(hid_t file, struct h5_walk *walk, struct h5grad_error *err);

/* A field: the dataset at path, which a walk that was surveyed has found; without one (NULL) the
 * groups around it are looked through. path NULL: coordinates, of which only the dataset's own
 * attributes count. */
struct values_place {
    hid_t file;
    const struct h5_walk *walk;
    const char *path;
    hid_t dataset;
};

/*
 * Reads what is said of a field. rule.offset is 0 where all values have the same one, which no
 * derivative sees. H5GRAD_FAILED, with the reason and the way out, for packing that cannot be
 * undone. On failure nothing is to be freed.
 */
enum h5grad_status hg_values_read(const struct values_place *field, const struct h5_type *type,
                                  struct values *values, struct h5grad_error *err);

/* The same for coordinates, with the offset; valid ranges do not apply to them. */
enum h5grad_status hg_values_read_coordinates(hid_t dataset, const struct h5_type *type,
                                              struct values *values, struct h5grad_error *err);

void hg_values_free(struct values *values);

/* For values.c: the rule of an image of MINC2, whose integers stand for what two datasets beside it
 * say, often for each slice. *found tells whether it is one. */
enum h5grad_status hg_values_read_minc(const struct values_place *field, const struct h5_type *type,
                                       struct values *values, bool *found,
                                       struct h5grad_error *err);

/* For values.c: the number that netCDF-4 filled a dataset of that type with because it had no
 * other. *found is false where there is none, and for bytes. */
enum h5grad_status hg_values_find_default_fill(hid_t dataset, enum element stored,
                                               struct number *fill, bool *found,
                                               struct h5grad_error *err);

/* For values.c: adds to the note what looks like packing or missing values, would change a
 * derivative and is not among the values that are understood. other_sign as of
 * hg_number_as_stored. */
enum h5grad_status hg_values_note_unknown(const struct values_place *place,
                                          const struct values *values, bool other_sign, FILE *note,
                                          struct h5grad_error *err);

/* The attributes that values.c understands; NULL ends them. */
extern const char *const hg_values_names[];

#endif
