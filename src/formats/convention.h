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
 * A dataset that conventions are asked about, and their answer. Only want of memory fails a query:
 * status is set then, and the functions below do nothing any more, so that their callers need not
 * look at it.
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
    struct coords_vector *vector; /* for vector, where dataset is -1 if path is that of a group */
    const char *source;           /* of axes that are entered: the convention's name, which it may
                                     replace by a static text */
    enum h5grad_status status;
    struct h5grad_error *err;
};

struct field;
struct field_result;

/* The results of one field, all of them written, for the convention that shapes them. */
struct coords_results {
    hid_t input;  /* the file of the source */
    hid_t source; /* its dataset */
    hid_t output; /* the file of the results */
    const struct field *field;
};

/*
 * A convention. Each function may be NULL.
 *
 * axes         enters what it knows of the axes that are still COORDS_NONE (or only named), and
 *              names of axes that have none; sets coords->convention where results take its form
 * not_field    see formats.h; of the query it may use file, path and dataset
 * references   see formats.h
 * survey       see formats.h
 * vector       enters the vector that path leads to, or is a component of
 * unlike       what of two components of a vector differs and makes their numbers of another kind;
 *              NULL: nothing
 * result_path  the path of a result of a field, called what by --name, in new memory, where that
 *              says nothing; NULL when there is no memory
 * finish       makes the groups and attributes by which readers of the convention find the results.
 *              Attributes of the results themselves that hold for any file (units, scales) are not
 *              its business.
 */
struct coords_convention {
    const char *name;
    void (*axes)(struct query *query);
    const char *(*not_field)(const struct query *query);
    void (*references)(struct query *query);
    void (*survey)(struct query *query);
    void (*vector)(struct query *query);
    const char *(*unlike)(hid_t a, hid_t b);
    char *(*result_path)(const struct field *field, const struct field_result *result,
                         const char *what);
    enum h5grad_status (*finish)(const struct coords_results *results, struct h5grad_error *err);
};

extern const struct coords_convention hg_coords_openpmd;
extern const struct coords_convention hg_coords_vtkhdf;
extern const struct coords_convention hg_coords_nxdata;
extern const struct coords_convention hg_coords_cf;
extern const struct coords_convention hg_coords_minc2;
extern const struct coords_convention hg_coords_the_well;
extern const struct coords_convention hg_coords_pdebench;
extern const struct coords_convention hg_coords_cactus;
extern const struct coords_convention hg_coords_bigdataviewer;
extern const struct coords_convention hg_coords_blocks;
extern const struct coords_convention hg_coords_gathered;
extern const struct coords_convention hg_coords_housekeeping;
extern const struct coords_convention hg_coords_images;
extern const struct coords_convention hg_coords_attributes;
extern const struct coords_convention hg_coords_dimension_scales;

/* -------------------------------------------------------------------------------- questions */

/* Whether the object has an attribute of that text, in any letter case and with blanks behind it.
 */
bool hg_coords_says(hid_t object, const char *attribute, const char *text);

/* The text of an attribute in new memory; NULL where there is none, or an empty one. */
char *hg_coords_text(hid_t object, const char *attribute);

/* Whether path begins with one of n prefixes. */
bool hg_coords_lies_below(const char *path, size_t n, const char *const *prefix);

/* The path of an object of that name in the dataset's group, in new memory; NULL when there is no
 * memory. */
char *hg_coords_beside(const struct query *query, const char *name);

/* The dataset there; -1 when there is none. */
hid_t hg_coords_open_beside(const struct query *query, const char *name);

/*
 * Whether a dataset can serve as coordinates of an axis of extent points: 1-D and of real numbers.
 * edges, when not NULL, allows one point more and is set where there is. Otherwise H5GRAD_FAILED
 * with the reason ("has 7 points, the axis 8").
 */
enum h5grad_status hg_coords_judge(hid_t dataset, uint64_t extent, bool *edges,
                                   struct h5grad_error *reason);

/* ---------------------------------------------------------------------------------- answers */

/* Fails the query for want of that many bytes, or where that is the reason why something failed. */
void hg_coords_no_memory(struct query *query, uint64_t bytes);
void hg_coords_fail_for(struct query *query, const struct h5grad_error *reason);

/* printf into new memory; NULL after a failure. */
char *hg_coords_format(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Adds an object, where it can be identified, with its number to the set; nothing where id is
 * negative. */
void hg_coords_add(struct query *query, hid_t object, size_t number);

/* Adds what is attached to an axis (COORDS_EVERY_AXIS: to any) of a dataset of that rank to set.
 * Returns whether anything is attached to any of its axes. */
#define COORDS_EVERY_AXIS UINT_MAX
bool hg_coords_add_scales(struct query *query, hid_t dataset, unsigned rank, unsigned axis,
                          struct h5_set *set, size_t number);

/* Puts one more behind "XLAT, XLONG"; *names is NULL, or in new memory. */
enum h5grad_status hg_coords_add_name(char **names, const char *name, struct h5grad_error *err);

/*
 * What is entered for axis number k. An axis that is known already stays as it is: the first
 * convention wins.
 */

/* A uniform step; a step that is 0 or not finite is a problem. */
void hg_coords_set_step(struct query *query, unsigned k, double step, double origin);

/*
 * The dataset at path with its unit (units or unit); a problem where it is not there or cannot
 * serve, nothing where it has a null dataspace. edges: one point more than the axis has is allowed,
 * and means edges of cells.
 */
void hg_coords_set_dataset(struct query *query, unsigned k, const char *path, bool edges);

/* COORDS_UNUSABLE: "axis K: SOURCE: TEXT; " and the way out. The second: every axis. */
void hg_coords_set_problem(struct query *query, unsigned k, const char *format, ...)
    BASE_PRINTF(3, 4);
void hg_coords_set_problems(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* Where the axis has none yet; nothing for a text that is NULL or empty. */
void hg_coords_set_name(struct query *query, unsigned k, const char *name);
void hg_coords_set_unit(struct query *query, unsigned k, const char *unit);

/* The unit that an attribute of the object says. */
void hg_coords_set_unit_of(struct query *query, unsigned k, hid_t object, const char *attribute);

/* Leaves the axis out unless --dim names it; the first reason stays. */
void hg_coords_leave_out(struct query *query, unsigned k, const char *format, ...)
    BASE_PRINTF(3, 4);

/* Forgets what was entered for an axis, but for its name and why it is left out. */
void hg_coords_forget(struct coords_axis *axis);

/* One more note, behind those there are. */
void hg_coords_add_note(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* A refusal, where there is none yet; the way out is put behind it. */
void hg_coords_refuse(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* A vector, as --vector names it, and why it has no derivatives here. */
void hg_coords_set_vector(struct query *query, const char *path, bool is_whole);
void hg_coords_set_vector_problem(struct query *query, const char *format, ...) BASE_PRINTF(2, 3);

/* The component along an axis of that name; false where it is not x, y or z, or there already. */
bool hg_coords_add_component(struct query *query, const char *axis, unsigned part);

/* ---------------------------------------------------------------------------------- results */

/* All for finish. n attributes by name, of which any may not be there. */
enum h5grad_status hg_coords_copy_attributes(hid_t from, hid_t to, size_t n,
                                             const char *const *name, struct h5grad_error *err);
enum h5grad_status hg_coords_remove_attributes(hid_t object, size_t n, const char *const *name,
                                               struct h5grad_error *err);

/*
 * Makes the group at path of the output, with those above it where it is not there, and copies
 * those attributes of input's group of that path that are chosen (NULL: all) where it has none of
 * the name.
 */
enum h5grad_status hg_coords_copy_group(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err);

/* The same for every group above the object at path, from the root down. */
enum h5grad_status hg_coords_copy_above(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err);

/* Copies the 1-D dataset at path of the input, of an axis of the field, to the same path of the
 * output, where it is not there: what of it belongs to the results. With its attributes but for
 * those that tie it to other objects. An axis that is the rank is none. */
enum h5grad_status hg_coords_copy_line(const struct coords_results *results, unsigned axis,
                                       const char *path, struct h5grad_error *err);

#endif
