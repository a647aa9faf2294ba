/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole reads and writes at an offset of a file: interrupted and partial ones are continued. */
#ifndef H5GRAD_BASE_FILE_H
#define H5GRAD_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* Exactly size bytes; the end of the file before that is an error. */
enum h5grad_status hg_file_read(int fd, void *data, uint64_t size, uint64_t offset,
                                struct h5grad_error *err);
enum h5grad_status hg_file_write(int fd, const void *data, uint64_t size, uint64_t offset,
                                 struct h5grad_error *err);

/* Reserves disk space for size bytes at offset, so that writing them cannot run out of it; where
 * the file system cannot, nothing is done. */
enum h5grad_status hg_file_reserve(int fd, uint64_t offset, uint64_t size,
                                   struct h5grad_error *err);

/* Begins to bring what was written to stable storage, so that a later fsync has less to wait for;
 * where the system has no way to, nothing is done. */
void hg_file_start_sync(int fd);

/* Whether both are of one file, by whichever names. */
static inline bool file_is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* The size of an open file; false when it has none. */
bool hg_file_size(int fd, uint64_t *size);

/* The first line of a small text file, without its newline, cut to size - 1 bytes; false, with line
 * unspecified, when there is none. */
bool hg_file_first_line(const char *path, char *line, size_t size);

#endif
