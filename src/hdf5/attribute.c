/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/attribute.h"
#include "hdf5/variable.h"

#define MAX_TEXT    ((size_t)64 << 10)
#define MAX_TEXTS   ((size_t)16 << 20)
#define MAX_NUMBERS ((size_t)1 << 20)
#define MAX_COPIED  ((size_t)16 << 20)

struct attribute {
    hid_t id;
    hid_t type;
    hid_t space;
    size_t n; /* elements, at least one */
};

/* An attribute that there is no memory for looks absent to who asks for it. */
static void *noted(void *memory)
{
    if (!memory)
        hg_note_no_memory();
    return memory;
}

static void close_attribute(struct attribute *attribute)
{
    hg_close(attribute->space);
    hg_close(attribute->type);
    hg_close(attribute->id);
}

static bool open_attribute(hid_t object, const char *name, struct attribute *attribute)
{
    *attribute = (struct attribute){.id = -1, .type = -1, .space = -1};
    if (H5Aexists(object, name) <= 0)
        return false;
    attribute->id = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute->id >= 0) {
        attribute->type = H5Aget_type(attribute->id);
        attribute->space = H5Aget_space(attribute->id);
    }
    hssize_t n = attribute->space >= 0 ? H5Sget_simple_extent_npoints(attribute->space) : -1;
    if (attribute->type >= 0 && n > 0 && (uint64_t)n <= SIZE_MAX) {
        attribute->n = (size_t)n;
        return true;
    }
    close_attribute(attribute);
    return false;
}

/* Text of at most size bytes, ended by a NUL or by the size, without what padding added. */
static char *copy_text(const char *text, size_t size, H5T_str_t padding)
{
    size_t length = strnlen(text, size);
    while (padding == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ')
        length--;
    char *copy = noted(malloc(length + 1));
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Fills n texts, each at most limit bytes long; false when one is longer or there is no memory. */
static bool read_fixed(const struct attribute *attribute, char **texts, size_t limit)
{
    size_t size = H5Tget_size(attribute->type);
    H5T_str_t padding = H5Tget_strpad(attribute->type);
    if (size == 0 || size > limit || attribute->n > MAX_TEXTS / size)
        return false;
    char *buffer = noted(hg_memory_zeroed(attribute->n, size));
    bool ok = buffer && H5Aread(attribute->id, attribute->type, buffer) >= 0;
    for (size_t i = 0; ok && i < attribute->n; i++) {
        texts[i] = copy_text(buffer + i * size, size, padding);
        ok = texts[i] != NULL;
    }
    free(buffer);
    return ok;
}

static bool read_variable(const struct attribute *attribute, char **texts, size_t limit)
{
    char **buffer = noted(hg_memory_zeroed(attribute->n, sizeof *buffer));
    if (!buffer)
        return false;
    bool read =
        hg_variable_check_attribute(attribute->id, attribute->type, MAX_TEXTS, NULL) == H5GRAD_OK &&
        H5Aread(attribute->id, attribute->type, buffer) >= 0;
    bool ok = read;
    size_t total = 0;
    for (size_t i = 0; ok && i < attribute->n; i++) {
        const char *text = buffer[i] ? buffer[i] : "";
        size_t length = strnlen(text, limit + 1);
        total += length;
        ok = length <= limit && total <= MAX_TEXTS;
        if (ok)
            texts[i] = copy_text(text, length, H5T_STR_NULLTERM);
        ok = ok && texts[i];
    }
    if (read)
        hg_variable_reclaim(attribute->type, attribute->space, buffer);
    free(buffer);
    return ok;
}

/* At most so many texts, each at most limit bytes long. */
static char **read_texts(hid_t object, const char *name, size_t most, size_t limit, size_t *n)
{
    struct attribute attribute;
    if (!open_attribute(object, name, &attribute))
        return NULL;
    char **texts = NULL;
    htri_t variable = H5Tis_variable_str(attribute.type);
    if (H5Tget_class(attribute.type) == H5T_STRING && variable >= 0 && attribute.n <= most)
        texts = noted(hg_memory_zeroed(attribute.n, sizeof *texts));
    *n = attribute.n;
    bool ok = texts != NULL;
    if (ok && variable)
        ok = read_variable(&attribute, texts, limit);
    else if (ok)
        ok = read_fixed(&attribute, texts, limit);
    close_attribute(&attribute);
    if (ok)
        return texts;
    hg_free_texts(texts, *n);
    return NULL;
}

char *hg_attribute_text(hid_t object, const char *name)
{
    size_t n;
    char **texts = read_texts(object, name, 1, MAX_TEXT, &n);
    char *text = texts ? texts[0] : NULL;
    free(texts);
    return text;
}

char **hg_attribute_texts(hid_t object, const char *name, size_t *n)
{
    return read_texts(object, name, MAX_TEXTS / sizeof(char *), MAX_TEXTS, n);
}

void hg_free_texts(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
}

double *hg_attribute_numbers(hid_t object, const char *name, size_t *n)
{
    struct attribute attribute;
    if (!open_attribute(object, name, &attribute))
        return NULL;
    double *numbers = NULL;
    H5T_class_t class = H5Tget_class(attribute.type);
    bool numeric = class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_ENUM;
    if (numeric && attribute.n <= MAX_NUMBERS)
        numbers = noted(hg_memory_zeroed(attribute.n, sizeof *numbers));
    *n = attribute.n;
    bool ok = numbers && H5Aread(attribute.id, H5T_NATIVE_DOUBLE, numbers) >= 0;
    close_attribute(&attribute);
    if (ok)
        return numbers;
    free(numbers);
    return NULL;
}

bool hg_attribute_number(hid_t object, const char *name, double *value)
{
    size_t n;
    double *numbers = hg_attribute_numbers(object, name, &n);
    bool one = numbers && n == 1;
    if (one)
        *value = numbers[0];
    free(numbers);
    return one;
}

/* Makes an attribute and writes it, unless value is NULL. */
static enum h5grad_status write_value(hid_t object, const char *name, hid_t type, hid_t space,
                                      const void *value, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t id = -1;
    if (type >= 0 && space >= 0)
        id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || (value && H5Awrite(id, type, value) < 0))
        status = hg_hdf5_error(err, "cannot write attribute %s", name);
    if (!hg_close(id) && status == H5GRAD_OK)
        status = hg_hdf5_error(err, "cannot close attribute %s", name);
    return status;
}

/* The same; takes type and space. */
static enum h5grad_status write_taking(hid_t object, const char *name, hid_t type, hid_t space,
                                       const void *value, struct h5grad_error *err)
{
    enum h5grad_status status = write_value(object, name, type, space, value, err);
    hg_close(space);
    hg_close(type);
    return status;
}

static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0)
        return -1;
    if (H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    hg_close(type);
    return -1;
}

enum h5grad_status hg_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err)
{
    return write_taking(object, name, text_type(strlen(text) + 1), H5Screate(H5S_SCALAR), text,
                        err);
}

enum h5grad_status hg_attribute_write_int(hid_t object, const char *name, int32_t value,
                                          struct h5grad_error *err)
{
    return write_taking(object, name, H5Tcopy(H5T_NATIVE_INT32), H5Screate(H5S_SCALAR), &value,
                        err);
}

static hid_t line_of(size_t n)
{
    const hsize_t extent = n;
    return H5Screate_simple(1, &extent, NULL);
}

enum h5grad_status hg_attribute_write_numbers(hid_t object, const char *name, const double *value,
                                              size_t n, struct h5grad_error *err)
{
    return write_taking(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), line_of(n), value, err);
}

enum h5grad_status hg_attribute_write_texts(hid_t object, const char *name, const char *const *text,
                                            size_t n, struct h5grad_error *err)
{
    return write_taking(object, name, text_type(H5T_VARIABLE), line_of(n), text, err);
}

/* A transient copy of an attribute's type, which may be committed to its file; -1 for types that
 * hold references, or lists of lists. */
static hid_t copied_type(hid_t type)
{
    if (H5Tdetect_class(type, H5T_REFERENCE) != 0 || hg_variable_levels(type) > 1)
        return -1;
    return H5Tcopy(type);
}

static bool read_value(const struct attribute *from, hid_t type, void *value)
{
    return hg_variable_check_attribute(from->id, from->type, MAX_COPIED, NULL) == H5GRAD_OK &&
           H5Aread(from->id, type, value) >= 0;
}

static enum h5grad_status copy_value(const struct attribute *from, hid_t to, const char *name,
                                     hid_t type, struct h5grad_error *err)
{
    size_t size = H5Tget_size(type);
    if (size == 0 || from->n > MAX_COPIED / size)
        return H5GRAD_OK;
    void *value = hg_memory_zeroed(from->n, size);
    if (!value)
        return hg_error_memory(err, from->n * size);
    enum h5grad_status status = H5GRAD_OK;
    if (read_value(from, type, value)) {
        status = write_value(to, name, type, from->space, value, err);
        hg_variable_reclaim(type, from->space, value);
    }
    free(value);
    return status;
}

/* Attributes of no elements: empty or of a null dataspace. */
static enum h5grad_status copy_empty(hid_t from, hid_t to, const char *name,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t id = H5Aopen(from, name, H5P_DEFAULT);
    hid_t stored = id >= 0 ? H5Aget_type(id) : -1;
    hid_t space = id >= 0 ? H5Aget_space(id) : -1;
    hid_t type = stored >= 0 ? copied_type(stored) : -1;
    if (type >= 0 && space >= 0 && H5Sget_simple_extent_npoints(space) == 0)
        status = write_value(to, name, type, space, NULL, err);
    hg_close(type);
    hg_close(space);
    hg_close(stored);
    hg_close(id);
    return status;
}

enum h5grad_status hg_attribute_copy(hid_t from, hid_t to, const char *name,
                                     struct h5grad_error *err)
{
    struct attribute attribute;
    if (H5Aexists(from, name) <= 0 || H5Aexists(to, name) > 0)
        return H5GRAD_OK;
    if (!open_attribute(from, name, &attribute))
        return copy_empty(from, to, name, err);
    enum h5grad_status status = H5GRAD_OK;
    hid_t type = copied_type(attribute.type);
    if (type >= 0)
        status = copy_value(&attribute, to, name, type, err);
    hg_close(type);
    close_attribute(&attribute);
    return status;
}

struct copy {
    hid_t to;
    h5_attribute_chosen *chosen;
    enum h5grad_status status;
    struct h5grad_error *err;
};

static herr_t copy_one(hid_t from, const char *name, const H5A_info_t *info, void *user)
{
    struct copy *copy = user;
    (void)info;
    if (copy->chosen && !copy->chosen(name))
        return 0;
    copy->status = hg_attribute_copy(from, copy->to, name, copy->err);
    return copy->status != H5GRAD_OK;
}

enum h5grad_status hg_attributes_copy(hid_t from, hid_t to, h5_attribute_chosen *chosen,
                                      struct h5grad_error *err)
{
    struct copy copy = {.to = to, .chosen = chosen, .err = err};
    hsize_t at = 0;
    /* without an index by creation the order is that of storage, which is as good */
    if (H5Aiterate2(from, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, copy_one, &copy) < 0) {
        at = 0;
        H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &at, copy_one, &copy);
    }
    H5Eclear2(H5E_DEFAULT);
    return copy.status;
}

enum h5grad_status hg_attribute_remove(hid_t object, const char *name, struct h5grad_error *err)
{
    if (H5Aexists(object, name) <= 0 || H5Adelete(object, name) >= 0)
        return H5GRAD_OK;
    return hg_hdf5_error(err, "cannot remove attribute %s", name);
}

bool hg_attribute_is(hid_t object, const char *attribute, const char *text)
{
    char *found = hg_attribute_text(object, attribute);
    bool same = found && strcmp(found, text) == 0;
    free(found);
    return same;
}

enum h5_exactly hg_attribute_exactly(hid_t object, const char *attribute, size_t n, double *value)
{
    if (H5Aexists(object, attribute) <= 0)
        return H5_ABSENT;
    size_t length = 0;
    double *found = hg_attribute_numbers(object, attribute, &length);
    bool ok = found && length == n;
    if (ok)
        memcpy(value, found, n * sizeof *value);
    free(found);
    return ok ? H5_FOUND : H5_BROKEN;
}
