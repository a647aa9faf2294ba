/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/formats.h"

#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "formats/categories.h"
#include "formats/convention.h"

/* In order: the first that knows an axis wins. CF is the last: it tells what the others left
 * unused. */
static const struct coords_convention *const conventions[] = {
    &hg_coords_openpmd,      &hg_coords_vtkhdf,           &hg_coords_nxdata,
    &hg_coords_minc2,        &hg_coords_the_well,         &hg_coords_pdebench,
    &hg_coords_cactus,       &hg_coords_bigdataviewer,    &hg_coords_blocks,
    &hg_coords_housekeeping, &hg_coords_dimension_scales, &hg_coords_attributes,
    &hg_coords_images,       &hg_coords_gathered,         &hg_coords_cf,
};

#define N_CONVENTIONS (sizeof conventions / sizeof *conventions)

/* Surveys the datasets that the dataset at path may be seen from: in its group and those around. */
static enum h5grad_status survey_around(hid_t file, const char *path, struct h5_walk *walk,
                                        struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < walk->n && !status; i++) {
        const char *other = walk->dataset[i].path;
        if (strncmp(path, other, (size_t)(hg_path_base(other) - other)) != 0)
            continue;
        struct h5grad_error reason = {.status = H5GRAD_OK};
        hid_t dataset = hg_open_dataset(file, other, &reason);
        if (dataset >= 0)
            status = hg_coords_survey(file, other, dataset, &walk->marked, err);
        else if (reason.status == H5GRAD_NO_MEMORY)
            status = hg_error_set(err, reason.status, "%s", reason.message);
        hg_close(dataset);
    }
    return status;
}

static enum h5grad_status read_all(hid_t file, const struct h5_walk *walk, const char *path,
                                   hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < N_CONVENTIONS && !status; i++) {
        if (conventions[i]->axes)
            status = conventions[i]->axes(file, walk, path, dataset, coords, err);
    }
    return status;
}

enum h5grad_status hg_coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                                  hid_t dataset, unsigned rank, struct coords *coords,
                                  struct h5grad_error *err)
{
    struct h5_walk own = {0};
    enum h5grad_status status = H5GRAD_OK;
    memset(coords, 0, sizeof *coords);
    coords->rank = rank;
    coords->axis = hg_memory_zeroed(rank, sizeof *coords->axis);
    if (!coords->axis)
        return hg_error_memory(err, rank * sizeof *coords->axis);
    /* libhdf5's own search for a path, H5Iget_name, takes longer than a walk, and that per scale */
    if (!walk && H5Aexists(dataset, "DIMENSION_LIST") > 0) {
        status = hg_walk(file, NULL, NULL, &own, err);
        if (!status)
            status = survey_around(file, path, &own, err);
        walk = &own;
    }
    if (!status)
        status = read_all(file, walk, path, dataset, coords, err);
    if (status)
        hg_coords_free(coords);
    hg_walk_free(&own);
    return status;
}

const char *hg_coords_not_field(hid_t file, const char *path, hid_t dataset)
{
    const char *why = NULL;
    for (size_t i = 0; !why && i < N_CONVENTIONS; i++) {
        if (conventions[i]->not_field)
            why = conventions[i]->not_field(file, path, dataset);
    }
    return why ? why : hg_coords_categories(dataset);
}

enum h5grad_status hg_coords_references(hid_t file, const char *path, hid_t dataset,
                                        struct h5_set *set, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; status == H5GRAD_OK && i < N_CONVENTIONS; i++) {
        if (conventions[i]->references)
            status = conventions[i]->references(file, path, dataset, set, err);
    }
    return status;
}

enum h5grad_status hg_coords_survey(hid_t file, const char *path, hid_t dataset,
                                    struct h5_set *marked, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; status == H5GRAD_OK && i < N_CONVENTIONS; i++) {
        if (conventions[i]->survey)
            status = conventions[i]->survey(file, path, dataset, marked, err);
    }
    return status;
}
