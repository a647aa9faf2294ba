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

/* The last object of hg_attributes_exist and the answer: guarded by the lock of libhdf5. No two
 * objects have one identifier, not even one after the other. */
static hid_t last_asked = -1;
static unsigned long last_section;
static bool last_answer;

bool hg_has_attribute(hid_t object, const char *name)
{
    return hg_attributes_exist(object) && H5Aexists(object, name) > 0;
}

struct attribute {
    hid_t id;
    hid_t type;
    hid_t space;
    size_t n; /* number of elements */
};

/* On allocation failure the attribute reads as absent; records that, so that the run fails instead
 * of dropping it. */
static void *note_failure(void *memory)
{
    if (!memory)
        hg_note_no_memory();
    return memory;
}

static void close_attribute(const struct attribute *attribute)
{
    hg_close(attribute->space);
    hg_close(attribute->type);
    hg_close(attribute->id);
}

/* Declares a struct attribute that close_attribute closes at the end of its block. */
#define OPENED __attribute__((cleanup(close_attribute)))

static bool open_attribute(hid_t object, const char *name, struct attribute *attribute)
{
    *attribute = (struct attribute){.id = -1, .type = -1, .space = -1};
    if (hg_has_attribute(object, name))
        attribute->id = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute->id >= 0) {
        attribute->type = H5Aget_type(attribute->id);
        attribute->space = H5Aget_space(attribute->id);
    }
    hssize_t n = attribute->space >= 0 ? H5Sget_simple_extent_npoints(attribute->space) : -1;
    attribute->n = n > 0 ? (size_t)n : 0;
    return attribute->type >= 0 && n >= 0 && (uint64_t)n <= SIZE_MAX;
}

/* Copies text of at most size bytes, up to a NUL, without its padding. */
static char *copy_text(const char *text, size_t size, H5T_str_t padding)
{
    size_t length = strnlen(text, size);
    while (padding == H5T_STR_SPACEPAD && length > 0 && text[length - 1] == ' ')
        length--;
    char *copy = note_failure(malloc(length + 1));
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* Fills n texts. False if one is longer than limit bytes, or memory runs out. */
static bool read_fixed(const struct attribute *attribute, char **texts, size_t limit)
{
    size_t size = H5Tget_size(attribute->type);
    H5T_str_t padding = H5Tget_strpad(attribute->type);
    if (size == 0 || size > limit || attribute->n > MAX_TEXTS / size)
        return false;
    BASE_FREED char *buffer = note_failure(hg_memory_zeroed(attribute->n, size));
    bool ok = buffer && H5Aread(attribute->id, attribute->type, buffer) >= 0;
    for (size_t i = 0; ok && i < attribute->n; i++) {
        texts[i] = copy_text(buffer + i * size, size, padding);
        ok = texts[i] != NULL;
    }
    return ok;
}

static bool read_variable(const struct attribute *attribute, char **texts, size_t limit)
{
    BASE_FREED char **buffer = note_failure(hg_memory_zeroed(attribute->n, sizeof *buffer));
    if (!buffer || hg_variable_check_attribute(attribute->id, attribute->type, MAX_TEXTS, NULL) ||
        H5Aread(attribute->id, attribute->type, buffer) < 0)
        return false;
    bool ok = true;
    size_t total = 0;
    for (size_t i = 0; ok && i < attribute->n; i++) {
        const char *text = buffer[i] ? buffer[i] : "";
        size_t length = strnlen(text, limit + 1);
        total += length;
        if (length <= limit && total <= MAX_TEXTS)
            texts[i] = copy_text(text, length, H5T_STR_NULLTERM);
        ok = texts[i] != NULL;
    }
    hg_variable_reclaim(attribute->type, attribute->space, buffer);
    return ok;
}

/* Reads up to most texts of up to limit bytes each; NULL if there are none. */
static char **read_texts(hid_t object, const char *name, size_t most, size_t limit, size_t *n)
{
    OPENED struct attribute attribute;
    bool open = open_attribute(object, name, &attribute);
    htri_t variable = open ? H5Tis_variable_str(attribute.type) : -1;
    *n = attribute.n;
    if (variable < 0 || H5Tget_class(attribute.type) != H5T_STRING || *n == 0 || *n > most)
        return NULL;
    char **texts = note_failure(hg_memory_zeroed(*n, sizeof *texts));
    if (texts && (variable ? read_variable : read_fixed)(&attribute, texts, limit))
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

char *hg_attribute_unit(hid_t object, bool any_case, const char **name)
{
    static const char *const names[] = {"units", "unit", "Units", "Unit", "UNITS", "UNIT"};
    for (size_t i = 0; i < (any_case ? sizeof names / sizeof *names : 2); i++) {
        char *unit = hg_attribute_text(object, names[i]);
        if (unit && *unit) {
            if (name)
                *name = names[i];
            return unit;
        }
        free(unit);
    }
    return NULL;
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
    OPENED struct attribute attribute;
    bool open = open_attribute(object, name, &attribute);
    H5T_class_t class = open ? H5Tget_class(attribute.type) : H5T_NO_CLASS;
    *n = attribute.n;
    if ((class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM) || *n == 0 ||
        *n > MAX_NUMBERS)
        return NULL;
    double *numbers = note_failure(hg_memory_zeroed(*n, sizeof *numbers));
    if (numbers && H5Aread(attribute.id, H5T_NATIVE_DOUBLE, numbers) >= 0)
        return numbers;
    free(numbers);
    return NULL;
}

bool hg_attribute_number(hid_t object, const char *name, double *value)
{
    return hg_attribute_exactly(object, name, 1, value) == H5_FOUND;
}

/* Creates an attribute and writes value, of type memory, unless that is NULL. */
static enum h5grad_status write_value(hid_t object, const char *name, hid_t type, hid_t space,
                                      hid_t memory, const void *value, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t id = -1;
    last_asked = -1;
    if (type >= 0 && space >= 0)
        id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || (value && H5Awrite(id, memory, value) < 0))
        status = hg_hdf5_error(err, "cannot write attribute %s", name);
    if (id >= 0 && H5Aclose(id) < 0 && status == H5GRAD_OK)
        status = hg_hdf5_error(err, "cannot close attribute %s", name);
    return status;
}

enum h5grad_status hg_attribute_write(hid_t object, const char *name, hid_t type, const size_t *n,
                                      const void *value, struct h5grad_error *err)
{
    const hsize_t extent = n ? *n : 1;
    H5_CLOSED hid_t space = n ? H5Screate_simple(1, &extent, NULL) : H5Screate(H5S_SCALAR);
    enum h5grad_status status = write_value(object, name, type, space, type, value, err);
    hg_close(type);
    return status;
}

static hid_t texts_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    return hg_keep_if(type >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0 &&
                          H5Tset_cset(type, H5T_CSET_UTF8) >= 0,
                      type);
}

enum h5grad_status hg_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err)
{
    const hid_t type = hg_text_type(strlen(text) + 1);
    return write_value(object, name, type, hg_scalar_space(), type, text, err);
}

enum h5grad_status hg_attribute_write_int(hid_t object, const char *name, int32_t value,
                                          struct h5grad_error *err)
{
    return write_value(object, name, H5T_NATIVE_INT32, hg_scalar_space(), H5T_NATIVE_INT32, &value,
                       err);
}

enum h5grad_status hg_attribute_write_numbers(hid_t object, const char *name, const double *value,
                                              size_t n, struct h5grad_error *err)
{
    return hg_attribute_write(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), &n, value, err);
}

enum h5grad_status hg_attribute_write_as(hid_t object, const char *name, hid_t type, double value,
                                         struct h5grad_error *err)
{
    const hsize_t one = 1;
    H5_CLOSED hid_t space = H5Screate_simple(1, &one, NULL);
    return write_value(object, name, type, space, H5T_NATIVE_DOUBLE, &value, err);
}

enum h5grad_status hg_attribute_write_texts(hid_t object, const char *name, const char *const *text,
                                            size_t n, struct h5grad_error *err)
{
    return hg_attribute_write(object, name, texts_type(), &n, text, err);
}

/* Returns a transient copy of an attribute's type, which may be committed to its file; -1 for types
 * with references, or with lists of lists. */
static hid_t copied_type(hid_t type)
{
    if (H5Tdetect_class(type, H5T_REFERENCE) != 0 || hg_variable_levels(type) > 1)
        return -1;
    return H5Tcopy(type);
}

enum h5grad_status hg_attribute_copy(hid_t from, hid_t to, const char *name,
                                     struct h5grad_error *err)
{
    OPENED struct attribute stored;
    if (!open_attribute(from, name, &stored) || H5Aexists(to, name) > 0)
        return H5GRAD_OK;
    H5_CLOSED hid_t type = copied_type(stored.type);
    size_t size = type < 0 ? 0 : H5Tget_size(type);
    if (size == 0 || stored.n > MAX_COPIED / size)
        return H5GRAD_OK;
    if (stored.n == 0)
        return write_value(to, name, type, stored.space, type, NULL, err);
    BASE_FREED void *value = hg_memory_zeroed(stored.n, size);
    if (!value)
        return hg_error_memory(err, stored.n * size);
    if (hg_variable_check_attribute(stored.id, stored.type, MAX_COPIED, NULL) != H5GRAD_OK ||
        H5Aread(stored.id, type, value) < 0)
        return H5GRAD_OK;
    enum h5grad_status status = write_value(to, name, type, stored.space, type, value, err);
    hg_variable_reclaim(type, stored.space, value);
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
    /* without an index of creation order this is the order of storage, which is as good */
    if (H5Aiterate2(from, H5_INDEX_CRT_ORDER, H5_ITER_INC, &at, copy_one, &copy) < 0) {
        at = 0;
        H5Aiterate2(from, H5_INDEX_NAME, H5_ITER_INC, &at, copy_one, &copy);
    }
    H5Eclear2(H5E_DEFAULT);
    return copy.status;
}

bool hg_attributes_exist(hid_t object)
{
    if (object < 0)
        return false;
    if (object == last_asked && hg_section() == last_section)
        return last_answer;
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t info;
    herr_t status = H5Oget_info3(object, &info, H5O_INFO_NUM_ATTRS);
#else
    H5O_info_t info;
    herr_t status = H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS);
#endif
    last_asked = object;
    last_section = hg_section();
    last_answer = status < 0 || info.num_attrs > 0;
    return last_answer;
}

enum h5grad_status hg_attribute_remove(hid_t object, const char *name, struct h5grad_error *err)
{
    if (H5Aexists(object, name) <= 0 || H5Adelete(object, name) >= 0)
        return H5GRAD_OK;
    return hg_hdf5_error(err, "cannot remove attribute %s", name);
}

bool hg_attribute_is(hid_t object, const char *attribute, const char *text)
{
    BASE_FREED char *found = hg_attribute_text(object, attribute);
    return found && strcmp(found, text) == 0;
}

enum h5_exactly hg_attribute_exactly(hid_t object, const char *attribute, size_t n, double *value)
{
    if (!hg_has_attribute(object, attribute))
        return H5_ABSENT;
    size_t length;
    BASE_FREED double *found = hg_attribute_numbers(object, attribute, &length);
    if (!found || length != n)
        return H5_BROKEN;
    memcpy(value, found, n * sizeof *value);
    return H5_FOUND;
}
