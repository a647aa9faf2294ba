/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities of objects. Within h5_enter. */
#ifndef H5GRAD_LIBHDF5_IDENTITY_H
#define H5GRAD_LIBHDF5_IDENTITY_H

#include "libhdf5/h5.h"

/* An object's identity within the process while its file is open. */
struct h5_identity {
    unsigned long file;
    unsigned char token[16];
};

bool hg_identify(hid_t object, struct h5_identity *identity);

/* The same whenever and however the file is opened: libhdf5 numbers files anew each time. False,
 * too, where there is no POSIX descriptor below it. */
bool hg_identify_lasting(hid_t object, struct h5_identity *identity);

bool hg_same(const struct h5_identity *a, const struct h5_identity *b);

/* The identity and kind of the object that a hard link of the group leads to, without opening it.
 */
bool hg_identify_link(hid_t group, const char *name, struct h5_identity *identity,
                      H5O_type_t *kind);

#endif
