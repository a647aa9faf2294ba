/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/heap.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "trust/access.h"
#include "trust/members.h"

#define COPIES 4 /* of an element of variable length, in libhdf5 and here */
#define LEAST  ((uint64_t)4096)

#define FIRST_USER_BLOCK 512 /* bytes; the superblock is at 0 or a power of 2 from this on */
#define HEADER           16  /* bytes of the header of a collection, and of each object */
#define MAGIC            "GCOL\1"

/* The objects of a collection by number; offset 0: none. */
struct known {
    uint64_t address;
    size_t n;
    struct h5_heap_object object[];
};

uint64_t hg_heap_most(const struct h5_access *access)
{
    return access->memory ? size_max(access->memory / COPIES, LEAST) : INT64_MAX;
}

static int compare_known(const void *a, const void *b)
{
    const struct known *one = a, *other = b;
    return (one->address > other->address) - (one->address < other->address);
}

void hg_heaps_open(struct h5_heaps *heaps, const struct h5_members *members,
                   struct h5_access *access)
{
    unsigned char head[16];
    *heaps = (struct h5_heaps){.members = members, .access = access};
    for (uint64_t at = 0; hg_members_read(members, head, sizeof head, at);
         at = at ? 2 * at : FIRST_USER_BLOCK) {
        if (memcmp(head, "\211HDF\r\n\032\n", 8) != 0)
            continue;
        bool old = head[8] < 2;
        heaps->base = at;
        heaps->address_bytes = head[old ? 13 : 9];
        heaps->length_bytes = head[old ? 14 : 10];
        return;
    }
}

void hg_heaps_close(struct h5_heaps *heaps)
{
    tdestroy(heaps->known, free);
    heaps->known = NULL;
    heaps->bytes = 0;
}

/* An iteration over the objects of a collection. */
struct walk {
    const struct h5_heaps *heaps;
    uint64_t offset, total; /* of the collection in the file, and its size */
    const unsigned char *bytes;
    uint64_t at, size;       /* range of bytes in the collection */
    unsigned char own[4096]; /* buffer if bytes were read here */
    uint64_t next;           /* offset of the next object */
    uint64_t number, length; /* of the current object */
};

/* Returns the header of the next object; NULL at the end of the file. */
static const unsigned char *read_header(struct walk *walk)
{
    const struct h5_heaps *heaps = walk->heaps;
    if (walk->size >= HEADER && walk->next - walk->at <= walk->size - HEADER)
        return walk->bytes + (walk->next - walk->at);
    const uint64_t offset = walk->offset + walk->next, end = hg_members_end(heaps->members, offset);
    if (end < HEADER || offset > end - HEADER)
        return NULL;
    walk->bytes = walk->own;
    walk->at = walk->next;
    walk->size = size_min(sizeof walk->own, end - offset);
    if (hg_members_read(heaps->members, walk->own, walk->size, offset))
        return walk->own;
    heaps->access->failure = EIO;
    return NULL;
}

/* Moves to the next object; false if the collection is not sound. */
static bool next_object(struct walk *walk)
{
    const unsigned char *header = read_header(walk);
    if (!header)
        return false;
    walk->number = h5_little_endian(header, 2);
    walk->length = h5_little_endian(header + 8, walk->heaps->length_bytes);
    uint64_t need = walk->length;
    if (walk->number != 0)
        need = need <= walk->total ? HEADER + (need + 7) / 8 * 8 : 0;
    if (need == 0 || need > walk->total - walk->next)
        return false;
    walk->next += need;
    return true;
}

/* Begins with a collection, of which size bytes are given; false if there can be none. */
static bool begin_collection(struct walk *walk, const struct h5_heaps *heaps, uint64_t offset,
                             const unsigned char *bytes, size_t size)
{
    const unsigned length_bytes = heaps->length_bytes;
    if (length_bytes != 2 && length_bytes != 4 && length_bytes != 8)
        return false;
    walk->heaps = heaps;
    walk->offset = offset;
    walk->total = h5_little_endian(bytes + 8, length_bytes);
    walk->bytes = bytes;
    walk->at = 0;
    walk->size = size;
    walk->next = HEADER;
    return walk->total <= UINT64_MAX - offset && walk->total <= hg_heap_most(heaps->access);
}

/* Visits all objects. *n: the largest number plus one. known: receives the objects; may be NULL. */
static bool note_objects(struct walk *walk, struct known *known, size_t *n)
{
    *n = 0;
    while (walk->next <= walk->total && walk->total - walk->next >= HEADER) {
        uint64_t before = walk->next;
        if (!next_object(walk))
            return false;
        *n = (size_t)size_max(*n, walk->number + 1);
        if (known && walk->number > 0)
            known->object[walk->number] =
                (struct h5_heap_object){walk->offset + before + HEADER, walk->length};
    }
    return true;
}

bool hg_heap_is_sound(const struct h5_heaps *heaps, uint64_t offset, const unsigned char *bytes,
                      size_t size)
{
    struct walk walk;
    size_t n;
    if (size < HEADER || memcmp(bytes, MAGIC, strlen(MAGIC)) != 0)
        return true;
    if (!begin_collection(&walk, heaps, offset, bytes, size))
        return false;
    heaps->access->heap_read = size_max(heaps->access->heap_read, walk.total);
    return note_objects(&walk, NULL, &n);
}

static bool read_head(const struct h5_heaps *heaps, uint64_t address, unsigned char head[HEADER])
{
    if (address > UINT64_MAX - heaps->base)
        return false;
    uint64_t offset = heaps->base + address;
    const uint64_t end = hg_members_end(heaps->members, offset);
    if (offset > end || end - offset < HEADER)
        return false;
    if (!hg_members_read(heaps->members, head, HEADER, offset)) {
        heaps->access->failure = EIO;
        return false;
    }
    return memcmp(head, MAGIC, strlen(MAGIC)) == 0;
}

bool hg_heap_begins(const struct h5_heaps *heaps, uint64_t address)
{
    unsigned char head[HEADER];
    return read_head(heaps, address, head);
}

/* Reads a collection; H5GRAD_FAILED if it is not sound. */
static enum h5grad_status read_collection(const struct h5_heaps *heaps, uint64_t address,
                                          struct known **known)
{
    unsigned char head[HEADER];
    struct walk walk;
    size_t n;
    uint64_t offset = heaps->base + address;
    if (!read_head(heaps, address, head) ||
        !begin_collection(&walk, heaps, offset, head, sizeof head) ||
        !note_objects(&walk, NULL, &n))
        return H5GRAD_FAILED;
    *known = hg_memory_zeroed(1, sizeof **known + n * sizeof(struct h5_heap_object));
    if (!*known)
        return H5GRAD_NO_MEMORY;
    (*known)->address = address;
    (*known)->n = n;
    begin_collection(&walk, heaps, offset, head, sizeof head);
    if (note_objects(&walk, *known, &n) && n == (*known)->n)
        return H5GRAD_OK;
    free(*known); /* the file has changed meanwhile */
    return H5GRAD_FAILED;
}

/* Looks up a collection or reads it, and caches it while there is room. */
static enum h5grad_status find_collection(struct h5_heaps *heaps, uint64_t address,
                                          struct known **known)
{
    const struct known key = {.address = address};
    void *found = tfind(&key, &heaps->known, compare_known);
    if (found) {
        *known = *(struct known **)found;
        return H5GRAD_OK;
    }
    enum h5grad_status status = read_collection(heaps, address, known);
    if (status)
        return status;
    size_t bytes = sizeof **known + (*known)->n * sizeof(struct h5_heap_object);
    if (heaps->bytes + bytes > hg_heap_most(heaps->access))
        hg_heaps_close(heaps); /* empties the cache */
    if (!tsearch(*known, &heaps->known, compare_known)) {
        free(*known);
        return H5GRAD_NO_MEMORY;
    }
    heaps->bytes += bytes;
    return H5GRAD_OK;
}

enum h5grad_status hg_heap_find(struct h5_heaps *heaps, uint64_t address, uint64_t number,
                                struct h5_heap_object *object)
{
    struct known *known;
    enum h5grad_status status = find_collection(heaps, address, &known);
    if (status)
        return status;
    if (number >= known->n || known->object[number].offset == 0)
        return H5GRAD_FAILED;
    *object = known->object[number];
    return H5GRAD_OK;
}
