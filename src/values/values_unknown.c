/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What looks, by its name, like packing or missing values, but belongs to no convention that is
 * understood: of the dataset itself, of a group above that describes it, or in datasets beside it.
 * It is told where it would change a derivative, and not used.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/memory.h"
#include "values/meaning.h"
#include "values/values.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "hdf5/walk.h"

#define MOST 32 /* attributes of one object, and all that are known by name */

/* Groups that describe data, of which the name is given where it is fixed. */
static const struct description {
    const char *group;
    const char *data;
    bool inherited; /* those beside the groups above hold, too, but for what a nearer one says */
} descriptions[] = {
    {"what", "data", true},       /* ODIM */
    {"calibration", NULL, false}, /* KNMI */
};

/* Datasets that hold factors of others, called after them. */
static const struct factors {
    const char *within;
    const char *suffix;
    size_t stride; /* a factor and what does not matter follow one another */
} factors[] = {
    {"/", "_scaling_factor", 1},  /* NeXus, outside of NXdata */
    {"/All_Data/", "Factors", 2}, /* VIIRS */
};

enum place {
    DATASET,
    DESCRIPTION,
    ABOVE, /* what a group says may be meant for other things than its data */
};

struct sign {
    char name[64];
    enum meaning meaning;
    struct numbers numbers;
    char *text; /* NULL: numbers */
};

struct search {
    const struct values *values; /* what is understood */
    bool other_sign;
    FILE *out;
    enum place place;
    struct sign sign[MOST]; /* of the object */
    size_t n;
    char seen[MOST][64]; /* names in nearer objects */
    size_t n_seen;
    enum h5grad_status status;
    struct h5grad_error *err;
};

/* By the reader of values, which says itself what of it is not used. */
static bool is_understood(const char *name)
{
    static const char *const names[] = {"scale_factor", "add_offset", "_FillValue", "missing_value",
                                        "valid_range",  "valid_min",  "valid_max"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool is_seen(const struct search *search, const char *name)
{
    for (size_t i = 0; i < search->n_seen; i++) {
        if (strcasecmp(search->seen[i], name) == 0)
            return true;
    }
    return false;
}

/* Adds an attribute to the signs of the object. */
static herr_t add_sign(hid_t object, const char *name, const H5A_info_t *info, void *user)
{
    struct search *search = user;
    enum meaning meaning = hg_meaning_of(name);
    (void)info;
    if (meaning < MEANING_SCALE || meaning > MEANING_RANGE || search->n == MOST ||
        strlen(name) >= sizeof search->sign->name || is_seen(search, name) ||
        (search->place == DATASET && is_understood(name)))
        return 0;
    struct sign *sign = &search->sign[search->n++];
    *sign = (struct sign){.meaning = meaning};
    strcpy(sign->name, name);
    if (meaning == MEANING_FORMULA)
        sign->text = hg_attribute_text(object, name);
    else
        search->status = hg_numbers_read_said(object, name, &sign->numbers, search->err);
    return search->status != H5GRAD_OK;
}

/* Whether any of them is no factor of 1. */
static bool is_factor(const struct numbers *numbers, size_t stride)
{
    for (size_t i = 0; i < numbers->n; i += stride) {
        if (numbers->item[i].value != 1)
            return true;
    }
    return false;
}

/* Whether any of them may be stored, and is not known to be missing. */
static bool is_missing(const struct search *search, const struct numbers *numbers)
{
    const struct values *values = search->values;
    for (size_t i = 0; i < numbers->n; i++) {
        union unpack_number number;
        bool known =
            !hg_number_as_stored(numbers->item[i], values->stored, search->other_sign, &number);
        for (size_t k = 0; k < values->rule.n_missing && !known; k++)
            known = hg_number_is_same(values->stored, values->rule.missing[k], number);
        if (!known)
            return true;
    }
    return false;
}

/* Whether it leaves out any stored number. */
static bool is_range(const struct search *search, const struct numbers *numbers)
{
    enum element stored = search->values->stored;
    union unpack_number low = hg_number_extreme(stored, false),
                        high = hg_number_extreme(stored, true);
    bool all = true;
    for (size_t i = 0; i < numbers->n; i++) {
        union unpack_number number;
        all = all &&
              (!hg_number_as_stored(numbers->item[i], stored, search->other_sign, &number) ||
               hg_number_is_same(stored, number, low) || hg_number_is_same(stored, number, high));
    }
    return !all;
}

static bool has(const struct search *search, enum meaning meaning)
{
    for (size_t i = 0; i < search->n; i++) {
        if (search->sign[i].meaning == meaning)
            return true;
    }
    return false;
}

/* Whether it would change a derivative, as far as is known. */
static bool matters(const struct search *search, const struct sign *sign)
{
    const struct values *values = search->values;
    bool told = values->missing && !values->by_default; /* which values are missing */
    bool counts = !hg_number_is_float(values->stored);
    switch (sign->meaning) {
    case MEANING_SCALE:
        return !values->packed && is_factor(&sign->numbers, 1);
    case MEANING_GAIN:
        return !values->packed && is_factor(&sign->numbers, 1) &&
               (search->place != ABOVE || counts || has(search, MEANING_OFFSET));
    case MEANING_FORMULA:
        return !values->packed && sign->text && *sign->text;
    case MEANING_MISSING:
        return is_missing(search, &sign->numbers) && (search->place != ABOVE || !told);
    case MEANING_RANGE:
        return search->place != ABOVE && !told && is_range(search, &sign->numbers);
    default:
        return false;
    }
}

static void print_sign(const struct search *search, const struct sign *sign)
{
    if (ftell(search->out) > 0)
        fputs(", ", search->out);
    fprintf(search->out, "%s ", sign->name);
    if (sign->text)
        fprintf(search->out, "\"%.40s\"", sign->text);
    else
        hg_numbers_print(search->out, &sign->numbers);
    if (sign->numbers.n > 1)
        fputs(" ...", search->out);
}

/* An offset is worth a word where there is a factor. */
static void print_signs(const struct search *search, const char *group)
{
    bool any = false, factor = false;
    for (size_t i = 0; i < search->n; i++) {
        const struct sign *sign = &search->sign[i];
        bool tell = matters(search, sign);
        factor =
            factor || (tell && (sign->meaning == MEANING_SCALE || sign->meaning == MEANING_GAIN));
        any = any || tell;
        if (tell)
            print_sign(search, sign);
    }
    for (size_t i = 0; i < search->n && factor; i++) {
        const struct sign *sign = &search->sign[i];
        if (sign->meaning == MEANING_OFFSET && sign->numbers.n > 0 &&
            sign->numbers.item[0].value != 0)
            print_sign(search, sign);
    }
    if (any && group)
        fprintf(search->out, " of %s", group);
}

/* What the attributes of an object say; those of their names count no more in objects behind it. */
static enum h5grad_status search_object(struct search *search, hid_t object, enum place place,
                                        const char *group)
{
    hsize_t at = 0;
    search->place = place;
    search->n = 0;
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, add_sign, search);
    H5Eclear2(H5E_DEFAULT);
    if (!search->status)
        print_signs(search, group);
    for (size_t i = 0; i < search->n; i++) {
        if (search->n_seen < MOST)
            strcpy(search->seen[search->n_seen++], search->sign[i].name);
        free(search->sign[i].numbers.item);
        free(search->sign[i].text);
    }
    return search->status;
}

/* A group that describes what lies beside it. */
static enum h5grad_status search_beside(struct search *search, hid_t group, const char *path,
                                        const char *name)
{
    hid_t described = hg_open_subgroup(group, name);
    if (described < 0)
        return H5GRAD_OK;
    char *own = hg_path_join(path, name);
    enum h5grad_status status = own ? search_object(search, described, DESCRIPTION, own)
                                    : hg_error_memory(search->err, strlen(path));
    free(own);
    hg_close(described);
    return status;
}

static enum h5grad_status search_group(struct search *search, hid_t file, const char *path,
                                       const char *data, bool nearest)
{
    hid_t group = hg_open_object(file, path, NULL);
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; group >= 0 && i < sizeof descriptions / sizeof *descriptions && !status;
         i++) {
        const struct description *description = &descriptions[i];
        if ((nearest || description->inherited) &&
            (!description->data || strcmp(description->data, data) == 0))
            status = search_beside(search, group, path, description->group);
    }
    if (group >= 0 && nearest && !status)
        status = search_object(search, group, ABOVE, path);
    hg_close(group);
    return status;
}

/* The groups from the one of the dataset to the root; what is said of quality there is not said of
 * what the quality is of. */
static enum h5grad_status search_groups(struct search *search, hid_t file, const char *path)
{
    const char *data = hg_path_base(path);
    char *group = hg_path_parent(path);
    bool alone = group && strncmp(hg_path_base(group), "quality", 7) == 0;
    enum h5grad_status status = group ? search_group(search, file, group, data, true)
                                      : hg_error_memory(search->err, strlen(path));
    while (!status && group[1] && !alone) {
        char *outer = hg_path_parent(group);
        free(group);
        group = outer;
        status = group ? search_group(search, file, group, data, false)
                       : hg_error_memory(search->err, strlen(path));
    }
    free(group);
    return status;
}

static enum h5grad_status search_dataset(struct search *search, hid_t file, const char *path,
                                         const char *suffix, size_t stride)
{
    struct numbers numbers;
    enum h5grad_status status = hg_numbers_read_dataset(file, path, suffix, &numbers, search->err);
    if (is_factor(&numbers, stride))
        fprintf(search->out, "%s%s%s", ftell(search->out) > 0 ? ", " : "", path, suffix);
    free(numbers.item);
    return status;
}

static enum h5grad_status search_factors(struct search *search, hid_t file, const char *path)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof factors / sizeof *factors && !status; i++) {
        if (hg_path_begins(path, factors[i].within))
            status = search_dataset(search, file, path, factors[i].suffix, factors[i].stride);
    }
    char *group = hg_path_parent(path);
    if (!status && !group)
        status = hg_error_memory(search->err, strlen(path));
    if (!status && group[1] && strcmp(hg_path_base(path), "data") == 0) /* NWB */
        status = search_dataset(search, file, group, "/channel_conversion", 1);
    free(group);
    return status;
}

static enum h5grad_status search_all(struct search *search, hid_t file, const char *path,
                                     hid_t dataset)
{
    enum h5grad_status status = search_object(search, dataset, DATASET, NULL);
    if (!status && path)
        status = search_groups(search, file, path);
    if (!status && path && !search->values->packed)
        status = search_factors(search, file, path);
    return status;
}

enum h5grad_status hg_values_find_unknown(hid_t file, const char *path, hid_t dataset,
                                          const struct values *values, bool other_sign, char **text,
                                          struct h5grad_error *err)
{
    size_t size;
    struct search *search = hg_memory_zeroed(1, sizeof *search);
    *text = NULL;
    if (!search)
        return hg_error_memory(err, sizeof *search);
    *search = (struct search){.values = values, .other_sign = other_sign, .err = err};
    search->out = open_memstream(text, &size);
    enum h5grad_status status =
        search->out ? search_all(search, file, path, dataset) : hg_error_memory(err, BUFSIZ);
    if (search->out && !hg_memory_close_stream(search->out) && !status)
        status = hg_error_memory(err, BUFSIZ);
    free(search);
    if (status || **text == '\0') {
        free(*text);
        *text = NULL;
    }
    return status;
}
