/* SPDX-License-Identifier: BSD-3-Clause */
/* A folder of its own for each test, in TMPDIR or /tmp. */
#ifndef H5GRAD_TESTS_SCRATCH_H
#define H5GRAD_TESTS_SCRATCH_H

/* Its path, which is short; empty while there is none. */
extern char folder[64];

void folder_make(void);

/* Makes it and works in it. */
void folder_enter(void);

/* Removes it with all that is in it, and goes back from it. Returns how many files there were
 * hidden, as temporary files and journals are. */
unsigned folder_remove(void);

/* How many entries it has. */
unsigned folder_entries(void);

/* The path of what has this name in it, good for the next seven calls of the thread. */
const char *in_folder(const char *name);

#endif
