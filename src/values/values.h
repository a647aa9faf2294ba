/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From stored numbers to values: packing, missing values and valid ranges. Known are CF and the
 * netCDF users' guide (scale_factor and add_offset, _Unsigned, _FillValue, missing_value,
 * valid_range or valid_min and valid_max, and netCDF-4's default fill value in place of
 * _FillValue), NXdata (the datasets NAME_scaling_factor and NAME_offset), NXlog (scaling_factor of
 * its times), MINC2 (image-min and image-max), ODIM_H5, HDF-EOS5 and NWB. None of it is defined for
 * complex numbers, for which it is reported and not used. All within hg_enter.
 */
#ifndef H5GRAD_VALUES_VALUES_H
#define H5GRAD_VALUES_VALUES_H

#include "base/growing.h"
#include "values/numbers.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "stencil/unpack.h"

/* A zeroed struct is empty. */
struct values {
    bool applies; /* the values are not the stored numbers: apply rule */
    bool missing; /* some stored numbers are missing values */
    bool packed;
    bool by_default;       /* only netCDF-4's default fill value is missing */
    enum element stored;   /* of the scalars; _Unsigned may have changed the sign */
    enum element unpacked; /* packed: type of the values, F32 or F64 */
    struct unpack_rule rule;
    double offset; /* of a field: belongs to all values, but rule does not add it */
    char *text;    /* to print: "missing -999, scale_factor 0.5"; NULL unless applies */
    char *note;    /* what the file says that is not used, and why; or NULL */
    union unpack_number *numbers; /* of rule */
    double *slices;               /* of rule */
};

/* Finds the datasets of a walk whose names look like packing or missing values of others, for
 * hg_values_read. Fails only if memory runs out. */
enum h5grad_status hg_values_survey(hid_t file, struct h5_walk *walk, struct h5grad_error *err);

/* A field: the dataset at path, found by a surveyed walk; if walk is NULL the groups around it are
 * searched. path NULL: coordinates, of which only the dataset's own attributes count. */
struct values_place {
    hid_t file;
    const struct h5_walk *walk;
    const char *path;
    hid_t dataset;
};

/*
 * Reads the packing and missing values of a field. If all values have the same offset, which no
 * derivative sees, it is in offset, and rule.offset is 0. H5GRAD_FAILED, with the reason and what
 * to do, for packing that cannot be undone; nothing is to be freed then.
 */
enum h5grad_status hg_values_read(const struct values_place *field, const struct h5_type *type,
                                  struct values *values, struct h5grad_error *err);

/* The same for coordinates, with the offset but without valid ranges. */
enum h5grad_status hg_values_read_coordinates(hid_t dataset, const struct h5_type *type,
                                              struct values *values, struct h5grad_error *err);

void hg_values_free(struct values *values);

/* For values.c: reads the rule of a MINC2 image, whose integers are scaled by two datasets beside
 * it, often per slice. *found: it is such an image. */
enum h5grad_status hg_values_read_minc(const struct values_place *field, const struct h5_type *type,
                                       struct values *values, bool *found,
                                       struct h5grad_error *err);

/* What a convention with attributes of its own says of a field's numbers. */
enum values_what { VALUES_SCALE, VALUES_OFFSET, VALUES_MISSING, VALUES_UNDETECTED, VALUES_SAID };

struct values_said {
    const char *name[VALUES_SAID];       /* of each attribute; static */
    struct numbers numbers[VALUES_SAID]; /* of those that exist */
    const char *refusal; /* why the packing cannot be undone, static; NULL: it can */
};

/* For values.c. Free *said in any case. */
enum h5grad_status hg_values_read_said(const struct values_place *field, struct values_said *said,
                                       struct h5grad_error *err);
void hg_values_free_said(struct values_said *said);

/* For values.c: reads the factor of the times of an NXlog of NeXus, which count ticks. */
enum h5grad_status hg_values_read_ticks(hid_t dataset, struct numbers *factor,
                                        struct h5grad_error *err);

/* For values.c: finds netCDF-4's default fill value of the type, if it filled the dataset with it.
 * *found is false if not, and for bytes. */
enum h5grad_status hg_values_find_default_fill(hid_t dataset, enum element stored,
                                               struct number *fill, bool *found,
                                               struct h5grad_error *err);

/* For values.c: adds to the note what looks like packing or missing values, would change a
 * derivative, and is not understood. other_sign as for hg_number_as_stored. */
enum h5grad_status hg_values_note_unknown(const struct values_place *place,
                                          const struct values *values, bool other_sign,
                                          struct growing *note, struct h5grad_error *err);

/* The attributes that values.c understands, ended by NULL. */
extern const char *const hg_values_names[];

#endif
