/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/attribute.h"

#define MAX_TEXT    ((size_t)64 << 10)
#define MAX_TEXTS   ((size_t)16 << 20)
#define MAX_NUMBERS ((size_t)1 << 20)

struct attribute {
    hid_t id;
    hid_t type;
    hid_t space;
    size_t n; /* elements, at least one */
};

static void close_attribute(struct attribute *attribute)
{
    h5_close(attribute->space);
    h5_close(attribute->type);
    h5_close(attribute->id);
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

void h5_attribute_reclaim(hid_t type, hid_t space, void *buffer)
{
#if H5_VERSION_GE(1, 12, 0)
    H5Treclaim(type, space, H5P_DEFAULT, buffer);
#else
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
#endif
}

/* Text of at most size bytes, ended by a NUL or by the size, without what padding added. */
static char *copy_text(const char *text, size_t size, H5T_str_t padding)
{
    size_t length = strnlen(text, size);
    while (padding == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ')
        length--;
    char *copy = malloc(length + 1);
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
    char *buffer = memory_zeroed(attribute->n, size);
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
    char **buffer = memory_zeroed(attribute->n, sizeof *buffer);
    if (!buffer)
        return false;
    bool read = H5Aread(attribute->id, attribute->type, buffer) >= 0;
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
        h5_attribute_reclaim(attribute->type, attribute->space, buffer);
    free(buffer);
    return ok;
}

static char **read_texts(hid_t object, const char *name, size_t limit, size_t *n)
{
    struct attribute attribute;
    if (!open_attribute(object, name, &attribute))
        return NULL;
    char **texts = NULL;
    htri_t variable = H5Tis_variable_str(attribute.type);
    if (H5Tget_class(attribute.type) == H5T_STRING && variable >= 0 &&
        attribute.n <= MAX_TEXTS / sizeof *texts)
        texts = memory_zeroed(attribute.n, sizeof *texts);
    *n = attribute.n;
    bool ok = texts != NULL;
    if (ok && variable)
        ok = read_variable(&attribute, texts, limit);
    else if (ok)
        ok = read_fixed(&attribute, texts, limit);
    close_attribute(&attribute);
    if (ok)
        return texts;
    h5_free_texts(texts, *n);
    return NULL;
}

char *h5_attribute_text(hid_t object, const char *name)
{
    size_t n;
    char **texts = read_texts(object, name, MAX_TEXT, &n);
    if (!texts)
        return NULL;
    char *text = NULL;
    if (n == 1) {
        text = texts[0];
        texts[0] = NULL;
    }
    h5_free_texts(texts, n);
    return text;
}

char **h5_attribute_texts(hid_t object, const char *name, size_t *n)
{
    return read_texts(object, name, MAX_TEXTS, n);
}

void h5_free_texts(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
}

double *h5_attribute_numbers(hid_t object, const char *name, size_t *n)
{
    struct attribute attribute;
    if (!open_attribute(object, name, &attribute))
        return NULL;
    double *numbers = NULL;
    H5T_class_t class = H5Tget_class(attribute.type);
    if ((class == H5T_INTEGER || class == H5T_FLOAT) && attribute.n <= MAX_NUMBERS)
        numbers = memory_zeroed(attribute.n, sizeof *numbers);
    *n = attribute.n;
    bool ok = numbers && H5Aread(attribute.id, H5T_NATIVE_DOUBLE, numbers) >= 0;
    close_attribute(&attribute);
    if (ok)
        return numbers;
    free(numbers);
    return NULL;
}

bool h5_attribute_number(hid_t object, const char *name, double *value)
{
    size_t n;
    double *numbers = h5_attribute_numbers(object, name, &n);
    bool one = numbers && n == 1;
    if (one)
        *value = numbers[0];
    free(numbers);
    return one;
}

/* Writes a scalar attribute; takes type. */
static enum h5grad_status write_scalar(hid_t object, const char *name, hid_t type,
                                       const void *value, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t id = -1;
    hid_t space = H5Screate(H5S_SCALAR);
    if (type >= 0 && space >= 0)
        id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, type, value) < 0)
        status = h5_error(err, "cannot write attribute %s", name);
    if (!h5_close(id) && status == H5GRAD_OK)
        status = h5_error(err, "cannot close attribute %s", name);
    h5_close(space);
    h5_close(type);
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
    h5_close(type);
    return -1;
}

enum h5grad_status h5_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err)
{
    return write_scalar(object, name, text_type(strlen(text) + 1), text, err);
}

enum h5grad_status h5_attribute_write_int(hid_t object, const char *name, int64_t value,
                                          struct h5grad_error *err)
{
    return write_scalar(object, name, H5Tcopy(H5T_NATIVE_INT64), &value, err);
}
