/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of variables, as netCDF-4 and CF mean them. All within hg_enter.
 *
 * A variable of netCDF-4 that is called like a dimension, but is not its coordinate variable, is
 * stored as _nc4_non_coord_NAME; the dataset NAME beside it then stands for the dimension and holds
 * nothing. The path of such a variable is the one that netCDF shows, everywhere but where datasets
 * are opened: in options, messages, reports and names of results.
 */
#ifndef H5GRAD_HDF5_NAMES_H
#define H5GRAD_HDF5_NAMES_H

#include "libhdf5/h5.h"

/* Returns the path of the variable stored at an absolute path, in new memory: the same path unless
 * netCDF-4 renamed it. NULL if allocation fails. */
char *hg_names_shown_path(hid_t file, const char *stored);

/* Opens the dataset of the variable at path, which may lack its first slash; one that only stands
 * for a dimension does not count. *stored: the dataset's path, in new memory; may be NULL. */
hid_t hg_names_open_variable(hid_t file, const char *path, char **stored, struct h5grad_error *err);

/* Opens the dataset of a dimension, looked up by name from the dataset at path as variables are; -1
 * if there is none. */
hid_t hg_names_open_dimension(hid_t file, const char *path, const char *name);

/* A variable named in an attribute. */
struct names_variable {
    const char *name; /* as in the attribute */
    const char *path; /* of the variable; NULL: there is none, */
    hid_t id;         /* and this is negative */
};

typedef enum h5grad_status names_visitor(void *user, const struct names_variable *variable,
                                         struct h5grad_error *err);

/*
 * Calls visit for each variable that an attribute of the dataset at path names; "crs: x y" names
 * three. A name is an absolute path, or relative to the dataset's group; one that does not begin
 * with "." is looked up in the groups around it, too. id is closed after the visit.
 */
enum h5grad_status hg_names_visit(hid_t file, const char *path, hid_t dataset,
                                  const char *attribute, names_visitor *visit, void *user,
                                  struct h5grad_error *err);

#endif
