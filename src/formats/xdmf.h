/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * XDMF: a text beside the output from which ParaView and VisIt learn what the fields and results
 * are: on which grid they lie, which make a vector.
 *
 * A field is described when it is real and has two or more axes of more than one point that are not
 * left out by what the file says of them. The last three of those (or two) are space, in the order
 * z, y, x; of any other axis the first index is shown. Fields on the same grid share it.
 */
#ifndef H5GRAD_FORMATS_XDMF_H
#define H5GRAD_FORMATS_XDMF_H

#include <stdio.h>

#include "axis/store.h"
#include "formats/field.h"
#include "libhdf5/message.h"

#define XDMF_SUFFIX ".xmf"

struct xdmf;

/* input and output are the names of the files, which the description refers to relative to the
 * folder of output; they outlive it, as do messages. NULL when there is no memory. */
struct xdmf *hg_xdmf_new(const char *input, const char *output, struct messages *messages);
void hg_xdmf_free(struct xdmf *xdmf); /* NULL allowed */

/* The coordinates of an axis of a field, which outlive xdmf; NULL: none that can be used. */
typedef const struct coord_variable *xdmf_find(void *user, const struct field *field,
                                               unsigned axis);

/* Describes a planned field, or tells the message callback why not. find is called for the axes
 * that are space. Not within hg_enter. */
enum h5grad_status hg_xdmf_add(struct xdmf *xdmf, const struct field *field, xdmf_find *find,
                               void *user, struct h5grad_error *err);

/* Writes the text. output is the open file with all results: coordinates that it holds are referred
 * to, others are written out. Whether writing went well, ferror(out) says. Not within hg_enter. */
enum h5grad_status hg_xdmf_write(struct xdmf *xdmf, hid_t output, FILE *out,
                                 struct h5grad_error *err);

#endif
