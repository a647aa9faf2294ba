/* SPDX-License-Identifier: BSD-3-Clause */
/* What conventions have in common: paths, what attributes say, what is entered for an axis. All
 * within h5_enter. */
#ifndef H5GRAD_FORMATS_PARTS_H
#define H5GRAD_FORMATS_PARTS_H

#include "formats/coords.h"
#include "hdf5/attribute.h"

/* The end of a refusal. */
#define COORDS_OR_NAME_IT                                                                          \
    ", or name it with -d and give a step with --spacing to differentiate it as a plain array"

/* Whether the object has an attribute of that text, in any letter case and with blanks behind it.
 */
bool hg_coords_says(hid_t object, const char *attribute, const char *text);

/*
 * Whether a dataset can serve as coordinates of an axis of extent points: 1-D and of real numbers.
 * edges, when not NULL, allows one point more and is set where there is. Otherwise H5GRAD_FAILED
 * with the reason ("has 7 points, the axis 8").
 */
enum h5grad_status hg_coords_judge(hid_t dataset, uint64_t extent, bool *edges,
                                   struct h5grad_error *reason);

/*
 * What is entered for axis number k. An axis that is known already stays as it is: the first
 * convention wins. Each fails only for want of memory. source, a convention's name, is static.
 */

/* A uniform step; one that is 0 or not finite is entered as a problem. */
enum h5grad_status hg_coords_set_step(struct coords *coords, unsigned k, double step, double origin,
                                      const char *source, struct h5grad_error *err);

/*
 * The dataset at path with its unit (units or unit), for an axis of extent points; a problem where
 * it is not there or cannot serve, nothing where it has a null dataspace. edges: one point more is
 * allowed, and means edges of cells.
 */
enum h5grad_status hg_coords_set_dataset(struct coords *coords, unsigned k, hid_t file,
                                         const char *path, uint64_t extent, bool edges,
                                         const char *source, struct h5grad_error *err);

/* COORDS_UNUSABLE: "axis K: SOURCE: TEXT; " and the way out. */
enum h5grad_status hg_coords_set_problem(struct coords *coords, unsigned k, const char *source,
                                         struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(5, 6);

/* Where the axis has none yet; nothing for a text that is NULL or empty. */
enum h5grad_status hg_coords_set_name(struct coords *coords, unsigned k, const char *name,
                                      struct h5grad_error *err);
enum h5grad_status hg_coords_set_unit(struct coords *coords, unsigned k, const char *unit,
                                      struct h5grad_error *err);

/* Leaves the axis out unless --dim names it; the first reason stays. */
enum h5grad_status hg_coords_leave_out(struct coords *coords, unsigned k, struct h5grad_error *err,
                                       const char *format, ...) BASE_PRINTF(4, 5);

/* Forgets what was entered for an axis, but for its name and why it is left out. */
void hg_coords_forget(struct coords_axis *axis);

/* One more note, behind those there are; and a refusal, where there is none yet. */
enum h5grad_status hg_coords_add_note(struct coords *coords, struct h5grad_error *err,
                                      const char *format, ...) BASE_PRINTF(3, 4);
enum h5grad_status hg_coords_set_refusal(struct coords *coords, struct h5grad_error *err,
                                         const char *format, ...) BASE_PRINTF(3, 4);

/*
 * For finish: the group at path of the output, made with those above it where it is not there, with
 * those attributes of input's group of that path that are chosen (NULL: all) where it has none of
 * the name. -1 with the reason.
 */
hid_t hg_coords_copy_group(hid_t input, hid_t output, const char *path, h5_attribute_chosen *chosen,
                           struct h5grad_error *err);

/* The same for every group above the object at path, from the root down. */
enum h5grad_status hg_coords_copy_above(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err);

/* Copies the 1-D dataset at path of the input to the same path of the output, where it is not
 * there, with its attributes but for those that tie it to other objects. */
enum h5grad_status hg_coords_copy_line(hid_t input, hid_t output, const char *path,
                                       struct h5grad_error *err);

#endif
