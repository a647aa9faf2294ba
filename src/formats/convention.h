/* SPDX-License-Identifier: BSD-3-Clause */
/* A convention: one file, and one row of the table in formats/formats.c. All within h5_enter. */
#ifndef H5GRAD_FORMATS_CONVENTION_H
#define H5GRAD_FORMATS_CONVENTION_H

#include "formats/coords.h"
#include "hdf5/walk.h"

/* The results of one field, all of them written, for the convention that shapes them. */
struct coords_results {
    hid_t input;  /* the file of the source */
    hid_t source; /* its dataset */
    hid_t output; /* the file of the results */
    const char *path;
    const struct coords *coords;
    unsigned n;
    const unsigned *axis;      /* n axes of the source ... */
    const char *const *result; /* ... the path of the result along each ... */
    const bool *own;           /* ... and whether its spacing is what the file says */
};

/*
 * A convention. Each function may be NULL.
 *
 * axes         fills in what it knows of the axes that are still COORDS_NONE (or only named), and
 *              names of axes that have none; sets coords->convention where results take its form.
 *              It fails as hg_coords_read does.
 * not_field    see formats.h
 * references   see formats.h
 * survey       see formats.h
 * result_path  the path of the result of coords' dataset along an axis, in new memory, where --name
 *              says nothing; NULL when there is no memory
 * finish       makes the groups and attributes by which readers of the convention find the results.
 *              Attributes of the results themselves that hold for any file (units, scales) are not
 *              its business.
 */
struct coords_convention {
    const char *name;
    enum h5grad_status (*axes)(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, struct coords *coords, struct h5grad_error *err);
    const char *(*not_field)(hid_t file, const char *path, hid_t dataset);
    enum h5grad_status (*references)(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err);
    enum h5grad_status (*survey)(hid_t file, const char *path, hid_t dataset, struct h5_set *marked,
                                 struct h5grad_error *err);
    char *(*result_path)(const char *path, const struct coords *coords, unsigned axis);
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

#endif
