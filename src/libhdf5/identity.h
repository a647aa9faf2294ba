/* SPDX-License-Identifier: BSD-3-Clause */
/* Identities of objects. Within hg_enter. */
#ifndef H5GRAD_LIBHDF5_IDENTITY_H
#define H5GRAD_LIBHDF5_IDENTITY_H

#include "libhdf5/h5.h"

/* Identity of an object, valid in this process while its file is open. */
struct h5_identity {
    unsigned long file;
    unsigned char token[16];
};

bool hg_identify(hid_t object, struct h5_identity *identity);

/* Returns an identity that stays the same whenever and however the file is opened; libhdf5 numbers
 * files anew each time. False, too, if the file has no POSIX descriptor. */
bool hg_identify_lasting(hid_t object, struct h5_identity *identity);

bool hg_same(const struct h5_identity *a, const struct h5_identity *b);

/* Identifies the object that a hard link leads to, its type, and whether it has no attributes,
 * without opening it. */
bool hg_identify_link(hid_t group, const char *name, struct h5_identity *identity, H5O_type_t *kind,
                      bool *bare);

#endif
