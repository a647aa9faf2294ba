/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Seams: the blocks of the output that one piece of results shares with what lies beside it. Two
 * machines that write parts of one page lose bytes where a file system does not keep their caches
 * alike; so the bytes in these blocks are kept, for the one process that writes all of them.
 */
#ifndef H5GRAD_WRITER_SEAM_H
#define H5GRAD_WRITER_SEAM_H

#include "base/error.h"

/* The largest page of any machine. */
#define SEAM_BLOCK ((uint64_t)64 << 10)

struct seam {
    uint64_t start, end; /* in the file */
    char *bytes;         /* NULL if there are none */
};

/* The seams of a piece, at its beginning and its end; one of less than two blocks may be all of the
 * piece. */
struct seams {
    struct seam at[2];
};

/* Finds the seams of the piece [start, end), with blocks of so many bytes, without room for what is
 * in them. */
void hg_seams_find(uint64_t start, uint64_t end, uint64_t block, struct seams *seams);

/* Likewise, with room. Call hg_seams_free in any case. */
enum h5grad_status hg_seams_make(uint64_t start, uint64_t end, uint64_t block, struct seams *seams,
                                 struct h5grad_error *err);

/* Writes bytes of the piece, but for those in seams, which it keeps. Any thread. */
enum h5grad_status hg_seams_write(const struct seams *seams, int fd, const void *data,
                                  uint64_t size, uint64_t offset, struct h5grad_error *err);
void hg_seams_free(struct seams *seams);

#endif
