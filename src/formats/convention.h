/* SPDX-License-Identifier: BSD-3-Clause */
/* A convention: one file, and one row of the table in formats/formats.c. All within hg_enter. */
#ifndef H5GRAD_FORMATS_CONVENTION_H
#define H5GRAD_FORMATS_CONVENTION_H

#include <limits.h>

#include "base/memory.h"
#include "formats/coords.h"
#include "hdf5/attribute.h"
#include "hdf5/walk.h"

/*
 * A dataset that conventions are asked about, and their answer. A query fails only if memory runs
 * out: then status is set and the functions below do nothing, so that callers need not check it.
 */
struct query {
    hid_t file;
    const char *path;
    hid_t dataset;
    unsigned rank;
    uint64_t extent[GRID_MAX_RANK];
    const struct h5_walk *walk; /* for axes: of the file, each dataset surveyed; NULL: not needed */
    struct coords *coords;      /* for axes */
    struct h5_set *set;         /* for references and survey */
    struct coords_vector *vector; /* for vector, when dataset is -1 if path is that of a group */
    const char *source;           /* of axes that are recorded: the convention's name, which it may
                                     replace by a static text */
    enum h5grad_status status;
    struct h5grad_error *err;
};

struct field;
struct field_result;

/* The written results of a field, for the convention that they follow. */
struct coords_results {
    hid_t input;  /* the file of the source */
    hid_t source; /* its dataset */
    hid_t output; /* the file of the results */
    const struct field *field;
};

/*
 * A convention. Each function may be NULL.
 *
 * axes         records its knowledge of the axes that are still COORDS_NONE (or only named), and
 *              names of axes without a name; sets coords->convention if results take its form
 * not_field    see formats.h; of the query it may use file, path and dataset
 * references   see formats.h
 * survey       see formats.h
 * vector       records the vector at path, or the one of which the dataset at path is a component
 * unlike       returns the property in which two components of a vector must not differ but do;
 *              NULL: none
 * joins        whether a curl of three components is written as one dataset, with its components x
 *              (that along the fastest axis), y and z along the last axis
 * apart        how paths of datasets begin that are described elsewhere than in attributes of their
 *              own and of their groups; NULL: none are
 * result_path  returns the path of a result of a field, called what in --name, used without --name,
 *              to be freed; NULL if memory runs out
 * finish       makes the groups and attributes by which readers of the convention find results; not
 *              those that results have in any file (units, scales)
 */
struct coords_convention {
    const char *name;
    void (*axes)(struct query *query);
    const char *(*not_field)(const struct query *query);
    void (*references)(struct query *query);
    void (*survey)(struct query *query);
    void (*vector)(struct query *query);
    const char *(*unlike)(hid_t a, hid_t b);
    bool joins;
    const char *apart;
    char *(*result_path)(const struct field *field, const struct field_result *result,
                         const char *what);
    enum h5grad_status (*finish)(const struct coords_results *results, struct h5grad_error *err);
};

extern const struct coords_convention hg_coords_openpmd;
extern const struct coords_convention hg_coords_vtkhdf;
extern const struct coords_convention hg_coords_nxdata;
extern const struct coords_convention hg_coords_cf;
extern const struct coords_convention hg_coords_components;
extern const struct coords_convention hg_coords_minc2;
extern const struct coords_convention hg_coords_the_well;
extern const struct coords_convention hg_coords_pdebench;
extern const struct coords_convention hg_coords_cactus;
extern const struct coords_convention hg_coords_bigdataviewer;
extern const struct coords_convention hg_coords_blocks;
extern const struct coords_convention hg_coords_gathered;
extern const struct coords_convention hg_coords_housekeeping;
extern const struct coords_convention hg_coords_images;
extern const struct coords_convention hg_coords_nxlog;
extern const struct coords_convention hg_coords_odim;
extern const struct coords_convention hg_coords_hdfeos;
extern const struct coords_convention hg_coords_wrf;
extern const struct coords_convention hg_coords_hyperspy;
extern const struct coords_convention hg_coords_emd;
extern const struct coords_convention hg_coords_velox;
extern const struct coords_convention hg_coords_delmic;
extern const struct coords_convention hg_coords_dream3d;
extern const struct coords_convention hg_coords_nwb;
extern const struct coords_convention hg_coords_snirf;
extern const struct coords_convention hg_coords_gpm;
extern const struct coords_convention hg_coords_nc_complex;
extern const struct coords_convention hg_coords_bout;
extern const struct coords_convention hg_coords_meshes;
extern const struct coords_convention hg_coords_ugrid;
extern const struct coords_convention hg_coords_cgns;
extern const struct coords_convention hg_coords_elements;
extern const struct coords_convention hg_coords_attributes;
extern const struct coords_convention hg_coords_dimension_scales;

/* -------------------------------------------------------------------------------- questions */

/* Returns whether the object has an attribute of that text, ignoring case and blanks at its end. */
bool hg_coords_says(hid_t object, const char *attribute, const char *text);

/* Returns the text of an attribute, to be freed; NULL if there is none or it is empty. */
char *hg_coords_text(hid_t object, const char *attribute);

/* Reads the number in an attribute, or in its text; false if there is none. */
bool hg_coords_number(struct query *query, hid_t object, const char *attribute, double *value);

/* Likewise the n numbers of a dataset, whose text hg_coords_dataset_text returns, to be freed; NULL
 * if it has none, or more than 1 MiB. */
bool hg_coords_dataset_numbers(struct query *query, const char *path, size_t n, double *value);
char *hg_coords_dataset_text(struct query *query, const char *path);

/* Reads the one number that all points of a dataset have; false if they differ, or are more than
 * 2^20. */
bool hg_coords_dataset_constant(struct query *query, const char *path, double *value);

/* Returns whether the object has an attribute whose text begins with a prefix. */
bool hg_coords_begins(hid_t object, const char *attribute, const char *prefix);

/* Returns whether path begins with one of n prefixes. */
bool hg_coords_lies_below(const char *path, size_t n, const char *const *prefix);

/* Returns whether text is one of n names; false if it is NULL. */
bool hg_coords_is_one_of(const char *text, size_t n, const char *const *name);

/* Returns the path of an object of that name in the dataset's group, to be freed; NULL if memory
 * runs out. */
char *hg_coords_beside(const struct query *query, const char *name);

/* Returns the path of the group so many levels above the dataset, 1 for its own, to be freed; NULL
 * if memory runs out. */
char *hg_coords_above(const struct query *query, unsigned levels);

/* Opens the group there; -1 if there is none. */
hid_t hg_coords_open_above(const struct query *query, unsigned levels);

/* Opens the dataset beside it; -1 if there is none. */
hid_t hg_coords_open_beside(const struct query *query, const char *name);

/*
 * Checks whether a dataset can serve as coordinates of an axis of extent points: 1-D and of real
 * numbers. If edges is not NULL, one point more is allowed, and sets it. What may grow while it is
 * read may have another extent. Otherwise H5GRAD_FAILED with the reason ("has 7 points, the axis
 * 8").
 */
enum h5grad_status hg_coords_judge(hid_t dataset, uint64_t extent, bool *edges,
                                   struct h5grad_error *reason);

/* ---------------------------------------------------------------------------------- answers */

/* Fail the query because memory ran out: for that many bytes, or if that is the reason of a
 * failure.
 */
void hg_coords_no_memory(struct query *query, uint64_t bytes);
void hg_coords_fail_for(struct query *query, const struct h5grad_error *reason);

/* printf into new memory; NULL after the query has failed. */
char *hg_coords_format(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Adds an object with its number to the set, unless id is negative or it cannot be identified. */
void hg_coords_add(struct query *query, hid_t object, size_t number);

/* Adds the variables that n attributes of the dataset name. */
void hg_coords_add_variables(struct query *query, size_t n, const char *const *attribute);

/* Adds the scales attached to an axis (COORDS_EVERY_AXIS: to any) of a dataset of that rank to set.
 * Returns whether any axis has scales. */
#define COORDS_EVERY_AXIS UINT_MAX
bool hg_coords_add_scales(struct query *query, hid_t dataset, unsigned rank, unsigned axis,
                          struct h5_set *set, size_t number);

/* Returns whether one of the scales attached to an axis of a dataset of that rank is in set.
 * *attached: the dataset has scales; may be NULL. */
bool hg_coords_shares_scale(struct query *query, hid_t dataset, unsigned rank, unsigned axis,
                            const struct h5_set *set, bool *attached);

/* Appends a name to the list "XLAT, XLONG" in *names, which is NULL or to be freed. */
enum h5grad_status hg_coords_add_name(char **names, const char *name, struct h5grad_error *err);

/*
 * All these enter something for axis k. An axis that is known already stays as it is: the first
 * convention wins.
 */

/* A uniform step; a step that is 0 or not finite is a problem. */
void hg_coords_set_step(struct query *query, unsigned k, double step, double origin);

/*
 * The dataset at path with its unit (units or unit); a problem if it is absent or cannot serve;
 * nothing if it has a null dataspace. edges: it may have one point more than the axis, which makes
 * it edges of cells.
 */
void hg_coords_set_dataset(struct query *query, unsigned k, const char *path, bool edges);

/* Likewise the numbers in an attribute of the object; nothing if there is none. */
void hg_coords_set_attribute(struct query *query, unsigned k, hid_t object, const char *attribute);

/* COORDS_UNUSABLE: "axis K: SOURCE: TEXT; " and the way out. The second one for every axis. */
void hg_coords_set_problem(struct query *query, unsigned k, const char *format, ...)
    BASE_PRINTF(3, 4);
void hg_coords_set_problems(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* The name, unless the axis has one, or name is NULL or empty. */
void hg_coords_set_name(struct query *query, unsigned k, const char *name);
void hg_coords_set_unit(struct query *query, unsigned k, const char *unit);

/* The unit in an attribute of the object. */
void hg_coords_set_unit_of(struct query *query, unsigned k, hid_t object, const char *attribute);

/* Leaves the axis out unless --dim names it; the first reason stays. */
void hg_coords_leave_out(struct query *query, unsigned k, const char *format, ...)
    BASE_PRINTF(3, 4);

/* Forgets what was entered for an axis, except its name and why it is left out. */
void hg_coords_forget(struct coords_axis *axis);

/* Appends a note. */
void hg_coords_add_note(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Sets the refusal, unless there is one; appends the way out, by coords->own_steps. */
void hg_coords_refuse(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Enter the path by which --vector names a vector, and why it cannot be differentiated. */
void hg_coords_set_vector(struct query *query, const char *path, bool is_whole);
void hg_coords_set_vector_problem(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Enters the component along the axis of that name; false if that is not x, y or z, or is entered
 * already. */
bool hg_coords_add_component(struct query *query, const char *axis, unsigned part);

/* ---------------------------------------------------------------------------------- results */

/* All for finish. Copies those of n attributes that exist. */
enum h5grad_status hg_coords_copy_attributes(hid_t from, hid_t to, size_t n,
                                             const char *const *name, struct h5grad_error *err);
enum h5grad_status hg_coords_remove_attributes(hid_t object, size_t n, const char *const *name,
                                               struct h5grad_error *err);

/*
 * Makes the group at path of the output, with those above it, unless it exists. Copies the chosen
 * attributes (NULL: all) of the input's group at path that it lacks.
 */
enum h5grad_status hg_coords_copy_group(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err);

/* Likewise for every group above the object at path, from the root down. */
enum h5grad_status hg_coords_copy_above(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err);

/* Copies a coordinate array of the field's axis from path of the input to path of the output,
 * unless it exists: the part that belongs to the results, with its attributes except references to
 * other objects. axis == rank: of no axis, all of it. */
enum h5grad_status hg_coords_copy_array(const struct coords_results *results, unsigned axis,
                                        const char *path, struct h5grad_error *err);

#endif
