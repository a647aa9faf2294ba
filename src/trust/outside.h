/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datasets whose points lie in other files: virtual ones and those with external files. libhdf5
 * opens external files without the input driver, and silently replaces what a source lacks, so all
 * of them are checked before anything is read. hg_open_dataset and hg_scales_open, the only ways to
 * open a dataset of an input, call hg_check_outside. All within hg_enter.
 */
#ifndef H5GRAD_TRUST_OUTSIDE_H
#define H5GRAD_TRUST_OUTSIDE_H

#include "trust/access.h"

/*
 * Checks a dataset, its external files, and all sources that libhdf5 finds, however deeply nested.
 * H5GRAD_FAILED when
 * - one of the files may not be read, or an external file is no regular file;
 * - the dataset is among its own sources, on which libhdf5 would overflow the stack;
 * - a source has other axes than are taken from it, or fewer points;
 * - a source lacks points in external files, for which libhdf5 has no fill value;
 * - points are missing and the calling program has the file open itself.
 * The result is kept in the file's h5_access, and a dataset is checked once. The files are added to
 * its manifest, also those that are not there: the run fails if they come to be.
 */
enum h5grad_status hg_check_outside(hid_t dataset, struct h5grad_error *err);

/*
 * Fails if points of a dataset are missing and the file's h5_access does not allow that; the
 * message has the first reason, how many there are, and the option. hg_check_outside has passed the
 * dataset, here and below. libhdf5 would read the fill value for sources that it cannot open, and
 * zeros behind the end of an external file. Regions that no mapping covers are not missing.
 */
enum h5grad_status hg_check_whole(hid_t dataset, struct h5grad_error *err);

/* True if external files lack points of a dataset: read it by hg_external_read. */
bool hg_lacks_external(hid_t dataset);

/* Opens the first existing source of a virtual dataset, for its attributes; -1 if there is none,
 * and for other layouts. */
hid_t hg_open_source(hid_t dataset);

/* Returns the number of existing sources of a virtual dataset, at least 1; one shared by adjacent
 * mappings counts once. */
uint64_t hg_count_sources(hid_t dataset);

/* Sets in a dataset access list that missing numbered sources do not end the dataset, if access
 * allows missing points. False on failure. */
bool hg_choose_gap(hid_t list, const struct h5_access *access);

/* Returns a remark, in new memory, on a dataset with missing points that are allowed, or with
 * missing sources that make it shorter; else NULL. */
char *hg_missing_text(hid_t dataset);

/* Fails with the reason why libhdf5 cannot follow an external link of group to path in file. */
enum h5grad_status hg_explain_link(struct h5_access *access, hid_t group, const char *file,
                                   const char *path, struct h5grad_error *err);

#endif
