/* SPDX-License-Identifier: BSD-3-Clause */
/* Recognises, by their first bytes, files of other formats that are mistaken for HDF5. */
#ifndef H5GRAD_TRUST_FOREIGN_H
#define H5GRAD_TRUST_FOREIGN_H

/* What the file at path is and how to make HDF5 of it, a static string that begins with "is"; NULL
 * when nothing is known of it. Any thread. */
const char *hg_foreign_format(const char *path);

#endif
