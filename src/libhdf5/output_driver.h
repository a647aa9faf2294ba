/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver of output files: the same POSIX calls and files as libhdf5's sec2, but it records
 * failures instead of reporting them to libhdf5. libhdf5 cannot close a file whose last bytes
 * cannot be written: it keeps a pointer to memory that it has freed, and crashes when the process
 * exits. So writers must check the recorded failure.
 */
#ifndef H5GRAD_LIBHDF5_OUTPUT_DRIVER_H
#define H5GRAD_LIBHDF5_OUTPUT_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "libhdf5/h5.h"

/* Raw data of so many bytes begin at multiples of so many, so that the page cache holds them in
 * large pieces; smaller ones are not worth the gaps. */
#define OUTPUT_LARGE ((uint64_t)8 << 20)
#define OUTPUT_ALIGN ((uint64_t)256 << 10)

/*
 * Sets the driver in a file access list. *failure becomes the errno of the first operation on the
 * file that fails; any thread may read it, and it must outlive the file. The file must exist, under
 * a name that is no symbolic link. libhdf5 sees it as empty, but bytes that nobody writes keep
 * their values. Within hg_enter.
 */
bool hg_output_select(hid_t access, atomic_int *failure);

/*
 * Takes an extent from the end of an open file of this driver: libhdf5 never places anything there
 * but the chunks that it is told to (struct h5_probe). Its bytes are a multiple of align, as is its
 * address, which is returned. Within hg_enter.
 */
uint64_t hg_output_lease(hid_t file, uint64_t bytes, uint64_t align);

/* Moves the end of the last lease; false if something lies behind it. Within hg_enter. */
bool hg_output_resize(hid_t file, uint64_t end, uint64_t to);

/* Returns the end of all that is allocated. Within hg_enter. */
uint64_t hg_output_end(hid_t file);

/* Returns the end of the last lease, or 0; and makes sure that nothing is placed before an end that
 * leases of an earlier run have. Within hg_enter. */
uint64_t hg_output_leased(hid_t file);
void hg_output_keep(hid_t file, uint64_t end);

/* Returns the failure of an open file of this driver, or NULL for files of other drivers.
 * hg_descriptor works for files of this driver. Within hg_enter. */
const atomic_int *hg_output_failure(hid_t file);

/* Stops all changes to an open file of this driver: later writes of libhdf5, and its truncation of
 * the file to the size that it believes in, have no effect. Within hg_enter. */
void hg_output_abandon(hid_t file);

#endif
