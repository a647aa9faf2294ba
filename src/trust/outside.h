/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Points that lie in other files than their dataset. External files are opened by libhdf5 itself
 * and not by the driver of input files, whatever leads to them, so they are looked for ahead of any
 * reading. The only ways to a dataset of an input, hg_open_dataset and hg_scales_open, ask here.
 */
#ifndef H5GRAD_TRUST_OUTSIDE_H
#define H5GRAD_TRUST_OUTSIDE_H

#include "trust/access.h"

/*
 * H5GRAD_FAILED when points of a dataset of a file opened by hg_open_input lie in files that may
 * not be read, or in external files that are no regular files: its own external files, and those of
 * all sources of a virtual one that libhdf5 finds, however deeply nested; when it is among its own
 * sources, on which libhdf5 would overflow the stack; when a source has other axes than are taken
 * from it, or fewer points; and when one lacks points in external files, of which libhdf5 makes no
 * fill value. What was looked at is not looked at again while the h5_access
 * lasts. All of these files are noted in it, and sources that are not there, too: their points are
 * no longer missing when they come to be. Of a file that the caller has open itself all that is
 * missing is H5GRAD_FAILED, too. Within hg_enter, as all below.
 */
enum h5grad_status hg_check_outside(hid_t dataset, struct h5grad_error *err);

/*
 * Whether libhdf5 has all points of a dataset, on which hg_check_outside has been called: it takes
 * sources that are not there, or that it cannot read, for the fill value, and what an external file
 * is too short for, for zeros. H5GRAD_FAILED with the first of them, how many there are and the
 * option that allows it, unless the file's h5_access does. Regions that no mapping covers are the
 * fill value, and not missing.
 */
enum h5grad_status hg_check_whole(hid_t dataset, struct h5grad_error *err);

/* Whether points are missing in external files of a dataset, so that libhdf5 cannot be asked for
 * them: see h5_external_read. */
bool hg_lacks_external(hid_t dataset);

/* The first source of a virtual dataset that is there, for its attributes, on which
 * hg_check_outside has been called; -1 where there is none, and of other layouts. */
hid_t hg_open_source(hid_t dataset);

/* How many sources a virtual dataset has that are there, those that several mappings in a row have
 * once; at least 1. */
uint64_t hg_count_sources(hid_t dataset);

/* Lets libhdf5 pass over missing numbered sources where what is missing is the fill value: they are
 * then not the end of the dataset. False when that cannot be set in a list of dataset access. */
bool hg_choose_gap(hid_t list, const struct h5_access *access);

/* What is to be said of a dataset of which points are missing and allowed to be, or which is
 * shorter than it was because of sources that are not there, in new memory; NULL. */
char *hg_missing_text(hid_t dataset);

/* H5GRAD_FAILED, with the reason why libhdf5 cannot follow an external link of a group to an object
 * at path in a file. */
enum h5grad_status hg_explain_link(struct h5_access *access, hid_t group, const char *file,
                                   const char *path, struct h5grad_error *err);

#endif
