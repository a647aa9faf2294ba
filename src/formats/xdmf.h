/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * XDMF: a text beside the output that describes fields and results to ParaView and VisIt: on which
 * grid they lie, which make a vector.
 *
 * A field is described if it is real and has two or more axes of more than one point that the file
 * does not leave out. The last three of those, or two, are space, in the order z, y, x; of any
 * other axis the first index is shown. Fields on the same grid share it.
 */
#ifndef H5GRAD_FORMATS_XDMF_H
#define H5GRAD_FORMATS_XDMF_H

#include <stdio.h>

#include "axis/store.h"
#include "formats/field.h"
#include "libhdf5/message.h"

#define XDMF_SUFFIX ".xmf"

struct xdmf;

/* input and output are the names of the files; the text names them relative to the folder of
 * output. All arguments must outlive the result. NULL if memory runs out. */
struct xdmf *hg_xdmf_new(const char *input, const char *output, struct messages *messages);
void hg_xdmf_free(struct xdmf *xdmf); /* NULL allowed */

/* Returns the coordinates of an axis of a field, which outlive xdmf; NULL if none can be used. */
typedef const struct coord_variable *xdmf_find(void *user, const struct field *field,
                                               unsigned axis);

/* Describes a planned field, or sends a message why not. Calls find for the axes that are space.
 * Not within hg_enter. */
enum h5grad_status hg_xdmf_add(struct xdmf *xdmf, const struct field *field, xdmf_find *find,
                               void *user, struct h5grad_error *err);

/* Writes the text to out; check ferror(out) afterwards. output is the open file of all results: the
 * text refers to coordinates that it holds and has all others as numbers. Not within hg_enter. */
enum h5grad_status hg_xdmf_write(struct xdmf *xdmf, hid_t output, FILE *out,
                                 struct h5grad_error *err);

#endif
