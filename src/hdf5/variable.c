/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/variable.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/size.h"
#include "trust/heap.h"
#include "trust/input_driver.h"
#include "hdf5/transfer.h"

/* libhdf5 copies an object of the heap into a buffer of a multiple of this size. */
#define BUFFER ((uint64_t)4096)

#define MOST_PARTS ((size_t)1 << 20) /* per element */

unsigned hg_variable_levels(hid_t type)
{
    unsigned levels = 0;
    H5T_class_t class = H5Tget_class(type);
    if (class == H5T_STRING)
        return H5Tis_variable_str(type) != 0;
    if (class == H5T_VLEN || class == H5T_ARRAY) {
        H5_CLOSED hid_t base = H5Tget_super(type);
        levels = base < 0 ? 2 : hg_variable_levels(base) + (class == H5T_VLEN);
    }
    int n = class == H5T_COMPOUND ? H5Tget_nmembers(type) : 0;
    for (int i = 0; i < n && levels < 2; i++) {
        H5_CLOSED hid_t member = H5Tget_member_type(type, (unsigned)i);
        unsigned own = member < 0 ? 2 : hg_variable_levels(member);
        levels = own > levels ? own : levels;
    }
    return levels;
}

void hg_variable_reclaim(hid_t type, hid_t space, void *buffer)
{
#if H5_VERSION_GE(1, 12, 0)
    H5Treclaim(type, space, H5P_DEFAULT, buffer);
#else
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
#endif
}

/* --------------------------------------------------------------- elements as they lie in the file
 */

/* A part of variable length in an element. */
struct part {
    size_t offset; /* in the element */
    size_t stored; /* bytes in the heap of an element of the part; 0: unknown, at least one */
    size_t memory; /* the same in memory */
};

struct layout {
    size_t stored; /* bytes of a part in the file: a length, an address, an object number */
    size_t n;
    struct part *part;
    struct h5grad_error *err;
};

static enum h5grad_status refuse_type(const struct layout *layout)
{
    return hg_error_set(layout->err, H5GRAD_FAILED, "its type cannot be read");
}

static enum h5grad_status add_part(struct layout *layout, const struct part *part)
{
    if (layout->n == MOST_PARTS)
        return refuse_type(layout);
    struct part *more = hg_memory_more(layout->part, layout->n, sizeof *more);
    if (!more)
        return hg_error_memory(layout->err, layout->n * sizeof *more);
    layout->part = more;
    more[layout->n++] = *part;
    return H5GRAD_OK;
}

static enum h5grad_status lay_out(struct layout *layout, hid_t type, size_t at, size_t *size);

/* Only object references have the same size in the file as in memory. */
static enum h5grad_status lay_out_list(struct layout *layout, hid_t type, size_t at)
{
    H5_CLOSED hid_t base = H5Tget_super(type);
    struct part part = {.offset = at, .memory = base < 0 ? 0 : H5Tget_size(base)};
    if (part.memory == 0)
        return refuse_type(layout);
    if (H5Tdetect_class(base, H5T_REFERENCE) == 0 || H5Tequal(base, H5T_STD_REF_OBJ) > 0)
        part.stored = part.memory;
    return add_part(layout, &part);
}

static enum h5grad_status lay_out_array(struct layout *layout, hid_t type, size_t at, size_t *size)
{
    H5_CLOSED hid_t base = H5Tget_super(type);
    size_t one = base < 0 ? 0 : H5Tget_size(base);
    size_t n = one ? H5Tget_size(type) / one : 0, stored = 0;
    enum h5grad_status status = n > 0 ? H5GRAD_OK : refuse_type(layout);
    *size = 0;
    for (size_t i = 0; i < n && !status; i++) {
        status = lay_out(layout, base, at + *size, &stored);
        *size += stored;
    }
    return status;
}

struct member {
    size_t offset; /* in memory */
    unsigned number;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    return (one->offset > other->offset) - (one->offset < other->offset);
}

/* A member whose size differs in the file shifts those behind it. */
static enum h5grad_status lay_out_compound(struct layout *layout, hid_t type, size_t at,
                                           size_t *size)
{
    int n = H5Tget_nmembers(type);
    if (n <= 0)
        return refuse_type(layout);
    BASE_FREED struct member *members = hg_memory_zeroed((uint64_t)n, sizeof *members);
    if (!members)
        return hg_error_memory(layout->err, (uint64_t)n * sizeof *members);
    for (unsigned i = 0; i < (unsigned)n; i++)
        members[i] = (struct member){H5Tget_member_offset(type, i), i};
    qsort(members, (size_t)n, sizeof *members, compare_members);
    enum h5grad_status status = H5GRAD_OK;
    size_t moved = 0; /* modulo 2^64 */
    for (int i = 0; i < n && !status; i++) {
        H5_CLOSED hid_t member = H5Tget_member_type(type, members[i].number);
        size_t stored = 0;
        status = member < 0 ? refuse_type(layout)
                            : lay_out(layout, member, at + members[i].offset + moved, &stored);
        if (!status)
            moved += stored - H5Tget_size(member);
    }
    *size = H5Tget_size(type) + moved;
    return status;
}

/* Adds the parts of a type at an offset; *size: its bytes in the file. */
static enum h5grad_status lay_out(struct layout *layout, hid_t type, size_t at, size_t *size)
{
    const struct part text = {.offset = at, .stored = 1, .memory = 1};
    *size = H5Tget_size(type);
    if (hg_variable_levels(type) == 0)
        return *size > 0 ? H5GRAD_OK : refuse_type(layout);
    H5T_class_t class = H5Tget_class(type);
    if (class == H5T_ARRAY)
        return lay_out_array(layout, type, at, size);
    if (class == H5T_COMPOUND)
        return lay_out_compound(layout, type, at, size);
    *size = layout->stored;
    return class == H5T_VLEN     ? lay_out_list(layout, type, at)
           : class == H5T_STRING ? add_part(layout, &text)
                                 : refuse_type(layout);
}

/* ------------------------------------------------------------------------------- the conversion */

/* A conversion that leaves elements as stored. libhdf5 prescribes the parameters. */
static herr_t keep_as_stored(hid_t from, hid_t to, H5T_cdata_t *data, size_t n, size_t stride,
                             size_t background_stride, void *buffer, void *background,
                             hid_t transfer)
{
    (void)n, (void)stride, (void)background_stride, (void)buffer, (void)background, (void)transfer;
    if (data->command != H5T_CONV_INIT)
        return 0;
    data->need_bkg = H5T_BKG_NO;
    return H5Tget_size(from) == H5Tget_size(to) ? 0 : -1;
}

/* The object of a check. */
struct check {
    hid_t attribute; /* -1: check the box of the dataset */
    hid_t dataset;
    unsigned rank;
    const struct box *box;
    uint64_t n; /* number of elements */
    struct h5_heaps *heaps;
    uint64_t most; /* bytes of parts that are still allowed */
    struct h5grad_error *err;
};

static enum h5grad_status read_as(const struct check *check, hid_t type, void *elements)
{
    if (check->attribute >= 0)
        return H5Aread(check->attribute, type, elements) < 0 ? hg_hdf5_error(check->err, "reading")
                                                             : H5GRAD_OK;
    if (check->rank == 0)
        return hg_read_all(check->dataset, type, elements, check->err);
    return hg_read_box(check->dataset, type, check->rank, check->box, elements, check->err);
}

/* Reads n elements of size bytes as stored. The conversion is registered only meanwhile. */
static enum h5grad_status read_stored(const struct check *check, hid_t type, size_t size,
                                      void *elements)
{
    static const char name[] = "h5grad: as stored";
    enum h5grad_status status = H5GRAD_OK;
    H5_CLOSED hid_t bytes = H5Tcreate(H5T_OPAQUE, size);
    if (bytes < 0 || H5Tregister(H5T_PERS_SOFT, name, type, bytes, keep_as_stored) < 0)
        status = hg_hdf5_error(check->err, "reading");
    else
        status = read_as(check, bytes, elements);
    H5Tunregister(H5T_PERS_SOFT, name, -1, -1, keep_as_stored);
    return status;
}

/* ------------------------------------------------------------------------------------ the check */

static enum h5grad_status check_part(struct check *check, const struct part *part,
                                     const unsigned char *p)
{
    const unsigned address_bytes = check->heaps->address_bytes;
    uint64_t length = h5_little_endian(p, 4), stored, memory;
    struct h5_heap_object object;
    uint64_t address = h5_little_endian(p + 4, address_bytes);
    uint64_t number = h5_little_endian(p + 4 + address_bytes, 4);
    if (address == 0)
        return H5GRAD_OK;
    enum h5grad_status found = hg_heap_find(check->heaps, address, number, &object);
    if (found == H5GRAD_NO_MEMORY)
        return hg_error_set(check->err, found, "out of memory: its heap cannot be looked at");
    if (found || !size_mul(length, size_max(part->stored, 1), &stored) || stored > object.size ||
        (part->stored > 0 && object.size > (stored / BUFFER + 1) * BUFFER))
        return hg_error_set(check->err, H5GRAD_FAILED,
                            "damaged: a length of %" PRIu64 " is not that of what it refers to",
                            length);
    if (!size_mul(length, part->memory, &memory) || memory > check->most)
        return hg_error_set(check->err, H5GRAD_FAILED,
                            "its parts of variable length take more memory than there is for them "
                            "(raise --memory)");
    check->most -= memory;
    return H5GRAD_OK;
}

static enum h5grad_status check_elements(struct check *check, const struct layout *layout,
                                         size_t size, const unsigned char *elements)
{
    enum h5grad_status status = H5GRAD_OK;
    for (uint64_t i = 0; i < check->n && !status; i++, elements += size) {
        for (size_t k = 0; k < layout->n && !status; k++)
            status = check_part(check, &layout->part[k], elements + layout->part[k].offset);
    }
    return status;
}

static enum h5grad_status check_laid_out(struct check *check, hid_t type,
                                         const struct layout *layout, size_t size)
{
    BASE_FREED unsigned char *elements = hg_memory_zeroed(check->n, size);
    if (!elements)
        return hg_error_memory(check->err, check->n * size);
    enum h5grad_status status = read_stored(check, type, size, elements);
    return status ? status : check_elements(check, layout, size, elements);
}

static enum h5grad_status check_type(struct check *check, hid_t type)
{
    struct layout layout = {.stored = 4 + check->heaps->address_bytes + 4, .err = check->err};
    size_t size;
    if (hg_variable_levels(type) > 1)
        return hg_error_set(check->err, H5GRAD_FAILED, "it holds lists of lists");
    enum h5grad_status status = lay_out(&layout, type, 0, &size);
    if (!status)
        status = check_laid_out(check, type, &layout, size);
    free(layout.part);
    if (status == H5GRAD_NO_MEMORY)
        hg_note_no_memory(); /* for callers that skip what cannot be read */
    return status;
}

/* Checks against the heap of the file that contains object. */
static enum h5grad_status check_in_file(struct check *check, hid_t object, hid_t type)
{
    H5_CLOSED hid_t file = hg_variable_levels(type) > 0 ? H5Iget_file_id(object) : -1;
    check->heaps = file < 0 ? NULL : hg_input_heaps(file);
    if (!check->heaps)
        return H5GRAD_OK;
    check->most = size_min(check->most, hg_heap_most(check->heaps->access));
    return check_type(check, type);
}

enum h5grad_status hg_variable_check_attribute(hid_t attribute, hid_t type, uint64_t most,
                                               struct h5grad_error *err)
{
    H5_CLOSED hid_t space = H5Aget_space(attribute);
    hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    struct check check = {.attribute = attribute, .n = (uint64_t)n, .most = most, .err = err};
    return n < 0 ? hg_hdf5_error(err, "reading") : check_in_file(&check, attribute, type);
}

enum h5grad_status hg_variable_check_box(hid_t dataset, hid_t type, unsigned rank,
                                         const struct box *box, struct h5grad_error *err)
{
    struct check check = {.attribute = -1,
                          .dataset = dataset,
                          .rank = rank,
                          .box = box,
                          .n = hg_box_points(rank, box),
                          .most = UINT64_MAX,
                          .err = err};
    H5D_layout_t layout = hg_variable_levels(type) > 0 ? hg_dataset_layout(dataset) : H5D_COMPACT;
    if (layout == H5D_VIRTUAL || layout == H5D_LAYOUT_ERROR)
        return hg_error_set(err, H5GRAD_FAILED,
                            "its points are of variable length and those of other files");
    return check_in_file(&check, dataset, type);
}
