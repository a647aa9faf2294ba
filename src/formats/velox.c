/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Velox, a program for electron microscopes: /Data/Image/ID/Data has the axes y, x and frame.
 * Beside it a column of Metadata, a text in JSON padded with zeros, describes each frame.
 */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/dataset_text.h"
#include "hdf5/limit.h"
#include "hdf5/object.h"
#include "hdf5/transfer.h"

#define MOST ((uint64_t)1 << 20) /* bytes of a description */

static bool is_velox(const struct query *query)
{
    if (!hg_path_begins(query->path, "/Data/") || !hg_has_link(query->file, "Version"))
        return false;
    H5_CLOSED hid_t dataset = hg_open_dataset(query->file, "/Version", NULL);
    BASE_FREED char *version = dataset >= 0 ? hg_dataset_text(dataset, NULL) : NULL;
    return version && strstr(version, "Velox");
}

/* Reads the description of the first frame, to be freed; NULL if there is none. */
static char *read_description(struct query *query)
{
    hsize_t extent[H5S_MAX_RANK];
    struct h5grad_error reason = {.status = H5GRAD_OK};
    H5_CLOSED hid_t dataset = hg_coords_open_beside(query, "Metadata");
    if (dataset < 0 || hg_dataset_extent(dataset, extent, NULL) != 2 || extent[0] > MOST ||
        extent[0] == 0 || extent[1] == 0)
        return NULL;
    const struct box box = {.count = {extent[0], 1}};
    char *text = hg_memory_zeroed(extent[0] + 1, 1);
    if (!text)
        hg_coords_no_memory(query, extent[0] + 1);
    if (text && !hg_limit_check(dataset, extent[0], &reason) &&
        !hg_read_box(dataset, H5T_NATIVE_UCHAR, 2, &box, text, &reason))
        return text;
    hg_coords_fail_for(query, &reason);
    free(text);
    return NULL;
}

/* Returns what follows "key": in a JSON text, from at on; NULL if there is no such key. */
static const char *after_key(const char *at, const char *key)
{
    const size_t length = strlen(key);
    while (at && (at = strstr(at, key))) {
        const char *end = at + length;
        if (at[-1] == '"' && *end == '"') {
            end++;
            end += strspn(end, " \t\r\n:");
            return end;
        }
        at++;
    }
    return NULL;
}

/* Copies the text or number there. Velox writes slashes as "\/". */
static bool copy_value(const char *at, char out[64])
{
    at += *at == '"';
    const size_t length = strcspn(at, "\",}] \t\r\n");
    size_t n = 0;
    if (length == 0 || length >= 64)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (at[i] != '\\' || at[i + 1] != '/')
            out[n++] = at[i];
    }
    out[n] = '\0';
    return true;
}

static void read_axes(struct query *query)
{
    static const struct {
        const char *name, *size, *unit;
    } axes[] = {{"y", "height", "PixelUnitY"}, {"x", "width", "PixelUnitX"}};
    if (query->rank != 3 || strcmp(hg_path_base(query->path), "Data") != 0 || !is_velox(query))
        return;
    BASE_FREED char *text = read_description(query);
    const char *result = text ? after_key(text + 1, "BinaryResult") : NULL;
    const char *pixel = result ? after_key(result, "PixelSize") : NULL;
    for (unsigned k = 0; k < 2; k++) {
        char value[64];
        double size;
        const char *length = pixel ? after_key(pixel, axes[k].size) : NULL;
        const char *unit = result ? after_key(result, axes[k].unit) : NULL;
        hg_coords_set_name(query, k, axes[k].name);
        if (!length || !copy_value(length, value) || !hg_parse_double(value, &size))
            continue;
        if (unit && copy_value(unit, value))
            hg_coords_set_unit(query, k, value);
        hg_coords_set_step(query, k, size, 0);
    }
    hg_coords_set_name(query, 2, "frame");
}

static const char *not_field(const struct query *query)
{
    static const char *const names[] = {"Metadata", "FrameLookupTable", "AcquisitionSettings"};
    bool helper = hg_path_begins(query->path, "/Data/SpectrumStream/") ||
                  hg_coords_is_one_of(hg_path_base(query->path), 3, names);
    return helper && is_velox(query) ? "it is bookkeeping of Velox" : NULL;
}

const struct coords_convention hg_coords_velox = {
    .name = "Velox",
    .axes = read_axes,
    .not_field = not_field,
};
