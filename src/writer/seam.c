/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/seam.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/size.h"

void hg_seams_find(uint64_t start, uint64_t end, uint64_t block, struct seams *seams)
{
    const uint64_t first = size_round_up(start, block);
    const uint64_t last = end / block * block;
    const bool apart = first < last;
    seams->at[0] = (struct seam){start, apart ? first : end, NULL};
    seams->at[1] = (struct seam){apart ? last : end, end, NULL};
}

enum h5grad_status hg_seams_make(uint64_t start, uint64_t end, uint64_t block, struct seams *seams,
                                 struct h5grad_error *err)
{
    hg_seams_find(start, end, block, seams);
    for (unsigned k = 0; k < 2; k++) {
        struct seam *seam = &seams->at[k];
        if (seam->end > seam->start && !(seam->bytes = malloc(seam->end - seam->start)))
            return hg_error_memory(err, seam->end - seam->start);
    }
    return H5GRAD_OK;
}

/* Keeps the bytes in a seam. */
static void keep(const struct seam *seam, const char *data, uint64_t start, uint64_t end)
{
    const uint64_t from = size_max(start, seam->start), to = size_min(end, seam->end);
    if (from < to)
        memcpy(seam->bytes + (from - seam->start), data + (from - start), to - from);
}

enum h5grad_status hg_seams_write(const struct seams *seams, int fd, const void *data,
                                  uint64_t size, uint64_t offset, struct h5grad_error *err)
{
    const uint64_t end = offset + size;
    const uint64_t from = size_max(offset, seams->at[0].end),
                   to = size_min(end, seams->at[1].start);
    keep(&seams->at[0], data, offset, end);
    keep(&seams->at[1], data, offset, end);
    return from < to ? hg_file_write(fd, (const char *)data + (from - offset), to - from, from, err)
                     : H5GRAD_OK;
}

void hg_seams_free(struct seams *seams)
{
    for (unsigned k = 0; k < 2; k++) {
        free(seams->at[k].bytes);
        seams->at[k].bytes = NULL;
    }
}
