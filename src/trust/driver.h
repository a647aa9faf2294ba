/* SPDX-License-Identifier: BSD-3-Clause */
/* The drivers below open files. Within h5_enter. */
#ifndef H5GRAD_TRUST_DRIVER_H
#define H5GRAD_TRUST_DRIVER_H

#include "libhdf5/identity.h"
#include "libhdf5/handle.h"

/* The POSIX descriptor below the file that an object lies in, which another file's link may lead
 * to; a file is an object, too. -1 when it has none. It is the file's: not to be closed. */
int hg_descriptor(hid_t object);

/* What passes the driver of the file that an object lies in, as of hg_descriptor, valid as long as
 * the file is open; NULL for a file of other drivers than ours.
 */
struct h5_raw *hg_raw_of(hid_t object);

/* Like hg_identify, but the same whenever and however the file is opened: libhdf5 numbers files
 * anew each time. False, too, where there is no POSIX descriptor below it. */
bool hg_identify_lasting(hid_t object, struct h5_identity *identity);

#endif
