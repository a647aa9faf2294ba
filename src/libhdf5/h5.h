/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every user of libhdf5 needs: the one lock, its error stack as text, closing of handles.
 *
 * libhdf5 may be built without thread safety, so each thread calls it between hg_enter and hg_leave
 * only. Nothing that can take long (filters, arithmetic, waiting) is done in between. The section
 * also keeps libhdf5 from printing its error stack and from loading plugins; the caller's settings
 * are restored.
 */
#ifndef H5GRAD_LIBHDF5_H5_H
#define H5GRAD_LIBHDF5_H5_H

#include <hdf5.h>
#include <stdbool.h>

#include "base/error.h"

/* Not recursive. */
struct h5_guard {
    unsigned plugins; /* what libhdf5 may load otherwise */
    H5E_auto2_t function;
    void *data;
#ifndef H5_NO_DEPRECATED_SYMBOLS
    unsigned is_version2; /* else the caller has set a function of the old interface */
    H5E_auto1_t function1;
#endif
};

void hg_enter(struct h5_guard *guard);
void hg_leave(const struct h5_guard *guard);

/* Whether this thread has entered. */
bool hg_is_entered(void);

/* Whether libhdf5 failed to allocate memory in this thread since this was asked last. It reports
 * what it could not read for that as absent or broken, so a run that goes on may miss something. */
bool hg_ran_out(void);

/* For who passes over what there was no memory to read: hg_ran_out tells of it. */
void hg_note_no_memory(void);

/* hg_error_set (H5GRAD_FAILED, or H5GRAD_NO_MEMORY where that is why) with the text, ": ", and what
 * libhdf5's error stack of this thread says in one line; clears the stack. Within h5_enter. */
enum h5grad_status hg_hdf5_error(struct h5grad_error *err, const char *format, ...)
    BASE_PRINTF(2, 3);

/* Releases any identifier; nothing for one that is negative. False when libhdf5 reports a failure.
 * Within hg_enter, as is everything below. */
bool hg_close(hid_t id);

/* Declares an identifier that is closed at the end of its block, by hg_close. The value of a return
 * statement is found before that. */
#define H5_CLOSED __attribute__((cleanup(hg_close_at)))
void hg_close_at(const hid_t *id);

/* The identifier where ok; else closes it: -1. */
hid_t hg_keep_if(bool ok, hid_t id);

/* The text that a function of libhdf5 (H5Fget_name, H5Iget_name, ...) copies, in new memory; NULL
 * where there is none. */
char *hg_read_name(hid_t id, ssize_t (*get)(hid_t id, char *name, size_t size));

/* The extents of a dataset of at most H5S_MAX_RANK axes, now and at most (H5S_UNLIMITED: any), each
 * unless NULL, and its rank; -1. */
int hg_dataset_extent(hid_t dataset, hsize_t *extent, hsize_t *most);

/* The layout of a dataset; H5D_LAYOUT_ERROR. */
H5D_layout_t hg_dataset_layout(hid_t dataset);

#endif
