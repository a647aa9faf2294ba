/* SPDX-License-Identifier: BSD-3-Clause */
/* What all conventions say together; the first that knows an axis wins. All within hg_enter. */
#ifndef H5GRAD_FORMATS_FORMATS_H
#define H5GRAD_FORMATS_FORMATS_H

#include "formats/coords.h"
#include "hdf5/walk.h"

/*
 * Fills *coords for an open dataset of the given path and rank. walk, which may be NULL, is a walk
 * of the file with each dataset surveyed, and saves another one. Fails if memory runs out or the
 * root group cannot be read; *coords then holds nothing.
 */
enum h5grad_status hg_coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                                  hid_t dataset, unsigned rank, struct coords *coords,
                                  struct h5grad_error *err);
void hg_coords_free(struct coords *coords);

/* Removes the months and years of an axis from the note. */
void hg_coords_drop_counted(struct coords *coords, unsigned axis);

/* Removes what an axis may hold from the note. */
void hg_coords_drop_guessed(struct coords *coords, unsigned axis);

/* Removes an axis; those after it move up. */
void hg_coords_drop_axis(struct coords *coords, unsigned axis);

/* Returns whether the three functions below need the dataset at path, although neither it nor its
 * group has attributes; else they take -1 instead. */
bool hg_coords_need(const char *path);

/* Returns why the dataset is not a field, by any convention: COORDS_COORDINATE, "it is bookkeeping
 * of MATLAB", or a text that begins with COORDS_CATEGORIES. NULL: it may be one. Static.
 */
const char *hg_coords_not_field(hid_t file, const char *path, hid_t dataset);

/* Returns why the numbers of a dataset have no derivative, even if the user names it: they stand
 * for categories, not quantities. Begins with COORDS_CATEGORIES. NULL: they may have one. Static.
 */
const char *hg_coords_categories(hid_t dataset);

#define COORDS_CATEGORIES "it holds categories"

/* Adds every dataset that this dataset uses as an axis: those are no fields either, even if their
 * own attributes do not say so. */
enum h5grad_status hg_coords_references(hid_t file, const char *path, hid_t dataset,
                                        struct h5_set *set, struct h5grad_error *err);

/* Adds to marked the datasets that stand for axes about which this dataset says something that
 * hg_coords_read must know. */
enum h5grad_status hg_coords_survey(hid_t file, const char *path, hid_t dataset,
                                    struct h5_set *marked, struct h5grad_error *err);

/*
 * Finds the vector, by the file's convention, that the dataset or group at path is, or of which the
 * dataset is a component. H5GRAD_FAILED if there is nothing at path. Free *vector in any case.
 */
enum h5grad_status hg_coords_find_vector(hid_t file, const char *path, struct coords_vector *vector,
                                         struct h5grad_error *err);
void hg_coords_free_vector(struct coords_vector *vector);

#endif
