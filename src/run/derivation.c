/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/derivation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "base/similar.h"

const char *hg_derivation_missing_word(enum missing missing)
{
    static const char *const words[] = {"nan", "strict", "edge"};
    return words[missing];
}

enum h5grad_status hg_axis_option_parse(const char *text, size_t length, struct axis_option *out,
                                        struct h5grad_error *err)
{
    out->text = strndup(text, length);
    if (!out->text)
        return hg_error_memory(err, length);
    out->is_number = hg_parse_i64(out->text, &out->number);
    return H5GRAD_OK;
}

unsigned hg_axis_option_find(const struct axis_option *option, const struct field *field)
{
    const int64_t rank = field->rank, number = option->number;
    for (unsigned i = 0; i < field->rank; i++) {
        const char *name = field->coords.axis[i].name;
        if (name && strcmp(name, option->text) == 0)
            return i;
    }
    if (!option->is_number || number < -rank || number >= rank)
        return field->rank;
    return (unsigned)(number < 0 ? number + rank : number);
}

/* Returns whether an entry is for an axis of rank, whose name may be NULL. An entry may be for two:
 * the name of one may be the number of another. */
static bool is_for_axis(const struct axis_option *option, unsigned axis, unsigned rank,
                        const char *name)
{
    if (name && strcmp(option->text, name) == 0)
        return true;
    return option->is_number && (option->number == axis || option->number == (int64_t)axis - rank);
}

/* Parses a MODE of --boundary of length characters; sets *automatic for "auto". */
static bool parse_mode(const char *text, size_t length, enum boundary *boundary, double *value,
                       bool *automatic)
{
    *automatic = length == 4 && strncmp(text, "auto", length) == 0;
    if (*automatic)
        return true;
    for (unsigned i = 0; i <= BOUNDARY_REFLECT; i++) {
        const char *name = hg_operator_boundary_word((enum boundary)i);
        size_t word = strlen(name);
        if (length < word || strncmp(text, name, word) != 0)
            continue;
        *boundary = (enum boundary)i;
        if (length == word && i != BOUNDARY_VALUE)
            return true;
        char number[64] = "";
        if (i != BOUNDARY_VALUE || text[word] != '=' || length - word > sizeof number)
            continue;
        memcpy(number, text + word + 1, length - word - 1);
        return hg_parse_double(number, value);
    }
    return false;
}

/* Splits "[DIM=]REST". */
static enum h5grad_status parse_dim(const char *text, struct axis_option *dim, const char **rest,
                                    struct h5grad_error *err)
{
    const char *equal = strchr(text, '=');
    size_t length = equal ? (size_t)(equal - text) : 0;
    *rest = text;
    if (!equal)
        return H5GRAD_OK;
    *rest = equal + 1;
    if (length == 0)
        return hg_error_set(err, H5GRAD_USAGE, "'%s': no axis before '='", text);
    return hg_axis_option_parse(text, length, dim, err);
}

/* "MODE[:MODE]". */
static enum h5grad_status parse_modes(const char *mode, struct derivation_entry *entry,
                                      bool automatic[2], struct h5grad_error *err)
{
    const char *colon = strchr(mode, ':');
    const char *part[2] = {mode, colon ? colon + 1 : mode};
    for (int side = 0; side < 2; side++) {
        size_t length = side == 0 && colon ? (size_t)(colon - mode) : strlen(part[side]);
        if (!parse_mode(part[side], length, &entry->boundary[side], &entry->value[side],
                        &automatic[side]))
            return hg_error_set(err, H5GRAD_USAGE,
                                "'%.*s' is not one-sided, periodic, periodic-repeated, nan, auto, "
                                "extend, value=NUMBER, mirror or reflect",
                                (int)length, part[side]);
    }
    return H5GRAD_OK;
}

/* The modes may have a '=' of their own: an axis whose name is a mode goes by its number. */
static enum h5grad_status parse_boundary(const char *text, struct derivation_entry *entry,
                                         struct h5grad_error *err)
{
    const char *modes;
    bool automatic[2];
    enum h5grad_status status = H5GRAD_OK;
    if (parse_modes(text, entry, automatic, NULL)) {
        status = parse_dim(text, &entry->dim, &modes, err);
        if (!status)
            status = parse_modes(modes, entry, automatic, err);
    }
    if (status)
        return status;
    entry->bounded = true;
    entry->automatic = automatic[0];
    if (automatic[0] != automatic[1])
        return hg_error_set(err, H5GRAD_USAGE, "auto holds for both ends");
    if (entry->boundary[0] != entry->boundary[1] &&
        (boundary_is_periodic(entry->boundary[0]) || boundary_is_periodic(entry->boundary[1])))
        return hg_error_set(err, H5GRAD_USAGE, "periodic holds for both ends");
    return H5GRAD_OK;
}

static enum h5grad_status parse_period(const char *text, struct derivation_entry *entry,
                                       struct h5grad_error *err)
{
    const char *number;
    enum h5grad_status status = parse_dim(text, &entry->dim, &number, err);
    if (status)
        return status;
    if (!entry->dim.text || !hg_parse_double(number, &entry->period))
        return hg_error_set(err, H5GRAD_USAGE, "not of the form DIM=NUMBER");
    if (isfinite(entry->period) && entry->period > 0)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE, "a period must be finite and above 0");
}

static enum h5grad_status parse_accuracy(const char *text, struct derivation_entry *entry,
                                         struct h5grad_error *err)
{
    const char *number;
    uint64_t accuracy;
    enum h5grad_status status = parse_dim(text, &entry->dim, &number, err);
    if (status)
        return status;
    if (!hg_parse_u64(number, &accuracy) || !operator_has_accuracy(accuracy))
        return hg_error_set(err, H5GRAD_USAGE, "'%s' is not " OPERATOR_ACCURACIES, number);
    entry->accuracy = (unsigned)accuracy;
    return H5GRAD_OK;
}

/* Parses an index of a slice, which may be empty. */
static bool parse_index(const char *text, size_t length, bool *has, int64_t *index)
{
    char number[32] = "";
    *has = length > 0;
    if (length >= sizeof number)
        return false;
    memcpy(number, text, length);
    return !*has || hg_parse_i64(number, index);
}

static enum h5grad_status parse_subset(const char *text, struct subset_option *subset,
                                       struct h5grad_error *err)
{
    const char *slice;
    subset->step = 1;
    enum h5grad_status status = parse_dim(text, &subset->dim, &slice, err);
    if (status)
        return status;
    const size_t first = strcspn(slice, ":");
    const char *second = slice[first] ? slice + first + 1 : NULL;
    const size_t stop = second ? strcspn(second, ":") : 0;
    bool good = subset->dim.text && parse_index(slice, first, &subset->has_start, &subset->start);
    subset->one = !second;
    if (good && second)
        good = parse_index(second, stop, &subset->has_stop, &subset->stop);
    else
        good = good && subset->has_start;
    if (good && second && second[stop] && second[stop + 1])
        good = hg_parse_u64(second + stop + 1, &subset->step) && subset->step > 0;
    if (good)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE,
                        "not of the form DIM=START:STOP[:STEP] or DIM=INDEX, "
                        "with a step of at least 1");
}

static enum h5grad_status parse_vector_dims(const char *text, const char *end,
                                            struct vector_option *vector, struct h5grad_error *err)
{
    size_t n = 1;
    for (const char *c = text; c < end; c++)
        n += *c == ',';
    vector->dim = hg_memory_zeroed(n, sizeof *vector->dim);
    if (!vector->dim)
        return hg_error_memory(err, n * sizeof *vector->dim);
    while (vector->n < n) {
        size_t length = strcspn(text, ",=");
        if (length == 0)
            return hg_error_set(err, H5GRAD_USAGE, "an axis is empty");
        enum h5grad_status status =
            hg_axis_option_parse(text, length, &vector->dim[vector->n], err);
        if (status)
            return status;
        const char *last = vector->dim[vector->n++].text;
        for (size_t i = 0; i + 1 < vector->n; i++) {
            if (strcmp(vector->dim[i].text, last) == 0)
                return hg_error_set(err, H5GRAD_USAGE, "axis %s is given twice", last);
        }
        text += length + 1;
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_vector(const char *text, struct vector_option *vector,
                                       struct h5grad_error *err)
{
    const char *equal = strchr(text, '=');
    size_t length = strcspn(text, ":=");
    if (!equal || length == 0 || !equal[1] || memchr(text, '/', length))
        return hg_error_set(err, H5GRAD_USAGE,
                            "not of the form NAME:DIM=PATH, NAME:DIM,DIM[,DIM]=PATH or NAME=PATH");
    vector->name = strndup(text, length);
    vector->path = equal + 1;
    if (!vector->name)
        return hg_error_memory(err, length);
    return text[length] == ':' ? parse_vector_dims(text + length + 1, equal, vector, err)
                               : H5GRAD_OK;
}

/* Parses the words of one --compute. */
static enum h5grad_status parse_compute(const char *text, struct derivation *derivation,
                                        struct h5grad_error *err)
{
    for (;;) {
        size_t length = strcspn(text, ","), i = 0;
        if (length == 9 && strncmp(text, "vorticity", length) == 0)
            derivation->results |= 1u << FIELD_CURL;
        else {
            while (i < FIELD_WHATS &&
                   (strlen(hg_field_word((enum field_what)i)) != length ||
                    strncmp(hg_field_word((enum field_what)i), text, length) != 0))
                i++;
            if (i == FIELD_WHATS)
                return hg_error_set(err, H5GRAD_USAGE,
                                    "'%.*s' is not gradient, second, laplacian, magnitude, "
                                    "divergence, curl, vorticity or q",
                                    (int)length, text);
            derivation->results |= 1u << i;
        }
        if (!text[length])
            return H5GRAD_OK;
        text += length + 1;
    }
}

typedef enum h5grad_status parse_entry(const char *text, struct derivation_entry *entry,
                                       struct h5grad_error *err);

/* Adds the entries of one option. */
static enum h5grad_status parse_entries(const char *option, const char *const *text, size_t n,
                                        parse_entry *parse, struct derivation *derivation,
                                        struct h5grad_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct derivation_entry *entry = &derivation->entry[derivation->n_entries++];
        if (!text[i] || !*text[i])
            return hg_error_set(err, H5GRAD_USAGE, "%s: entry %zu is empty", option, i + 1);
        enum h5grad_status status = parse(text[i], entry, err);
        if (status)
            return hg_error_context(err, status, "%s '%s'", option, text[i]);
        for (size_t j = derivation->n_entries - 1 - i; j + 1 < derivation->n_entries; j++) {
            const char *a = derivation->entry[j].dim.text, *b = entry->dim.text;
            if (a && b ? strcmp(a, b) == 0 : a == b)
                return hg_error_set(err, H5GRAD_USAGE, "%s '%s': %s%s has one already", option,
                                    text[i], b ? "axis " : "every axis", b ? b : "");
        }
    }
    return H5GRAD_OK;
}

static enum h5grad_status parse_lists(const struct h5grad_options *user,
                                      struct derivation *derivation, struct h5grad_error *err)
{
    enum h5grad_status status = parse_entries("boundary", user->boundaries, user->n_boundaries,
                                              parse_boundary, derivation, err);
    if (!status)
        status =
            parse_entries("period", user->periods, user->n_periods, parse_period, derivation, err);
    if (!status)
        status = parse_entries("accuracy", user->accuracies, user->n_accuracies, parse_accuracy,
                               derivation, err);
    for (size_t i = 0; i < user->n_subsets && !status; i++, derivation->n_subsets++) {
        status = parse_subset(user->subsets[i], &derivation->subset[i], err);
        if (status)
            hg_error_context(err, status, "subset '%s'", user->subsets[i]);
    }
    for (size_t i = 0; i < user->n_vectors && !status; i++) {
        derivation->n_vectors++;
        status = parse_vector(user->vectors[i], &derivation->vector[i], err);
        if (status)
            hg_error_context(err, status, "vector '%s'", user->vectors[i]);
    }
    for (size_t i = 0; i < user->n_computes && !status; i++) {
        status = parse_compute(user->computes[i], derivation, err);
        if (status)
            hg_error_context(err, status, "compute '%s'", user->computes[i]);
    }
    return status;
}

static enum h5grad_status parse_words(const struct h5grad_options *user,
                                      struct derivation *derivation, struct h5grad_error *err)
{
    static const char *const units[] = {"s", "min", "h", "d", "ms", "us", "ns"};
    if (user->missing) {
        unsigned i = 0;
        while (i <= MISSING_EDGE &&
               strcmp(user->missing, hg_derivation_missing_word((enum missing)i)) != 0)
            i++;
        if (i > MISSING_EDGE)
            return hg_error_set(err, H5GRAD_USAGE, "missing '%s': not nan, strict or edge",
                                user->missing);
        derivation->missing = (enum missing)i;
    }
    derivation->sphere = user->sphere != NULL;
    if (user->sphere && *user->sphere &&
        !(hg_parse_double(user->sphere, &derivation->radius) && isfinite(derivation->radius) &&
          derivation->radius > 0))
        return hg_error_set(err, H5GRAD_USAGE, "sphere '%s': not a radius in metres above 0",
                            user->sphere);
    derivation->time_unit = user->time_unit;
    bool known = !user->time_unit;
    for (size_t i = 0; i < sizeof units / sizeof *units && !known; i++)
        known = strcmp(user->time_unit, units[i]) == 0;
    if (known)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_USAGE, "time-unit '%s': not s, min, h, d, ms, us or ns",
                        user->time_unit);
}

const struct vector_option *hg_derivation_vector(const struct derivation *derivation,
                                                 const char *name,
                                                 const struct vector_option *after)
{
    const struct vector_option *end = derivation->vector + derivation->n_vectors;
    const struct vector_option *option = after ? after + 1 : derivation->vector;
    while (option < end && strcmp(option->name, name) != 0)
        option++;
    return option < end ? option : NULL;
}

/* Checks that a vector has one entry for all components or one for each, and not too many. */
static enum h5grad_status check_vector(const struct derivation *derivation, const char *name,
                                       struct h5grad_error *err)
{
    const struct vector_option *part = NULL;
    const unsigned few = derivation->chosen ? 1u << FIELD_CURL | 1u << FIELD_Q : 0;
    size_t parts = 0, n = 0;
    bool whole = false, known = true;
    while ((part = hg_derivation_vector(derivation, name, part))) {
        parts++;
        n += part->n;
        whole = whole || part->n != 1;
        known = known && part->n > 0;
    }
    if (whole && parts > 1)
        return hg_error_set(err, H5GRAD_USAGE, "vector %s: it is given twice", name);
    if (known && n < 2)
        return hg_error_set(err, H5GRAD_USAGE, "vector %s: one component: it needs 2 or 3", name);
    if (n > 3 && derivation->results & few)
        return hg_error_set(err, H5GRAD_USAGE,
                            "vector %s: %zu components: curl and q are of 2 or 3", name, n);
    if (n > FIELD_MOST_COMPONENTS)
        return hg_error_set(err, H5GRAD_USAGE, "vector %s: more than %d components", name,
                            FIELD_MOST_COMPONENTS);
    return H5GRAD_OK;
}

/* Checks that there is something to compute of the datasets and vectors named. */
static enum h5grad_status check_vectors(const struct derivation *derivation, bool named,
                                        struct h5grad_error *err)
{
    const bool of_vectors = derivation->results & RESULTS_OF_VECTORS;
    if (of_vectors && derivation->n_vectors == 0)
        return hg_error_set(err, H5GRAD_USAGE,
                            "compute: divergence, curl and q are of vectors, which --vector names");
    if (!of_vectors && derivation->chosen && derivation->n_vectors > 0)
        return hg_error_set(err, H5GRAD_USAGE,
                            "compute: nothing of the vectors: they have divergence, curl and q");
    if (of_vectors && named && derivation->chosen && !(derivation->results & ~RESULTS_OF_VECTORS))
        return hg_error_set(err, H5GRAD_USAGE,
                            "compute: nothing of the datasets that are named beside the vectors");
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < derivation->n_vectors && !status; i++)
        status = check_vector(derivation, derivation->vector[i].name, err);
    return status;
}

/* Returns whether values beyond an end are missing ones. */
static bool is_unknown(const struct derivation_entry *entry)
{
    bool unknown = false;
    for (int side = 0; side < 2; side++)
        unknown = unknown || entry->boundary[side] == BOUNDARY_NAN ||
                  (entry->boundary[side] == BOUNDARY_VALUE && isnan(entry->value[side]));
    return unknown;
}

/* Fails if no file could satisfy the options. */
static enum h5grad_status check(const struct derivation *derivation, struct h5grad_error *err)
{
    bool accurate = derivation->n_entries > 0, all = false;
    for (size_t i = 0; i < derivation->n_entries; i++) {
        const struct derivation_entry *entry = &derivation->entry[i];
        accurate = accurate && !(entry->accuracy == 2);
        all = all || (entry->accuracy > 2 && !entry->dim.text);
        struct derivation_entry whole;
        if (!entry->dim.text) {
            if (derivation->missing == MISSING_EDGE && entry->bounded && is_unknown(entry))
                return hg_error_set(err, H5GRAD_USAGE,
                                    "boundary nan does not go together with missing edge");
            continue;
        }
        enum h5grad_status status =
            hg_derivation_of(derivation, UINT32_MAX, 0, entry->dim.text, &whole, err);
        if (status)
            return status;
    }
    if (derivation->edge_order_given && accurate && all)
        return hg_error_set(err, H5GRAD_USAGE, "edge order holds for accuracy 2");
    return H5GRAD_OK;
}

enum h5grad_status hg_derivation_parse(const struct h5grad_options *user,
                                       struct derivation *derivation, struct h5grad_error *err)
{
    const size_t entries = user->n_boundaries + user->n_periods + user->n_accuracies;
    memset(derivation, 0, sizeof *derivation);
    derivation->entry = hg_memory_zeroed(entries, sizeof *derivation->entry);
    derivation->subset = hg_memory_zeroed(user->n_subsets, sizeof *derivation->subset);
    derivation->vector = hg_memory_zeroed(user->n_vectors, sizeof *derivation->vector);
    if (!derivation->entry || !derivation->subset || !derivation->vector)
        return hg_error_memory(err, entries * sizeof *derivation->entry);
    derivation->edge_order = user->edge_order ? (unsigned)user->edge_order : 1;
    derivation->edge_order_given = user->edge_order != 0;
    enum h5grad_status status = parse_lists(user, derivation, err);
    if (!status)
        status = parse_words(user, derivation, err);
    if (!status)
        status = check(derivation, err);
    derivation->chosen = derivation->results != 0;
    if (!derivation->chosen)
        derivation->results = 1u << FIELD_GRADIENT;
    if (!derivation->chosen && derivation->n_vectors > 0)
        derivation->results |= 1u << FIELD_DIVERGENCE | 1u << FIELD_CURL;
    return status ? status : check_vectors(derivation, user->n_datasets > 0, err);
}

void hg_derivation_free(struct derivation *derivation)
{
    for (size_t i = 0; i < derivation->n_entries; i++)
        free(derivation->entry[i].dim.text);
    for (size_t i = 0; i < derivation->n_subsets; i++)
        free(derivation->subset[i].dim.text);
    for (size_t i = 0; i < derivation->n_vectors; i++) {
        for (size_t k = 0; k < derivation->vector[i].n; k++)
            free(derivation->vector[i].dim[k].text);
        free(derivation->vector[i].dim);
        free(derivation->vector[i].name);
    }
    free(derivation->entry);
    free(derivation->subset);
    free(derivation->vector);
    memset(derivation, 0, sizeof *derivation);
}

const char *hg_axis_option_nearest(const struct axis_option *dim, const struct field *field)
{
    struct similar similar;
    hg_similar_start(&similar, dim->text, strlen(dim->text));
    for (unsigned k = 0; k < field->rank; k++) {
        if (field->coords.axis[k].name)
            hg_similar_try(&similar, field->coords.axis[k].name);
    }
    return similar.nearest;
}

/* Notes whether a field has an axis, or else which of its axes may have been meant. */
static void note_axis(struct axis_option *dim, const struct field *field)
{
    if (!dim->text)
        return;
    dim->found = dim->found || hg_axis_option_find(dim, field) < field->rank;
    if (dim->found || *dim->meant)
        return;
    const char *nearest = hg_axis_option_nearest(dim, field);
    if (nearest && strlen(nearest) < sizeof dim->meant)
        strcpy(dim->meant, nearest);
}

void hg_derivation_note_axes(const struct derivation *derivation, const struct field *field)
{
    for (size_t i = 0; i < derivation->n_entries; i++)
        note_axis(&derivation->entry[i].dim, field);
    for (size_t i = 0; i < derivation->n_subsets; i++)
        note_axis(&derivation->subset[i].dim, field);
}

/* Fails if no field has an axis that --option names. */
static enum h5grad_status check_axis(const struct axis_option *dim, const char *option,
                                     struct h5grad_error *err)
{
    const bool meant = *dim->meant != '\0';
    if (!dim->text || dim->found)
        return H5GRAD_OK;
    return hg_error_set(
        err, H5GRAD_FAILED, "no field has the axis %s that --%s names: %s%s%s", dim->text, option,
        meant ? "did you mean " : "h5grad --list shows the names", dim->meant, meant ? "?" : "");
}

enum h5grad_status hg_derivation_check_axes(const struct derivation *derivation,
                                            struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < derivation->n_entries && !status; i++) {
        const struct derivation_entry *entry = &derivation->entry[i];
        status = check_axis(&entry->dim,
                            entry->bounded      ? "boundary"
                            : entry->period > 0 ? "period"
                                                : "accuracy",
                            err);
    }
    for (size_t i = 0; i < derivation->n_subsets && !status; i++)
        status = check_axis(&derivation->subset[i].dim, "subset", err);
    return status;
}

/* Overrides *all by what entry gives. */
static void add_entry(const struct derivation_entry *entry, struct derivation_entry *all)
{
    if (entry->bounded) {
        all->bounded = true;
        all->automatic = entry->automatic;
        memcpy(all->boundary, entry->boundary, sizeof all->boundary);
        memcpy(all->value, entry->value, sizeof all->value);
    }
    if (entry->period > 0)
        all->period = entry->period;
    if (entry->accuracy > 0)
        all->accuracy = entry->accuracy;
}

/* Returns the option that two entries are of; NULL if there is none. */
static const char *find_common(const struct derivation_entry *a, const struct derivation_entry *b)
{
    if (a->bounded && b->bounded)
        return "boundary";
    if (a->period > 0 && b->period > 0)
        return "period";
    return a->accuracy > 0 && b->accuracy > 0 ? "accuracy" : NULL;
}

enum h5grad_status hg_derivation_of(const struct derivation *derivation, unsigned axis,
                                    unsigned rank, const char *name, struct derivation_entry *all,
                                    struct h5grad_error *err)
{
    struct derivation_entry own = {.period = 0};
    memset(all, 0, sizeof *all);
    for (size_t i = 0; i < derivation->n_entries; i++) {
        const struct derivation_entry *entry = &derivation->entry[i];
        if (!entry->dim.text)
            add_entry(entry, all);
        else if (is_for_axis(&entry->dim, axis, rank, name)) {
            const char *twice = find_common(entry, &own);
            if (twice)
                return hg_error_set(err, H5GRAD_USAGE,
                                    "%s: axis %s has one already, by another of its names", twice,
                                    entry->dim.text);
            add_entry(entry, &own);
        }
    }
    if (own.period > 0 && own.bounded && !own.automatic && own.boundary[0] != BOUNDARY_PERIODIC)
        return hg_error_set(err, H5GRAD_USAGE,
                            "period: axis %s has the boundary %s, which has no period to be given",
                            name ? name : "", hg_operator_boundary_word(own.boundary[0]));
    add_entry(&own, all);
    if (own.period > 0) {
        all->bounded = true;
        all->automatic = false;
        all->boundary[0] = all->boundary[1] = BOUNDARY_PERIODIC;
    }
    if (all->accuracy == 0)
        all->accuracy = 2;
    if (is_unknown(all) && derivation->missing == MISSING_EDGE)
        return hg_error_set(err, H5GRAD_USAGE,
                            "boundary nan does not go together with missing edge");
    return H5GRAD_OK;
}
