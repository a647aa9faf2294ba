/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/similar.h"

#include <string.h>
#include <strings.h>

#include "base/size.h"

/* Names that differ by more letters are not alike. */
#define MOST_CHANGES 2

/* Longer names are not compared. */
#define LONGEST 255

/* Returns the edit distance between the first a_length letters of a, and b; two neighbours that
 * change places count once. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const size_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = size_min(changed, size_min(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = size_min(row[j], before[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void hg_similar_start(struct similar *similar, const char *wanted, size_t length)
{
    *similar = (struct similar){.wanted = wanted, .length = length, .distance = MOST_CHANGES + 1};
}

void hg_similar_try(struct similar *similar, const char *name)
{
    const size_t length = strlen(name);
    size_t distance = similar->distance;
    if (length == similar->length && strncasecmp(similar->wanted, name, length) == 0)
        distance = 0;
    else if (length <= LONGEST)
        distance = edit_distance(similar->wanted, similar->length, name, length);
    /* A short name is close to any other short word. */
    if (distance < similar->distance && 2 * distance < length) {
        similar->nearest = name;
        similar->distance = distance;
    }
}
