/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF-EOS5: fields of grids, swaths and zonal averages, described by a text of KEY=VALUE lines in
 * /HDFEOS INFORMATION/StructMetadata.0. A grid has the corners of a map; in a swath the fields of
 * one axis beside the data (geolocation fields) are its coordinates.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

#define INFORMATION "HDFEOS INFORMATION"
#define LONGEST     256 /* of a name */

/* A part of the text. */
struct part {
    const char *start, *end;
};

/* A field: /HDFEOS/GRIDS/NAME/Data Fields/FIELD. */
struct place {
    const struct kind *kind;
    char name[LONGEST], field[LONGEST];
    bool geolocation;
};

/* The structures of a file. */
static const struct kind {
    const char *folder, *group, *name;
    const char *axis; /* what the fields that may be coordinates are called; NULL: there are none */
    const char *axis_folder;
} kinds[] = {
    {"GRIDS", "GRID_", "GridName", NULL, NULL},
    {"SWATHS", "SWATH_", "SwathName", "GeoFieldName", "Geolocation Fields"},
    {"ZAS", "ZA_", "ZaName", "DataFieldName", "Data Fields"},
};

/* ---------------------------------------------------------------------------------- the text */

/* Cuts the next line of a part into key and value, without blanks; false at the end. */
static bool next_line(struct part *rest, struct part *key, struct part *value)
{
    static const char blanks[] = " \t\r";
    while (rest->start < rest->end) {
        const char *line = rest->start;
        const char *end = memchr(line, '\n', (size_t)(rest->end - line));
        end = end ? end : rest->end;
        rest->start = end < rest->end ? end + 1 : end;
        while (line < end && strchr(blanks, *line))
            line++;
        while (end > line && strchr(blanks, end[-1]))
            end--;
        const char *equal = memchr(line, '=', (size_t)(end - line));
        if (equal) {
            *key = (struct part){line, equal};
            *value = (struct part){equal + 1, end};
            return true;
        }
    }
    return false;
}

static bool is(const struct part *part, const char *text)
{
    const size_t length = (size_t)(part->end - part->start);
    return strlen(text) == length && strncmp(part->start, text, length) == 0;
}

static bool begins(const struct part *part, const char *text)
{
    const size_t length = strlen(text);
    return (size_t)(part->end - part->start) >= length && strncmp(part->start, text, length) == 0;
}

/* Copies a value without its quotes; empty if it is too long. */
static void unquote(const struct part *value, char out[LONGEST])
{
    const char *start = value->start, *end = value->end;
    if (end - start >= 2 && *start == '"' && end[-1] == '"') {
        start++;
        end--;
    }
    const size_t length = end - start < LONGEST ? (size_t)(end - start) : 0;
    memcpy(out, start, length);
    out[length] = '\0';
}

/* Finds the first value of a key. */
static bool find(struct part part, const char *wanted, char out[LONGEST])
{
    struct part key, value;
    while (next_line(&part, &key, &value)) {
        if (is(&key, wanted)) {
            unquote(&value, out);
            return true;
        }
    }
    return false;
}

/* Finds the group of a structure, by its name. */
static bool find_structure(struct part text, const struct place *place, struct part *found)
{
    struct part key, value;
    char name[LONGEST];
    *found = (struct part){NULL, NULL};
    while (next_line(&text, &key, &value)) {
        if (is(&key, "GROUP") && begins(&value, place->kind->group)) {
            found->start = text.start;
        } else if (is(&key, "END_GROUP") && begins(&value, place->kind->group) && found->start) {
            found->end = key.start;
            if (find(*found, place->kind->name, name) && strcmp(name, place->name) == 0)
                return true;
        }
    }
    return false;
}

/* Cuts ("A","B") or (1,2) into at most most texts; returns how many there are. */
static size_t read_list(struct part value, size_t most, char (*out)[LONGEST])
{
    size_t n = 0;
    if (value.start < value.end && *value.start == '(')
        value.start++;
    if (value.start < value.end && value.end[-1] == ')')
        value.end--;
    while (value.start < value.end) {
        const char *comma = memchr(value.start, ',', (size_t)(value.end - value.start));
        struct part item = {value.start, comma ? comma : value.end};
        while (item.start < item.end && *item.start == ' ')
            item.start++;
        if (n < most)
            unquote(&item, out[n]);
        n++;
        value.start = comma ? comma + 1 : value.end;
    }
    return n;
}

/* The names of the axes of a field. */
struct axes {
    size_t n;
    char name[GRID_MAX_RANK][LONGEST];
};

/* Calls look for each field of a structure: its name, the key of that, and its axes. Ends when it
 * returns true. */
typedef bool look_at_field(void *user, const char *key, const char *field, const struct axes *axes);

static void visit_fields(struct part part, look_at_field *look, void *user)
{
    static const char *const names[] = {"DataFieldName", "GeoFieldName"};
    struct part key, value;
    struct axes *axes = hg_memory_zeroed(1, sizeof *axes);
    const char *kind = NULL;
    char name[LONGEST] = "";
    bool done = false;
    while (axes && !done && next_line(&part, &key, &value)) {
        if (is(&key, "OBJECT"))
            kind = NULL;
        for (size_t i = 0; i < 2; i++) {
            if (is(&key, names[i])) {
                kind = names[i];
                unquote(&value, name);
            }
        }
        if (is(&key, "DimList"))
            axes->n = read_list(value, GRID_MAX_RANK, axes->name);
        if (is(&key, "END_OBJECT") && kind && axes->n <= GRID_MAX_RANK)
            done = look(user, kind, name, axes);
    }
    if (!axes)
        hg_note_no_memory();
    free(axes);
}

/* ---------------------------------------------------------------------------------- the place */

/* Cuts a path into its parts. */
static bool read_place(const char *path, struct place *place)
{
    static const char root[] = "/HDFEOS/", data[] = "/Data Fields/", geo[] = "/Geolocation Fields/";
    *place = (struct place){.kind = NULL};
    if (!hg_path_begins(path, root))
        return false;
    path += strlen(root);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t length = strlen(kinds[i].folder);
        if (strncmp(path, kinds[i].folder, length) == 0 && path[length] == '/')
            place->kind = &kinds[i];
    }
    if (!place->kind)
        return false;
    path += strlen(place->kind->folder) + 1;
    const char *fields = strstr(path, data), *other = strstr(path, geo);
    place->geolocation = !fields && other;
    fields = fields ? fields : other;
    const char *name = fields ? fields + strlen(place->geolocation ? geo : data) : NULL;
    if (!fields || strchr(name, '/') || strlen(name) >= LONGEST || fields - path >= LONGEST)
        return false;
    memcpy(place->name, path, (size_t)(fields - path));
    strcpy(place->field, name);
    return true;
}

/* Reads the description, which may be in several pieces, to be freed; NULL if there is none. */
static char *read_text(struct query *query)
{
    char *text = NULL;
    for (unsigned i = 0; i < 100; i++) {
        BASE_FREED char *path = hg_coords_format(query, "/" INFORMATION "/StructMetadata.%u", i);
        BASE_FREED char *next = path ? hg_coords_dataset_text(query, path) : NULL;
        if (!next)
            break;
        BASE_FREED char *before = text;
        text = hg_coords_format(query, "%s%s", before ? before : "", next);
        if (!text)
            break;
    }
    return text;
}

/* ---------------------------------------------------------------------------------- grids */

static bool read_pair(struct part grid, const char *key, double out[2])
{
    char text[LONGEST], item[2][LONGEST];
    if (!find(grid, key, text))
        return false;
    const struct part value = {text, text + strlen(text)};
    return read_list(value, 2, item) == 2 && hg_parse_double(item[0], &out[0]) &&
           hg_parse_double(item[1], &out[1]);
}

/* Degrees, minutes and seconds, DDDMMMSSS.SS. */
static double unpack_degrees(double packed)
{
    const double all = fabs(packed), degrees = trunc(all / 1e6);
    const double minutes = trunc((all - degrees * 1e6) / 1e3);
    const double seconds = all - degrees * 1e6 - minutes * 1e3;
    return copysign(degrees + minutes / 60 + seconds / 3600, packed);
}

/* The corners of a map, and its size. */
struct map {
    double upper_left[2], lower_right[2];
    double size[2];
    bool degrees;
    bool reversed[2]; /* the first point is at the right, or at the bottom */
};

static const char *read_map(struct part grid, struct map *map)
{
    static const char *const sizes[] = {"XDim", "YDim"};
    char text[LONGEST];
    for (unsigned i = 0; i < 2; i++) {
        if (!find(grid, sizes[i], text) || !hg_parse_double(text, &map->size[i]) ||
            !(map->size[i] > 0))
            return "StructMetadata has no size of the grid";
    }
    if (!read_pair(grid, "UpperLeftPointMtrs", map->upper_left) ||
        !read_pair(grid, "LowerRightMtrs", map->lower_right))
        return "StructMetadata has no corners of the grid";
    map->degrees = find(grid, "Projection", text) && strstr(text, "GCTP_GEO");
    bool small = map->degrees;
    for (unsigned i = 0; i < 2 && map->degrees; i++) {
        small = small && fabs(map->upper_left[i]) <= 360 && fabs(map->lower_right[i]) <= 360;
        map->upper_left[i] = unpack_degrees(map->upper_left[i]);
        map->lower_right[i] = unpack_degrees(map->lower_right[i]);
    }
    if (small)
        return "the corners of the grid are no degrees of the form DDDMMMSSS.SS";
    const char *origin = find(grid, "GridOrigin", text) ? text : "";
    map->reversed[0] = strstr(origin, "_UR") || strstr(origin, "_LR");
    map->reversed[1] = strstr(origin, "_LL") || strstr(origin, "_LR");
    return NULL;
}

static void enter_map(struct query *query, unsigned k, const struct map *map, unsigned i)
{
    static const char *const units[] = {"degrees_east", "degrees_north"};
    const double from = map->reversed[i] ? map->lower_right[i] : map->upper_left[i];
    const double to = map->reversed[i] ? map->upper_left[i] : map->lower_right[i];
    const double step = (to - from) / map->size[i];
    if (map->size[i] != (double)query->extent[k]) {
        hg_coords_refuse(query, "HDF-EOS's %s is %g, the dataset has %" PRIu64 " points there",
                         i == 0 ? "XDim" : "YDim", map->size[i], query->extent[k]);
        return;
    }
    if (query->coords->axis[k].kind != COORDS_NONE)
        return;
    hg_coords_set_unit(query, k, map->degrees ? units[i] : "m");
    hg_coords_set_step(query, k, step, from + step / 2);
}

static void enter_grid(struct query *query, struct part grid, const struct axes *axes)
{
    struct map map;
    const char *wrong = read_map(grid, &map);
    bool any = false;
    for (unsigned k = 0; k < query->rank; k++) {
        const bool x = strcasecmp(axes->name[k], "XDim") == 0;
        if (!x && strcasecmp(axes->name[k], "YDim") != 0)
            continue;
        any = any || query->coords->axis[k].kind == COORDS_NONE;
        if (wrong)
            hg_coords_set_problem(query, k, "%s", wrong);
        else
            enter_map(query, k, &map, x ? 0 : 1);
    }
    if (any && !wrong && !map.degrees)
        hg_coords_add_note(query, "steps are metres of the map's projection");
}

/* ---------------------------------------------------------------------------------- swaths */

/* The fields that may be the coordinates of an axis. */
struct search {
    struct query *query;
    const struct place *place;
    const char *dimension;
    unsigned k;
    size_t n;
    char *names;
    char first[LONGEST];
    bool time; /* first is called Time */
};

static char *coordinate_path(struct query *query, const struct place *place, const char *name)
{
    return hg_coords_format(query, "/HDFEOS/%s/%s/%s/%s", place->kind->folder, place->name,
                            place->kind->axis_folder, name);
}

static bool add_candidate(void *user, const char *key, const char *field, const struct axes *axes)
{
    struct search *search = user;
    struct query *query = search->query;
    const struct place *place = search->place;
    if (strcmp(key, place->kind->axis) != 0 || axes->n != 1 ||
        strcmp(axes->name[0], search->dimension) != 0)
        return false;
    BASE_FREED char *path = coordinate_path(query, place, field);
    H5_CLOSED hid_t dataset =
        path && strcmp(path, query->path) != 0 ? hg_open_dataset(query->file, path, NULL) : -1;
    if (dataset < 0 || hg_coords_judge(dataset, query->extent[search->k], NULL, NULL) != H5GRAD_OK)
        return query->status != H5GRAD_OK;
    const bool time = strcmp(field, "Time") == 0;
    if (search->n++ == 0 || time)
        strcpy(search->first, field);
    search->time = search->time || time;
    query->status = hg_coords_add_name(&search->names, field, query->err);
    return query->status != H5GRAD_OK;
}

static void enter_coordinate(struct query *query, unsigned k, const char *path)
{
    H5_CLOSED hid_t dataset = hg_open_dataset(query->file, path, NULL);
    if (dataset >= 0 && !hg_attribute_is(dataset, "Units", "NoUnits"))
        hg_coords_set_unit_of(query, k, dataset, "Units");
    hg_coords_set_dataset(query, k, path, false);
}

/* Finds the path of the coordinates of axis k, to be freed; NULL: none. *names: of several, none of
 * which is known to be the right one; to be freed. */
static char *find_coordinate(struct query *query, unsigned k, struct part swath,
                             const struct place *place, const char *dimension, char **names)
{
    struct search search = {.query = query, .place = place, .dimension = dimension, .k = k};
    visit_fields(swath, add_candidate, &search);
    const bool one = search.n == 1 || search.time;
    *names = one ? NULL : search.names;
    if (one)
        free(search.names);
    return one ? coordinate_path(query, place, search.first) : NULL;
}

static void enter_swath(struct query *query, struct part swath, const struct place *place,
                        const struct axes *axes)
{
    for (unsigned k = 0; k < query->rank && !query->status; k++) {
        if (query->coords->axis[k].kind != COORDS_NONE)
            continue;
        BASE_FREED char *names = NULL;
        BASE_FREED char *path = find_coordinate(query, k, swath, place, axes->name[k], &names);
        if (path)
            enter_coordinate(query, k, path);
        else if (names)
            hg_coords_add_note(query,
                               "axis %u: %s are not used: unit spacing; --coord=%u=PATH takes one",
                               k, names, k);
    }
}

/* ------------------------------------------------------------------------------------- axes */

/* The axes of the wanted field. */
struct wanted {
    const struct place *place;
    struct axes *axes;
    bool found;
};

static bool take_axes(void *user, const char *key, const char *field, const struct axes *axes)
{
    struct wanted *wanted = user;
    if (strcmp(field, wanted->place->field) != 0 ||
        wanted->place->geolocation != (strcmp(key, "GeoFieldName") == 0))
        return false;
    *wanted->axes = *axes;
    return wanted->found = true;
}

/* Calls enter with the description of the dataset, if there is one. Returns whether there is. */
static bool with_description(struct query *query, const struct place *place,
                             void (*enter)(struct query *query, struct part part,
                                           const struct place *place, const struct axes *axes))
{
    BASE_FREED char *text = read_text(query);
    BASE_FREED struct axes *axes = hg_memory_zeroed(1, sizeof *axes);
    struct wanted wanted = {.place = place, .axes = axes};
    struct part part;
    if (!axes)
        hg_coords_no_memory(query, sizeof *axes);
    if (!text || !axes || !find_structure((struct part){text, text + strlen(text)}, place, &part))
        return false;
    visit_fields(part, take_axes, &wanted);
    if (!wanted.found || axes->n != query->rank)
        return false;
    enter(query, part, place, axes);
    return true;
}

static void enter_axes(struct query *query, struct part part, const struct place *place,
                       const struct axes *axes)
{
    for (unsigned k = 0; k < query->rank; k++)
        hg_coords_set_name(query, k, axes->name[k]);
    if (place->kind->axis)
        enter_swath(query, part, place, axes);
    else
        enter_grid(query, part, axes);
}

static bool is_field(const struct query *query, struct place *place)
{
    return read_place(query->path, place) && hg_has_link(query->file, INFORMATION);
}

static void read_axes(struct query *query)
{
    struct place place;
    if (is_field(query, &place) && !with_description(query, &place, enter_axes))
        hg_coords_add_note(query, "StructMetadata does not describe it");
}

static void add_coordinates(struct query *query, struct part part, const struct place *place,
                            const struct axes *axes)
{
    for (unsigned k = 0; k < query->rank && place->kind->axis; k++) {
        BASE_FREED char *names = NULL;
        BASE_FREED char *path = find_coordinate(query, k, part, place, axes->name[k], &names);
        H5_CLOSED hid_t dataset = path ? hg_open_dataset(query->file, path, NULL) : -1;
        hg_coords_add(query, dataset, 0);
    }
}

static void add_references(struct query *query)
{
    struct place place;
    if (query->rank > 0 && is_field(query, &place))
        with_description(query, &place, add_coordinates);
}

static const char *not_field(const struct query *query)
{
    struct place place;
    return is_field(query, &place) && place.geolocation ? COORDS_COORDINATE : NULL;
}

const struct coords_convention hg_coords_hdfeos = {
    .name = "HDF-EOS5",
    .apart = "/HDFEOS/", /* in a text beside the fields */
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
