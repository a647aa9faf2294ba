/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What looks, by its name, like packing or missing values, but belongs to no convention that is
 * understood: of the dataset itself, of a source of a virtual one, of a group above that describes
 * it, or in datasets beside it and beside its group. It is told where it would change a derivative,
 * and not used.
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
#include "trust/outside.h"

#define MOST      32 /* attributes of one object, and all that are known by name */
#define SIGN_NAME 64 /* bytes: longer ones are not looked at */

/* Groups that describe data, of which the name is given where it is fixed. */
static const struct description {
    const char *group;
    const char *data;
    bool inherited; /* those beside the groups above hold, too, but for what a nearer one says */
} descriptions[] = {
    {"what", "data", true},       /* ODIM */
    {"calibration", NULL, false}, /* KNMI */
};

enum place {
    DATASET, /* or called after it */
    SOURCE,
    DESCRIPTION,
    ABOVE,  /* what a group says may be meant for other things than its data ... */
    BESIDE, /* ... and even more so what a dataset does */
};

struct sign {
    char name[SIGN_NAME];
    enum place place;
    enum meaning meaning;
    struct numbers numbers;
    char *text; /* NULL: numbers */
};

struct search {
    const struct values *values; /* what is understood */
    bool other_sign;
    FILE *out;
    enum place place;
    const char *folder;     /* of datasets that are signs, NULL for attributes; "" is the root */
    struct sign sign[MOST]; /* of the object */
    size_t n;
    char seen[MOST][SIGN_NAME]; /* names in nearer objects */
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
    bool other = search->place == SOURCE && strcmp(name, "_Unsigned") == 0 && !search->other_sign &&
                 !hg_attribute_is(object, name, "false");
    enum meaning meaning = other ? MEANING_FORMULA : hg_meaning_of(name);
    (void)info;
    if (!hg_meaning_is_of_values(meaning) || search->n == MOST || strlen(name) >= SIGN_NAME ||
        is_seen(search, name) || (search->place == DATASET && is_understood(name)))
        return 0;
    struct sign *sign = &search->sign[search->n++];
    *sign = (struct sign){.place = search->place, .meaning = meaning};
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
    bool packing = !hg_number_is_float(values->stored) || has(search, MEANING_OFFSET);
    switch (sign->meaning) {
    case MEANING_SCALE:
        return !values->packed && is_factor(&sign->numbers, 1) &&
               (sign->place != BESIDE || packing);
    case MEANING_GAIN:
        return !values->packed && is_factor(&sign->numbers, 1) && (sign->place < ABOVE || packing);
    case MEANING_FORMULA:
        return !values->packed && sign->text && *sign->text;
    case MEANING_MISSING:
        return is_missing(search, &sign->numbers) && (sign->place < ABOVE || !told);
    case MEANING_RANGE:
        return sign->place < ABOVE && !told && is_range(search, &sign->numbers);
    default:
        return false;
    }
}

static void print_sign(const struct search *search, const struct sign *sign)
{
    if (ftell(search->out) > 0)
        fputs(", ", search->out);
    if (search->folder)
        fprintf(search->out, "%s/", search->folder);
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

/* Those of their names count no more in what is searched next. */
static void forget_signs(struct search *search)
{
    for (size_t i = 0; i < search->n; i++) {
        if (search->n_seen < MOST)
            strcpy(search->seen[search->n_seen++], search->sign[i].name);
        free(search->sign[i].numbers.item);
        free(search->sign[i].text);
    }
    search->n = 0;
}

/* What the attributes of an object say. */
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
    forget_signs(search);
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

/* ------------------------------------------------------------------------- datasets beside it */

/* Where the next part of a name begins: "_factor" of "scale_factor"; NULL. */
static const char *next_part(const char *name)
{
    return *name ? strpbrk(name + 1, "_-. ") : NULL;
}

/* Whether a name, or the end of it, is that of a sign. */
static bool may_be_sign(const char *name)
{
    bool may = hg_meaning_is_of_values(hg_meaning_of(name));
    for (const char *part = next_part(name); part && !may; part = next_part(part))
        may = hg_meaning_is_of_values(hg_meaning_of(part));
    return may;
}

/* Whether it is called after something else in its group, as "u_gain" is. */
static bool is_called(hid_t group, const char *name)
{
    char other[SIGN_NAME];
    for (const char *part = next_part(name); part; part = next_part(part)) {
        size_t length = (size_t)(part - name);
        if (length >= sizeof other || !hg_meaning_is_of_values(hg_meaning_of(part)))
            continue;
        memcpy(other, name, length);
        other[length] = '\0';
        if (hg_has_link(group, other))
            return true;
    }
    return false;
}

enum h5grad_status hg_values_survey(hid_t file, struct h5_walk *walk, struct h5grad_error *err)
{
    for (size_t i = 0; i < walk->n; i++) {
        const char *path = walk->dataset[i].path, *name = hg_path_base(path);
        if (!may_be_sign(name))
            continue;
        size_t bytes = (walk->n_signs + 1) * sizeof *walk->sign;
        struct h5_sign *grown = realloc(walk->sign, bytes);
        if (!grown)
            return hg_error_memory(err, bytes);
        hid_t group = hg_open_parent(file, path);
        walk->sign = grown;
        walk->sign[walk->n_signs++] = (struct h5_sign){i, group >= 0 && is_called(group, name)};
        hg_close(group);
    }
    return H5GRAD_OK;
}

/* Datasets of a group that are searched for signs of one dataset. */
struct beside {
    struct search *search;
    hid_t group;
    const char *own; /* name of the dataset, or of the group above it that lies in this one */
};

/* What is left of a dataset's name that is called after the one that is asked for; NULL. */
static const char *rest_of_name(const struct beside *beside, const char *name)
{
    const char *rest = name + strlen(beside->own);
    return hg_path_begins(name, beside->own) && *rest && strchr("_-. ", *rest) &&
                   hg_meaning_is_of_values(hg_meaning_of(rest))
               ? rest
               : NULL;
}

/* Adds a dataset to the signs, but for one that is called after another; one that is called after
 * none is taken for its only number. */
static void add_dataset(const struct beside *beside, const char *name, bool called)
{
    struct search *search = beside->search;
    struct numbers numbers;
    const char *rest = rest_of_name(beside, name);
    enum meaning meaning = hg_meaning_of(rest ? rest : name);
    if (search->status || search->n == MOST || strlen(name) >= SIGN_NAME || is_seen(search, name) ||
        (called && !rest) || strcmp(name, beside->own) == 0 || !hg_meaning_is_of_values(meaning))
        return;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    enum h5grad_status status = hg_numbers_read_dataset(beside->group, name, "", &numbers, &reason);
    if (status == H5GRAD_NO_MEMORY)
        search->status = hg_error_set(search->err, status, "%s", reason.message);
    /* One that cannot be read, a field too large for --memory say, is no fault of its neighbour. */
    if (status || numbers.n == 0 || (numbers.n > 1 && !rest)) {
        free(numbers.item);
        return;
    }
    struct sign *sign = &search->sign[search->n++];
    *sign = (struct sign){
        .place = rest ? search->place : BESIDE, .meaning = meaning, .numbers = numbers};
    strcpy(sign->name, name);
}

static herr_t add_link(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    const struct beside *beside = user;
    if (info->type == H5L_TYPE_HARD && may_be_sign(name))
        add_dataset(beside, name, is_called(group, name));
    return beside->search->status != H5GRAD_OK;
}

static bool lies_in(const char *path, const char *folder)
{
    return hg_path_begins(path, folder) && path + strlen(folder) == hg_path_base(path) - 1;
}

/* The datasets of a group that lie beside the dataset or group at path. */
static enum h5grad_status search_datasets(struct search *search, const struct values_place *where,
                                          const char *group, const char *path, enum place place)
{
    const struct h5_walk *walk = where->walk;
    struct beside beside = {search, walk ? -1 : hg_open_object(where->file, group, NULL),
                            hg_path_base(path)};
    search->folder = group[1] ? group : "";
    search->place = place;
    for (size_t i = 0; walk && i < walk->n_signs; i++) {
        const struct h5_sign *sign = &walk->sign[i];
        const char *other = walk->dataset[sign->number].path;
        if ((sign->called && !hg_path_begins(other, path)) || !lies_in(other, search->folder))
            continue;
        if (beside.group < 0)
            beside.group = hg_open_object(where->file, group, NULL);
        if (beside.group >= 0)
            add_dataset(&beside, hg_path_base(other), sign->called);
    }
    if (!walk && beside.group >= 0)
        H5Literate(beside.group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, &beside);
    H5Eclear2(H5E_DEFAULT);
    if (!search->status)
        print_signs(search, NULL);
    forget_signs(search);
    search->folder = NULL;
    hg_close(beside.group);
    return search->status;
}

/* The datasets beside it, and those beside its group. */
static enum h5grad_status search_all_datasets(struct search *search,
                                              const struct values_place *where)
{
    char *group = hg_path_parent(where->path), *outer = group ? hg_path_parent(group) : NULL;
    enum h5grad_status status = outer ? search_datasets(search, where, group, where->path, DATASET)
                                      : hg_error_memory(search->err, strlen(where->path));
    if (!status && group[1])
        status = search_datasets(search, where, outer, group, ABOVE);
    free(outer);
    free(group);
    return status;
}

static enum h5grad_status search_factors(struct search *search, hid_t file, const char *path,
                                         const char *suffix, size_t stride)
{
    struct numbers numbers;
    enum h5grad_status status = hg_numbers_read_dataset(file, path, suffix, &numbers, search->err);
    if (is_factor(&numbers, stride))
        fprintf(search->out, "%s%s%s", ftell(search->out) > 0 ? ", " : "", path, suffix);
    free(numbers.item);
    return status;
}

/* Conventions that have names of their own for factors. */
static enum h5grad_status search_conventions(struct search *search, hid_t file, const char *path)
{
    enum h5grad_status status = H5GRAD_OK;
    if (hg_path_begins(path, "/All_Data/")) /* VIIRS: what follows each factor does not matter */
        status = search_factors(search, file, path, "Factors", 2);
    char *group = hg_path_parent(path);
    if (!status && !group)
        status = hg_error_memory(search->err, strlen(path));
    if (!status && group[1] && strcmp(hg_path_base(path), "data") == 0) /* NWB */
        status = search_factors(search, file, group, "/channel_conversion", 1);
    free(group);
    return status;
}

/* A virtual dataset shows the stored numbers of its sources; one of them speaks for all. */
static enum h5grad_status search_source(struct search *search, hid_t source)
{
    char file[1024] = "", path[1024] = "";
    H5Fget_name(source, file, sizeof file);
    H5Iget_name(source, path, sizeof path);
    char *name = hg_memory_format("its source %s:%s", hg_path_base(file), path);
    enum h5grad_status status = name ? search_object(search, source, SOURCE, name)
                                     : hg_error_memory(search->err, sizeof path);
    free(name);
    return status;
}

static enum h5grad_status search_sources(struct search *search, hid_t dataset)
{
    enum h5grad_status status = H5GRAD_OK;
    hid_t source = hg_open_source(dataset);
    while (source >= 0 && !status) {
        status = search_source(search, source);
        hid_t next = status ? -1 : hg_open_source(source);
        hg_close(source);
        source = next;
    }
    return status;
}

static enum h5grad_status search_all(struct search *search, const struct values_place *where)
{
    enum h5grad_status status = search_object(search, where->dataset, DATASET, NULL);
    if (!status)
        status = search_sources(search, where->dataset);
    if (!status && where->path)
        status = search_groups(search, where->file, where->path);
    if (!status && where->path)
        status = search_all_datasets(search, where);
    if (!status && where->path && !search->values->packed)
        status = search_conventions(search, where->file, where->path);
    return status;
}

enum h5grad_status hg_values_find_unknown(const struct values_place *place,
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
        search->out ? search_all(search, place) : hg_error_memory(err, BUFSIZ);
    if (search->out && !hg_memory_close_stream(search->out) && !status)
        status = hg_error_memory(err, BUFSIZ);
    free(search);
    if (status || **text == '\0') {
        free(*text);
        *text = NULL;
    }
    return status;
}
