/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/heap.h"
#include "trust/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "libhdf5/h5.h"

/* The layout message of an object header: version, class of the layout, then the address of a heap
 * collection and the number of its object with the mappings. */
#define LAYOUT_VERSION 4
#define LAYOUT_VIRTUAL 3
#define LAYOUT_REFUSED 0xff
#define LONGEST        (2 + 8 + 4)

enum selection { NONE, POINTS, BLOCKS, ALL };

/* The rest of the mappings. */
struct rest {
    const unsigned char *p;
    uint64_t bytes;
};

static bool skip_bytes(struct rest *rest, uint64_t bytes)
{
    if (bytes > rest->bytes)
        return false;
    rest->p += bytes;
    rest->bytes -= bytes;
    return true;
}

static bool take_number(struct rest *rest, unsigned bytes, uint64_t *value)
{
    const unsigned char *p = rest->p;
    if (!skip_bytes(rest, bytes))
        return false;
    *value = h5_little_endian(p, bytes);
    return true;
}

static bool skip_name(struct rest *rest)
{
    const unsigned char *end = memchr(rest->p, 0, rest->bytes);
    return end && skip_bytes(rest, (uint64_t)(end - rest->p) + 1);
}

/*
 * Skips a selection: type, version, a field that is ignored, rank, number of points or blocks, and
 * for each of them and each axis a point or the corners of a block; regular blocks are one entry of
 * four numbers. Version 1 has 4-byte numbers behind 8 bytes (reserved, and the length); version 2
 * of blocks has flags and the length, and 8-byte numbers; the newest store the size of a number,
 * blocks behind their flags. *known: false for a version after which nothing can be checked.
 */
static bool skip_selection(struct rest *rest, bool *known)
{
    uint64_t type, version, flags = 0, number = 4, rank, n = 1, bytes;
    if (!take_number(rest, 4, &type) || !take_number(rest, 4, &version))
        return false;
    if ((type == NONE || type == ALL) && version == 1)
        return skip_bytes(rest, 8);
    const bool blocks = type == BLOCKS, second = blocks && version == 2;
    if ((!blocks && type != POINTS) || version < 1 || version > (blocks ? 3 : 2)) {
        *known = false;
        return true;
    }
    if (version == 1 ? !skip_bytes(rest, 8) : blocks && !take_number(rest, 1, &flags))
        return false;
    if (second ? !skip_bytes(rest, 4) : version > 1 && !take_number(rest, 1, &number))
        return false;
    if (second)
        number = 8;
    const bool regular = second || flags & 1;
    return number <= 8 && take_number(rest, 4, &rank) && rank > 0 && rank <= H5S_MAX_RANK &&
           (regular || take_number(rest, (unsigned)number, &n)) &&
           size_mul(n,
                    (regular  ? 4
                     : blocks ? 2
                              : 1) *
                        rank * number,
                    &bytes) &&
           skip_bytes(rest, bytes);
}

/* Skips the version, the number of mappings, and two names and two selections for each. False if
 * the mappings are truncated. */
static bool is_whole(struct rest rest, unsigned length_bytes)
{
    uint64_t version, n;
    bool known = true;
    if (!take_number(&rest, 1, &version) || (version == 0 && !take_number(&rest, length_bytes, &n)))
        return false;
    if (version != 0)
        return true;
    for (uint64_t i = 0; i < n && known; i++) {
        if (!skip_name(&rest) || !skip_name(&rest) || !skip_selection(&rest, &known) ||
            (known && !skip_selection(&rest, &known)))
            return false;
    }
    return true;
}

/* True if libhdf5 can read the mappings. */
static bool is_sound(struct h5_heaps *heaps, uint64_t address, uint64_t number)
{
    struct h5_heap_object object;
    enum h5grad_status found = hg_heap_find(heaps, address, number, &object);
    unsigned char *mappings = found ? NULL : hg_memory_zeroed(object.size, 1);
    if (found == H5GRAD_NO_MEMORY || (!found && !mappings))
        hg_note_no_memory();
    if (!mappings)
        return false;
    bool sound = hg_members_read(heaps->members, mappings, object.size, object.offset) &&
                 is_whole((struct rest){mappings, object.size}, heaps->length_bytes);
    free(mappings);
    return sound;
}

/* True if the bytes are the layout of a virtual dataset that must be refused. Others that look like
 * one lead to no collection of the heap. */
static bool is_bad(struct h5_heaps *heaps, const unsigned char *message)
{
    const unsigned address_bytes = heaps->address_bytes;
    uint64_t address = h5_little_endian(message + 2, address_bytes);
    uint64_t number = h5_little_endian(message + 2 + address_bytes, 4);
    return message[0] == LAYOUT_VERSION && message[1] == LAYOUT_VIRTUAL &&
           hg_heap_begins(heaps, address) && !is_sound(heaps, address, number);
}

void hg_layout_refuse(struct h5_heaps *heaps, uint64_t offset, unsigned char *bytes, size_t size)
{
    const size_t length = 2 + heaps->address_bytes + 4;
    if (heaps->address_bytes == 0 || heaps->address_bytes > 8)
        return;
    for (size_t i = 0; i < size; i++) {
        unsigned char message[LONGEST] = {0};
        if (bytes[i] != LAYOUT_VERSION || (i + 1 < size && bytes[i + 1] != LAYOUT_VIRTUAL))
            continue;
        size_t here = size_min(size - i, length);
        memcpy(message, bytes + i, here);
        /* the message is cut off here: read its rest */
        if (here < length &&
            !hg_members_read(heaps->members, message + here, length - here, offset + i + here))
            continue;
        if (is_bad(heaps, message))
            bytes[i] = LAYOUT_REFUSED;
    }
}
