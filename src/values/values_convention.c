/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packing and missing values by conventions whose attributes have names of their own, or lie in
 * groups around the data. Each counts only in its convention's files: elsewhere a gain, a
 * conversion or an offset may be about anything.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "values/odim_groups.h"
#include "values/values.h"

/* Reads those attributes of the dataset that have a name. */
static enum h5grad_status read_own(hid_t dataset, struct values_said *said,
                                   struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < VALUES_SAID && !status; i++) {
        if (said->name[i])
            status = hg_numbers_read_said(dataset, said->name[i], &said->numbers[i], err);
    }
    return status;
}

/* ODIM_H5: gain, offset, nodata and undetect of the group what. */
static enum h5grad_status read_odim(const struct values_place *field, struct values_said *said,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (!hg_odim_is_data(field->file, field->path))
        return H5GRAD_OK;
    static const char *const names[VALUES_SAID] = {"gain", "offset", "nodata", "undetect"};
    for (size_t i = 0; i < VALUES_SAID && !status; i++) {
        H5_CLOSED hid_t what = hg_odim_open(field->file, field->path, "what", names[i], true);
        said->name[i] = names[i];
        if (what >= 0)
            status = hg_numbers_read_said(what, names[i], &said->numbers[i], err);
    }
    return status;
}

/* HDF-EOS5: attributes of the dataset. Of two readings of Offset no derivative sees either. */
static enum h5grad_status read_hdfeos(const struct values_place *field, struct values_said *said,
                                      struct h5grad_error *err)
{
    if (!hg_path_begins(field->path, "/HDFEOS/") || !hg_has_link(field->file, "HDFEOS INFORMATION"))
        return H5GRAD_OK;
    said->name[VALUES_SCALE] = "ScaleFactor";
    said->name[VALUES_MISSING] = "MissingValue";
    return read_own(field->dataset, said, err);
}

/* NWB: data of a series times conversion, plus offset, in files that say their version. */
static enum h5grad_status read_nwb(const struct values_place *field, struct values_said *said,
                                   struct h5grad_error *err)
{
    if (strcmp(hg_path_base(field->path), "data") != 0 || !hg_root_has(field->file, "nwb_version"))
        return H5GRAD_OK;
    H5_CLOSED hid_t series = hg_open_parent_with(field->file, field->path, "neurodata_type");
    if (series < 0)
        return H5GRAD_OK;
    said->name[VALUES_SCALE] = "conversion";
    said->name[VALUES_OFFSET] = "offset";
    said->refusal = hg_has_link(series, "channel_conversion")
                        ? "channel_conversion has a factor for each channel, which is not applied"
                        : NULL;
    return read_own(field->dataset, said, err);
}

enum h5grad_status hg_values_read_said(const struct values_place *field, struct values_said *said,
                                       struct h5grad_error *err)
{
    *said = (struct values_said){.refusal = NULL};
    enum h5grad_status status = read_odim(field, said, err);
    if (!status)
        status = read_hdfeos(field, said, err);
    return status ? status : read_nwb(field, said, err);
}

void hg_values_free_said(struct values_said *said)
{
    for (size_t i = 0; i < VALUES_SAID; i++)
        free(said->numbers[i].item);
}

enum h5grad_status hg_values_read_ticks(hid_t dataset, struct numbers *factor,
                                        struct h5grad_error *err)
{
    *factor = (struct numbers){.n = 0};
    if (H5Aexists(dataset, "scaling_factor") <= 0)
        return H5GRAD_OK;
    BASE_FREED char *path = hg_read_name(dataset, H5Iget_name);
    if (!path || strcmp(hg_path_base(path), "time") != 0)
        return H5GRAD_OK;
    H5_CLOSED hid_t file = H5Iget_file_id(dataset);
    H5_CLOSED hid_t group = file >= 0 ? hg_open_parent(file, path) : -1;
    return group >= 0 && hg_attribute_is(group, "NX_class", "NXlog")
               ? hg_numbers_read_attribute(dataset, "scaling_factor", factor, err)
               : H5GRAD_OK;
}
