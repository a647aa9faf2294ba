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

#endif
