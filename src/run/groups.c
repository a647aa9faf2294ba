/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/attribute.h"
#include "values/meaning.h"

/* Returns whether a file says that it is one of netCDF, or names conventions for such files, which
 * then hold for its results, too. */
static bool is_netcdf(hid_t file)
{
    BASE_FREED char *conventions = hg_attribute_text(file, "Conventions");
    return hg_has_attribute(file, "_NCProperties") ||
           (conventions && !hg_path_begins(conventions, "ODIM_H5"));
}

/* Notes the group of a field; returns whether it is that of the one before, in the same file. */
static bool is_done(struct run_groups *groups, hid_t file, const char *path, bool alike)
{
    char *group = hg_path_parent(path);
    const bool same = group && groups->path && groups->file == file && groups->alike == alike &&
                      strcmp(groups->path, group) == 0;
    free(groups->path);
    *groups = (struct run_groups){group, file, alike};
    return same;
}

enum h5grad_status hg_groups_copy(struct run *run, const struct scale_links *links, hid_t file,
                                  struct h5grad_error *err)
{
    const char *path = run->task->field->path;
    enum h5grad_status status = H5GRAD_OK;
    struct h5_guard guard;
    if (run->task->field->coords.convention)
        return H5GRAD_OK;
    hg_enter(&guard);
    const bool alike = links->of_input && is_netcdf(run->file);
    if (!is_done(&run->groups, file, path, alike))
        status = hg_coords_copy_above(
            run->file, file, path,
            alike ? hg_meaning_holds_for_group : hg_meaning_holds_for_plain_group, err);
    hg_leave(&guard);
    return status;
}

enum h5grad_status hg_groups_finish(const struct run *run, hid_t file, const struct field *field,
                                    struct h5grad_error *err)
{
    const struct coords_convention *convention = field->coords.convention;
    struct h5_guard guard;
    if (!convention || !convention->finish)
        return H5GRAD_OK;
    const struct coords_results results = {run->file, run->task->dataset, file, field};
    hg_enter(&guard);
    const enum h5grad_status status = convention->finish(&results, err);
    hg_leave(&guard);
    return status;
}
