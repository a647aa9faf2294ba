/* SPDX-License-Identifier: BSD-3-Clause */
/* A folder of its own for each test, in TMPDIR or /tmp. */
#ifndef H5GRAD_TESTS_SCRATCH_H
#define H5GRAD_TESTS_SCRATCH_H

/* Its path, which is short; empty while there is none. */
extern char folder[64];

void folder_make(void);

/* Makes the folder and enters it. */
void folder_enter(void);

/* Leaves the folder and removes it with all that is in it. Returns how many hidden files there
 * were, such as temporary files and journals. */
unsigned folder_remove(void);

/* Returns how many entries it has. */
unsigned folder_entries(void);

/* Returns the path of name in the folder, valid for the next seven calls of the thread. */
const char *in_folder(const char *name);

#endif
