/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/formats.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

/* In order of precedence for an axis. CF is behind all others of files, since it notes what they
 * left unused.
 */
static const struct coords_convention *const conventions[] = {
    &hg_coords_openpmd,    &hg_coords_vtkhdf,        &hg_coords_nxdata,
    &hg_coords_minc2,      &hg_coords_the_well,      &hg_coords_pdebench,
    &hg_coords_cactus,     &hg_coords_bigdataviewer, &hg_coords_blocks,
    &hg_coords_delmic,     &hg_coords_housekeeping,  &hg_coords_dimension_scales,
    &hg_coords_attributes, &hg_coords_hyperspy,      &hg_coords_emd,
    &hg_coords_velox,      &hg_coords_dream3d,       &hg_coords_nwb,
    &hg_coords_snirf,      &hg_coords_gpm,           &hg_coords_nc_complex,
    &hg_coords_nxlog,      &hg_coords_odim,          &hg_coords_hdfeos,
    &hg_coords_wrf,        &hg_coords_bout,          &hg_coords_meshes,
    &hg_coords_ugrid,      &hg_coords_cgns,          &hg_coords_elements,
    &hg_coords_images,     &hg_coords_gathered,      &hg_coords_cf,
    &hg_coords_components,
};

#define N_CONVENTIONS (sizeof conventions / sizeof *conventions)

/* Surveys the datasets that may say something about the one at path: in its group and those above.
 */
static enum h5grad_status survey_around(hid_t file, const char *path, struct h5_walk *walk,
                                        struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < walk->n && !status; i++) {
        const char *other = walk->dataset[i].path;
        if (strncmp(path, other, (size_t)(hg_path_base(other) - other)) != 0)
            continue;
        struct h5grad_error reason = {.status = H5GRAD_OK};
        H5_CLOSED hid_t dataset = hg_open_dataset(file, other, &reason);
        if (dataset >= 0)
            status = hg_coords_survey(file, other, dataset, &walk->marked, err);
        else if (reason.status == H5GRAD_NO_MEMORY)
            status = hg_error_set(err, reason.status, "%s", reason.message);
    }
    return status;
}

enum h5grad_status hg_coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                                  hid_t dataset, unsigned rank, struct coords *coords,
                                  struct h5grad_error *err)
{
    struct query query = {file, path, dataset, rank, .walk = walk, .coords = coords, .err = err};
    struct h5_walk own = {0};
    *coords = (struct coords){.rank = rank, .axis = hg_memory_zeroed(rank, sizeof *coords->axis)};
    if (!coords->axis)
        return hg_error_memory(err, rank * sizeof *coords->axis);
    /* H5Iget_name, called for each scale, would search the file, which takes longer than a walk. */
    if (!walk && hg_has_attribute(dataset, "DIMENSION_LIST")) {
        query.walk = &own;
        query.status = hg_walk(file, NULL, NULL, &own, err);
        if (!query.status)
            query.status = survey_around(file, path, &own, err);
    }
    if (hg_read_extents(dataset, rank, query.extent)) {
        for (size_t i = 0; i < N_CONVENTIONS && !query.status; i++) {
            query.source = conventions[i]->name;
            if (conventions[i]->axes)
                conventions[i]->axes(&query);
        }
    }
    if (query.status)
        hg_coords_free(coords);
    hg_walk_free(&own);
    return query.status;
}

static void drop_from_note(struct coords *coords, const char *text)
{
    char *at = text && coords->note ? strstr(coords->note, text) : NULL;
    if (!at)
        return;
    char *rest = at + strlen(text);
    if (at > coords->note)
        at -= strlen("; ");
    else if (*rest)
        rest += strlen("; ");
    memmove(at, rest, strlen(rest) + 1);
    if (!*coords->note) {
        free(coords->note);
        coords->note = NULL;
    }
}

void hg_coords_drop_counted(struct coords *coords, unsigned axis)
{
    drop_from_note(coords, coords->axis[axis].counted);
}

void hg_coords_drop_guessed(struct coords *coords, unsigned axis)
{
    drop_from_note(coords, coords->axis[axis].guessed);
}

static void free_axis(struct coords_axis *axis)
{
    hg_coords_forget(axis);
    free(axis->name);
    free(axis->left_out);
    free(axis->counted);
    free(axis->guessed);
}

void hg_coords_drop_axis(struct coords *coords, unsigned axis)
{
    free_axis(&coords->axis[axis]);
    coords->rank--;
    memmove(&coords->axis[axis], &coords->axis[axis + 1],
            (coords->rank - axis) * sizeof *coords->axis);
}

void hg_coords_free(struct coords *coords)
{
    for (unsigned k = 0; k < coords->rank && coords->axis; k++)
        free_axis(&coords->axis[k]);
    free(coords->axis);
    free(coords->refusal);
    free(coords->note);
    *coords = (struct coords){0};
}

bool hg_coords_need(const char *path)
{
    bool need = false;
    for (size_t i = 0; i < N_CONVENTIONS && !need; i++)
        need = conventions[i]->apart && hg_path_begins(path, conventions[i]->apart);
    return need;
}

const char *hg_coords_not_field(hid_t file, const char *path, hid_t dataset)
{
    const struct query query = {.file = file, .path = path, .dataset = dataset};
    const char *why = NULL;
    for (size_t i = 0; !why && i < N_CONVENTIONS; i++) {
        if (conventions[i]->not_field)
            why = conventions[i]->not_field(&query);
    }
    return why ? why : hg_coords_categories(dataset);
}

enum h5grad_status hg_coords_references(hid_t file, const char *path, hid_t dataset,
                                        struct h5_set *set, struct h5grad_error *err)
{
    struct query query = {file, path, dataset, .set = set, .err = err};
    int rank = dataset < 0 ? -1 : hg_dataset_extent(dataset, NULL, NULL);
    if (rank > 0 && hg_read_extents(dataset, (unsigned)rank, query.extent))
        query.rank = (unsigned)rank;
    for (size_t i = 0; i < N_CONVENTIONS && !query.status; i++) {
        if (conventions[i]->references)
            conventions[i]->references(&query);
    }
    return query.status;
}

/* Of two the first is that behind the direction which is not there: a curl along that is then
 * positive. */
static void order_components(struct query *query)
{
    struct coords_vector *vector = query->vector;
    struct coords_component by_direction[COORDS_DIRECTIONS];
    unsigned first = 0;
    memcpy(by_direction, vector->component, sizeof by_direction);
    for (unsigned d = 0; d < COORDS_DIRECTIONS; d++) {
        if (!by_direction[d].axis)
            first = d + 1;
    }
    for (unsigned k = 0; k < vector->n; k++) {
        struct coords_component *component = &vector->component[k];
        *component = by_direction[(first + k) % COORDS_DIRECTIONS];
        component->path = vector->is_whole
                              ? hg_coords_format(query, "%s", vector->path)
                              : hg_coords_format(query, "%s/%s", vector->path, component->axis);
    }
}

enum h5grad_status hg_coords_find_vector(hid_t file, const char *path, struct coords_vector *vector,
                                         struct h5grad_error *err)
{
    struct query query = {file, path, -1, .vector = vector, .err = err};
    *vector = (struct coords_vector){.n = 0};
    H5_CLOSED hid_t object = hg_open_object(file, path, err);
    if (object < 0)
        return hg_error_context(err, hg_error_status(err), "%s", path);
    if (H5Iget_type(object) == H5I_DATASET) {
        const int rank = hg_dataset_extent(object, NULL, NULL);
        query.dataset = object;
        if (rank > 0 && hg_read_extents(object, (unsigned)rank, query.extent))
            query.rank = (unsigned)rank;
    }
    for (size_t i = 0; i < N_CONVENTIONS && !vector->path && !query.status; i++) {
        if (conventions[i]->vector)
            conventions[i]->vector(&query);
    }
    if (vector->n < 2 && vector->path)
        hg_coords_set_vector_problem(&query, "it has not two axes of its own");
    if (!vector->problem)
        order_components(&query);
    return query.status;
}

void hg_coords_free_vector(struct coords_vector *vector)
{
    for (unsigned k = 0; k < COORDS_DIRECTIONS; k++)
        free(vector->component[k].path);
    free(vector->problem);
    free(vector->path);
    *vector = (struct coords_vector){.n = 0};
}

enum h5grad_status hg_coords_survey(hid_t file, const char *path, hid_t dataset,
                                    struct h5_set *marked, struct h5grad_error *err)
{
    struct query query = {file, path, dataset, .set = marked, .err = err};
    for (size_t i = 0; i < N_CONVENTIONS && !query.status; i++) {
        if (conventions[i]->survey)
            conventions[i]->survey(&query);
    }
    return query.status;
}
