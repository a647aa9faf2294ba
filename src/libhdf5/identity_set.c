/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probing, at most half full. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "libhdf5/identity_set.h"
#include "libhdf5/identity.h"

#define FIRST_CAPACITY 64 /* a power of two; the capacity doubles */

static uint64_t mix_bits(uint64_t x)
{
    /* the finaliser of splitmix64: every input bit reaches every output bit */
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t hash_identity(const struct h5_identity *identity)
{
    uint64_t half[2];
    _Static_assert(sizeof half == sizeof identity->token, "the whole token is hashed");
    memcpy(half, identity->token, sizeof half);
    return mix_bits(mix_bits(mix_bits((uint64_t)identity->file) ^ half[0]) ^ half[1]);
}

/* Returns the entry of an object, or the free one where it belongs. The set has a free entry. */
static struct h5_set_entry *find_entry(const struct h5_set *set, const struct h5_identity *identity)
{
    size_t i = (size_t)hash_identity(identity) & (set->capacity - 1);
    while (set->entry[i].used && !hg_same(&set->entry[i].identity, identity))
        i = (i + 1) & (set->capacity - 1);
    return &set->entry[i];
}

static enum h5grad_status grow_set(struct h5_set *set, struct h5grad_error *err)
{
    struct h5_set larger = {.n = set->n};
    larger.capacity = set->capacity ? 2 * set->capacity : FIRST_CAPACITY;
    larger.entry = hg_memory_zeroed(larger.capacity, sizeof *larger.entry);
    if (!larger.entry)
        return hg_error_memory(err, (uint64_t)larger.capacity * sizeof *larger.entry);
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->entry[i].used)
            *find_entry(&larger, &set->entry[i].identity) = set->entry[i];
    }
    free(set->entry);
    *set = larger;
    return H5GRAD_OK;
}

enum h5grad_status hg_set_add(struct h5_set *set, const struct h5_identity *identity, size_t number,
                              bool *added, struct h5grad_error *err)
{
    if (set->n >= set->capacity / 2) {
        enum h5grad_status status = grow_set(set, err);
        if (status != H5GRAD_OK)
            return status;
    }
    struct h5_set_entry *entry = find_entry(set, identity);
    if (added)
        *added = !entry->used;
    if (entry->used)
        return H5GRAD_OK;
    *entry = (struct h5_set_entry){.identity = *identity, .number = number, .used = true};
    set->n++;
    return H5GRAD_OK;
}

const size_t *hg_set_find(const struct h5_set *set, const struct h5_identity *identity)
{
    if (set->capacity == 0)
        return NULL;
    const struct h5_set_entry *entry = find_entry(set, identity);
    return entry->used ? &entry->number : NULL;
}

void hg_set_free(struct h5_set *set)
{
    free(set->entry);
    *set = (struct h5_set){0};
}
