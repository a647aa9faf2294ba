/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signs: attributes and datasets whose names look like packing or missing values, but that belong
 * to no known convention: attributes of the dataset, of a source of a virtual one, or of a group
 * above that describes it, and datasets beside it and beside its group. Signs that would change a
 * derivative are reported, and not used.
 */
#include <stddef.h>
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

#define MOST      32 /* signs of one object, and names to remember */
#define SIGN_NAME 64 /* bytes; longer names are ignored */

/* Groups that describe the data beside them: all data, or data of one name. */
static const struct description {
    const char *group;
    const char *data;
    bool inherited; /* groups further up count unless a nearer one has the sign */
} descriptions[] = {
    {"what", "data", true},       /* ODIM */
    {"calibration", NULL, false}, /* KNMI */
};

#define DESCRIPTIONS (sizeof descriptions / sizeof *descriptions)

enum place {
    DATASET, /* its attribute, or a dataset named after it */
    SOURCE,
    DESCRIPTION,
    ABOVE,  /* a group's attribute, which may not be about the data */
    BESIDE, /* a dataset, which is even less likely to be */
};

struct sign {
    char name[SIGN_NAME];
    enum place place;
    enum meaning meaning;
    struct numbers numbers;
    char *text; /* NULL: numbers */
};

struct search {
    const struct values_place *at;
    const struct values *values; /* values that are understood */
    bool other_sign;
    struct growing *note;
    bool told;          /* the note has text */
    enum place place;   /* of the object being searched */
    hid_t group;        /* to search for datasets; -1: not opened */
    const char *folder; /* its path, "" for the root; NULL while searching attributes */
    const char *own;    /* name of the object in its group */
    size_t n, n_seen;
    enum h5grad_status status;
    struct h5grad_error *err;
    struct sign sign[MOST];     /* n of the object */
    char seen[MOST][SIGN_NAME]; /* n_seen names found in nearer objects */
};

/* True if values.c reads the attribute and reports it if unused. */
static bool is_understood(const char *name)
{
    for (const char *const *known = hg_values_names; *known; known++) {
        if (strcmp(*known, name) == 0)
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

/* Adds a sign of the object; NULL if the name is not one, or is known already. */
static struct sign *add_sign(struct search *search, const char *name, enum meaning meaning)
{
    if (!hg_meaning_is_of_values(meaning) || search->n == MOST || strlen(name) >= SIGN_NAME ||
        is_seen(search, name))
        return NULL;
    struct sign *sign = &search->sign[search->n++];
    *sign = (struct sign){.place = search->place, .meaning = meaning};
    strcpy(sign->name, name);
    return sign;
}

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user)
{
    struct search *search = user;
    bool other = search->place == SOURCE && strcmp(name, "_Unsigned") == 0 && !search->other_sign &&
                 !hg_attribute_is(object, name, "false");
    enum meaning meaning = other ? MEANING_FORMULA : hg_meaning_of(name);
    (void)info;
    struct sign *sign =
        search->place == DATASET && is_understood(name) ? NULL : add_sign(search, name, meaning);
    if (sign && meaning == MEANING_FORMULA)
        sign->text = hg_attribute_text(object, name);
    else if (sign)
        search->status = hg_numbers_read_said(object, name, &sign->numbers, search->err);
    return search->status != H5GRAD_OK;
}

/* True if a factor is not 1. */
static bool is_factor(const struct numbers *numbers, size_t stride)
{
    for (size_t i = 0; i < numbers->n; i += stride) {
        if (numbers->item[i].value != 1)
            return true;
    }
    return false;
}

/* True if one of the numbers may occur and is not known to be missing. */
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

/* True if the range excludes a number that may be stored. */
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

/* True if the sign would change a derivative, as far as is known. */
static bool sign_matters(const struct search *search, const struct sign *sign)
{
    const struct values *values = search->values;
    bool said = values->missing && !values->by_default; /* which values are missing is known */
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
        return is_missing(search, &sign->numbers) && (sign->place < ABOVE || !said);
    case MEANING_RANGE:
        return sign->place < ABOVE && !said && is_range(search, &sign->numbers);
    default:
        return false;
    }
}

/* Begins the next item of the note. */
static void begin_item(struct search *search)
{
    if (search->told)
        hg_growing_print(search->note, ", ");
    else
        hg_growing_print(
            search->note,
            "%swhat looks like packing or missing values is not understood and not used: ",
            search->note->length > 0 ? "; " : "");
    search->told = true;
}

static void print_sign(struct search *search, const struct sign *sign)
{
    begin_item(search);
    if (search->folder)
        hg_growing_print(search->note, "%s/", search->folder);
    hg_growing_print(search->note, "%s ", sign->name);
    if (sign->text)
        hg_growing_print(search->note, "\"%.40s\"", sign->text);
    else
        hg_numbers_print(search->note, &sign->numbers);
    if (sign->numbers.n > 1)
        hg_growing_print(search->note, " ...");
}

/* Prints offsets only beside a factor: alone they do not matter. */
static void print_signs(struct search *search, const char *group)
{
    bool any = false, factor = false;
    for (size_t i = 0; i < search->n; i++) {
        const struct sign *sign = &search->sign[i];
        if (!sign_matters(search, sign))
            continue;
        any = true;
        factor = factor || sign->meaning == MEANING_SCALE || sign->meaning == MEANING_GAIN;
        print_sign(search, sign);
    }
    for (size_t i = 0; i < search->n && factor; i++) {
        const struct sign *sign = &search->sign[i];
        if (sign->meaning == MEANING_OFFSET && sign->numbers.n > 0 &&
            sign->numbers.item[0].value != 0)
            print_sign(search, sign);
    }
    if (any && group)
        hg_growing_print(search->note, " of %s", group);
}

/* Prints the signs of an object, and hides their names in the objects searched next. group: its
 * path, if it is a group. */
static enum h5grad_status end_object(struct search *search, const char *group)
{
    H5Eclear2(H5E_DEFAULT);
    if (!search->status)
        print_signs(search, group);
    for (size_t i = 0; i < search->n; i++) {
        if (search->n_seen < MOST)
            strcpy(search->seen[search->n_seen++], search->sign[i].name);
        free(search->sign[i].numbers.item);
        free(search->sign[i].text);
    }
    search->n = 0;
    return search->status;
}

static enum h5grad_status search_object(struct search *search, hid_t object, enum place place,
                                        const char *group)
{
    hsize_t at = 0;
    search->place = place;
    if (hg_attributes_exist(object))
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, add_attribute, search);
    return end_object(search, group);
}

static enum h5grad_status search_description(struct search *search, hid_t group, const char *path,
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

/* Returns whether a group of a group above the dataset would describe it. */
static bool would_describe(const struct search *search, const struct description *description,
                           bool nearest)
{
    return (nearest || description->inherited) &&
           (!description->data || strcmp(description->data, hg_path_base(search->at->path)) == 0);
}

/* Returns whether it is known, without opening the group, that it says nothing of the dataset. */
static bool is_silent(const struct search *search, const char *path, bool nearest)
{
    bool silent = true;
    for (size_t i = 0; i < DESCRIPTIONS && silent; i++)
        silent = !would_describe(search, &descriptions[i], nearest) ||
                 hg_is_bare_without(search->at->file, path, descriptions[i].group);
    return silent;
}

static enum h5grad_status search_group(struct search *search, const char *path, bool nearest)
{
    if (is_silent(search, path, nearest))
        return H5GRAD_OK;
    hid_t group = hg_open_object(search->at->file, path, NULL);
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; group >= 0 && i < DESCRIPTIONS && !status; i++) {
        if (would_describe(search, &descriptions[i], nearest))
            status = search_description(search, group, path, descriptions[i].group);
    }
    if (group >= 0 && nearest && !status)
        status = search_object(search, group, ABOVE, path);
    hg_close(group);
    return status;
}

/* Searches the groups from the dataset's to the root. What groups above a quality group say is not
 * about the quality. */
static enum h5grad_status search_groups(struct search *search)
{
    enum h5grad_status status = H5GRAD_OK;
    bool nearest = true, alone = false;
    char *inner = NULL, *group;
    do {
        group = hg_path_parent(inner ? inner : search->at->path);
        free(inner);
        if (!(inner = group))
            return hg_error_memory(search->err, strlen(search->at->path));
        status = search_group(search, group, nearest);
        alone = alone || (nearest && strncmp(hg_path_base(group), "quality", 7) == 0);
        nearest = false;
    } while (!status && group[1] && !alone);
    free(group);
    return status;
}

/* Returns the next part of a name, "_factor" of "scale_factor"; NULL if there is none. */
static const char *next_part(const char *name)
{
    return *name ? strpbrk(name + 1, "_-. ") : NULL;
}

/* True if a name, or its end, is a sign's. */
static bool may_be_sign(const char *name)
{
    bool may = hg_meaning_is_of_values(hg_meaning_of(name));
    for (const char *part = next_part(name); part && !may; part = next_part(part))
        may = hg_meaning_is_of_values(hg_meaning_of(part));
    return may;
}

/* True if the dataset is named after another in its group, as "u_gain" is. */
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

/* Orders the groups of two paths. */
static int compare_groups(const char *a, const char *b)
{
    const size_t m = (size_t)(hg_path_base(a) - a), n = (size_t)(hg_path_base(b) - b);
    const int order = memcmp(a, b, m < n ? m : n);
    return order ? order : (m > n) - (m < n);
}

static int compare_signs(const void *first, const void *second)
{
    const struct h5_sign *a = first, *b = second;
    int order = a->called - b->called;
    if (!order)
        order = compare_groups(a->path, b->path);
    return order ? order : strcmp(hg_path_base(a->path), hg_path_base(b->path));
}

/* Returns the number of the first sign that does not precede key. */
static size_t find_sign(const struct h5_walk *walk, const struct h5_sign *key)
{
    size_t low = 0, high = walk->n_signs;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_signs(&walk->sign[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum h5grad_status hg_values_survey(hid_t file, struct h5_walk *walk, struct h5grad_error *err)
{
    for (size_t i = 0; i < walk->n; i++) {
        const char *path = walk->dataset[i].path, *name = hg_path_base(path);
        if (!may_be_sign(name))
            continue;
        struct h5_sign *grown = hg_memory_more(walk->sign, walk->n_signs, sizeof *grown);
        if (!grown)
            return hg_error_memory(err, (walk->n_signs + 1) * sizeof *grown);
        hid_t group = hg_open_parent(file, path);
        walk->sign = grown;
        walk->sign[walk->n_signs++] =
            (struct h5_sign){i, path, group >= 0 && is_called(group, name), false};
        hg_close(group);
    }
    if (walk->n_signs > 0)
        qsort(walk->sign, walk->n_signs, sizeof *walk->sign, compare_signs);
    return H5GRAD_OK;
}

/* Returns "_gain" of "u_gain" if u is the dataset being searched, else NULL. */
static const char *rest_of_name(const struct search *search, const char *name)
{
    const char *rest = name + strlen(search->own);
    return hg_path_begins(name, search->own) && *rest && strchr("_-. ", *rest) &&
                   hg_meaning_is_of_values(hg_meaning_of(rest))
               ? rest
               : NULL;
}

/* Adds a dataset to the signs, unless it is named after another one. If it is named after none, it
 * counts only if it holds a single number; false if it is known not to. */
static bool add_dataset(struct search *search, const char *name, bool called)
{
    const char *rest = rest_of_name(search, name);
    if (search->status || (called && !rest) || strcmp(name, search->own) == 0)
        return true;
    struct sign *sign = add_sign(search, name, hg_meaning_of(rest ? rest : name));
    if (!sign)
        return true;
    if (!rest)
        sign->place = BESIDE;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    enum h5grad_status status =
        hg_numbers_read_dataset(search->group, name, "", &sign->numbers, &reason);
    if (status == H5GRAD_NO_MEMORY)
        search->status = hg_error_set(search->err, status, "%s", reason.message);
    /* A neighbour that cannot be read, such as a field too large for --memory, is no failure. */
    const bool unfit = status || sign->numbers.n == 0 || (sign->numbers.n > 1 && !rest);
    if (unfit) {
        free(sign->numbers.item);
        search->n--;
    }
    return rest || !unfit || search->status;
}

static herr_t add_link(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct search *search = user;
    if (info->type == H5L_TYPE_HARD && may_be_sign(name))
        add_dataset(search, name, is_called(group, name));
    return search->status != H5GRAD_OK;
}

/* Opens the group on first use. */
static bool open_folder(struct search *search)
{
    if (search->group < 0)
        search->group =
            hg_open_object(search->at->file, *search->folder ? search->folder : "/", NULL);
    return search->group >= 0;
}

/* Returns whether the sign of that number is of the kind of key, in its group, and has a name that
 * begins like key's. */
static bool is_like(const struct h5_walk *walk, size_t number, const struct h5_sign *key)
{
    const struct h5_sign *sign = number < walk->n_signs ? &walk->sign[number] : NULL;
    return sign && sign->called == key->called && compare_groups(sign->path, key->path) == 0 &&
           hg_path_begins(sign->path, key->path);
}

/* Adds the datasets of search->folder that the survey found for the object at path, in the order of
 * the walk. */
static void add_walked(struct search *search, const char *path)
{
    const struct h5_walk *walk = search->at->walk;
    BASE_FREED char *group = hg_memory_format("%s/", search->folder);
    if (!group) {
        search->status = hg_error_memory(search->err, strlen(search->folder));
        return;
    }
    const struct h5_sign any = {.path = group}, named = {.path = path, .called = true};
    size_t beside = find_sign(walk, &any), after = find_sign(walk, &named);
    while (search->n < MOST) {
        const bool has = is_like(walk, beside, &any), is = is_like(walk, after, &named);
        if (!has && !is)
            break;
        const bool take = !is || (has && walk->sign[beside].number < walk->sign[after].number);
        struct h5_sign *sign = &walk->sign[take ? beside++ : after++];
        if (!sign->unfit && open_folder(search))
            sign->unfit = !add_dataset(search, hg_path_base(sign->path), sign->called);
    }
}

/* Searches a group for datasets that may be signs of the dataset or group at path. */
static enum h5grad_status search_datasets(struct search *search, const char *group,
                                          const char *path, enum place place)
{
    search->group = -1;
    search->folder = group[1] ? group : "";
    search->own = hg_path_base(path);
    search->place = place;
    if (search->at->walk)
        add_walked(search, path);
    else if (open_folder(search))
        H5Literate(search->group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, search);
    enum h5grad_status status = end_object(search, NULL);
    search->folder = NULL;
    hg_close(search->group);
    return status;
}

/* Searches the datasets beside the field, and those beside its group. */
static enum h5grad_status search_beside(struct search *search)
{
    const char *path = search->at->path;
    if (search->at->walk && search->at->walk->n_signs == 0)
        return H5GRAD_OK;
    char *group = hg_path_parent(path), *outer = group ? hg_path_parent(group) : NULL;
    enum h5grad_status status = outer ? search_datasets(search, group, path, DATASET)
                                      : hg_error_memory(search->err, strlen(path));
    if (!status && group[1])
        status = search_datasets(search, outer, group, ABOVE);
    free(outer);
    free(group);
    return status;
}

static enum h5grad_status search_factors(struct search *search, const char *path,
                                         const char *suffix, size_t stride)
{
    struct numbers numbers;
    enum h5grad_status status =
        hg_numbers_read_dataset(search->at->file, path, suffix, &numbers, search->err);
    if (is_factor(&numbers, stride)) {
        begin_item(search);
        hg_growing_print(search->note, "%s%s", path, suffix);
    }
    free(numbers.item);
    return status;
}

/* Searches for factors of conventions with names of their own. */
static enum h5grad_status search_conventions(struct search *search)
{
    const char *path = search->at->path;
    enum h5grad_status status = H5GRAD_OK;
    if (hg_path_begins(path, "/All_Data/")) /* VIIRS: pairs of factor and offset */
        status = search_factors(search, path, "Factors", 2);
    if (status || strcmp(hg_path_base(path), "data") != 0)
        return status;
    char *group = hg_path_parent(path);
    if (!group)
        return hg_error_memory(search->err, strlen(path));
    if (group[1]) /* NWB */
        status = search_factors(search, group, "/channel_conversion", 1);
    free(group);
    return status;
}

/* Searches the first source of a virtual dataset, which shows its stored numbers. */
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

static enum h5grad_status search_all(struct search *search)
{
    enum h5grad_status status = search_object(search, search->at->dataset, DATASET, NULL);
    if (!status)
        status = search_sources(search, search->at->dataset);
    if (status || !search->at->path)
        return status;
    status = search_groups(search);
    if (!status)
        status = search_beside(search);
    if (!status && !search->values->packed)
        status = search_conventions(search);
    return status;
}

enum h5grad_status hg_values_note_unknown(const struct values_place *place,
                                          const struct values *values, bool other_sign,
                                          struct growing *note, struct h5grad_error *err)
{
    struct search search;
    memset(&search, 0, offsetof(struct search, sign)); /* the rest is large */
    search.at = place;
    search.values = values;
    search.other_sign = other_sign;
    search.note = note;
    search.err = err;
    enum h5grad_status status = search_all(&search);
    if (search.told && place->path)
        hg_growing_print(note, "; --no-unpack says that stored numbers are meant");
    return status;
}
