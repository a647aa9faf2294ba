/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WRF and its preprocessors: netCDF files whose dimensions have no coordinates. The attributes DX
 * and DY are the steps of the map's projection, in metres; XTIME holds minutes.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"

#define LATITUDE_LONGITUDE 6 /* of MAP_PROJ */

/* Some programs give steps in degrees there; no grid is as fine as this in metres. */
#define MOST_DEGREES 10

/* " OUTPUT FROM WRF V4.4 MODEL" */
static bool is_wrf(hid_t file)
{
    static const char from[] = "OUTPUT FROM ";
    static const char *const programs[] = {"WRF",   "REAL_EM", "METGRID",  "GEOGRID",
                                           "IDEAL", "NDOWN",   "REAL_NMM", "REAL"};
    BASE_FREED char *title = hg_attribute_text(file, "TITLE");
    const char *program = title ? strstr(title, from) : NULL;
    return program && hg_coords_lies_below(program + strlen(from),
                                           sizeof programs / sizeof *programs, programs);
}

/* Returns which of x and y an axis of that name is, -1: none; *fine: it is of the fire grid. */
static int direction(const char *name, bool *fine)
{
    static const char *const names[] = {"west_east", "south_north"};
    static const char *const ends[] = {"", "_stag", "_subgrid"};
    for (int d = 0; name && d < 2; d++) {
        for (size_t i = 0; hg_path_begins(name, names[d]) && i < 3; i++) {
            *fine = i == 2;
            if (strcmp(name + strlen(names[d]), ends[i]) == 0)
                return d;
        }
    }
    return -1;
}

/* What the file says about its map. */
struct map {
    double step[2];
    double projection;
    bool staggered; /* rows are shifted against each other */
};

static bool read_map(struct query *query, struct map *map)
{
    *map = (struct map){.projection = 0};
    if (!is_wrf(query->file))
        return false;
    hg_coords_number(query, query->file, "MAP_PROJ", &map->projection);
    map->staggered = hg_coords_says(query->file, "GRIDTYPE", "E");
    return hg_coords_number(query, query->file, "DX", &map->step[0]) &&
           hg_coords_number(query, query->file, "DY", &map->step[1]);
}

static void enter_direction(struct query *query, unsigned k, const struct map *map, int d,
                            bool fine)
{
    static const char *const ratios[] = {"sr_x", "sr_y"};
    static const char *const degrees[] = {"degrees_east", "degrees_north"};
    const bool angle = map->projection == LATITUDE_LONGITUDE && map->step[d] <= MOST_DEGREES;
    double ratio = 1;
    if (map->staggered) {
        hg_coords_set_problem(query, k, "the rows of its grid (GRIDTYPE E) are staggered");
        return;
    }
    if (fine && !hg_coords_number(query, query->dataset, ratios[d], &ratio))
        return;
    hg_coords_set_unit(query, k, angle ? degrees[d] : "m");
    hg_coords_set_step(query, k, map->step[d] / ratio, 0);
}

static void note_projection(struct query *query, const struct map *map)
{
    if (map->projection != 0 && map->projection != LATITUDE_LONGITUDE && !map->staggered)
        hg_coords_add_note(query, "steps are metres of the map's projection: results times "
                                  "MAPFAC_M (_U, _V) are per metre on the ground");
}

/* Minutes since the start, with that only in the description of older files. */
static void enter_time(struct query *query, unsigned k)
{
    BASE_FREED char *path = hg_coords_beside(query, "XTIME");
    H5_CLOSED hid_t time = path ? hg_open_dataset(query->file, path, NULL) : -1;
    if (time < 0 || hg_coords_judge(time, query->extent[k], NULL, NULL) != H5GRAD_OK)
        return;
    BASE_FREED char *unit = hg_attribute_unit(time, false, NULL);
    if (!unit && hg_coords_begins(time, "description", "minutes since "))
        hg_coords_set_unit(query, k, "minutes");
    hg_coords_set_dataset(query, k, path, false);
}

static void read_axes(struct query *query)
{
    struct map map;
    bool read = false, known = false, any = false;
    for (unsigned k = 0; k < query->rank; k++) {
        const struct coords_axis *axis = &query->coords->axis[k];
        bool fine = false;
        const int d = direction(axis->name, &fine);
        const bool time = axis->name && strcmp(axis->name, "Time") == 0;
        if (axis->kind != COORDS_NONE || (d < 0 && !time))
            continue;
        if (!read)
            known = read_map(query, &map);
        read = true;
        if (known && time)
            enter_time(query, k);
        if (known && d >= 0)
            enter_direction(query, k, &map, d, fine);
        any = any || (known && d >= 0);
    }
    if (any)
        note_projection(query, &map);
}

static const char *not_field(const struct query *query)
{
    static const char *const names[] = {"XLAT", "XLONG", "XTIME"};
    bool is = hg_coords_lies_below(hg_path_base(query->path), 3, names) && is_wrf(query->file);
    return is ? COORDS_COORDINATE : NULL;
}

const struct coords_convention hg_coords_wrf = {
    .name = "WRF",
    .axes = read_axes,
    .not_field = not_field,
};
