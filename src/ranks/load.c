/* SPDX-License-Identifier: BSD-3-Clause */
#include "ranks/load.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/launcher.h"
#include "base/memory.h"

/* The plugins are not for one MPI library each: libraries with the binary interface of MPICH are
 * served by that plugin, and "mpi" is for one that is neither. */
static const char *const load_names[] = {"openmpi", "mpich", "mpi"};
enum { LOAD_NAMES = sizeof load_names / sizeof *load_names };

static enum h5grad_status load_path(const char *path, const struct ranks_method **method,
                                    struct h5grad_error *err)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return hg_error_set(err, H5GRAD_FAILED, "--mpi: %s", dlerror());
    *method = dlsym(object, RANKS_PLUGIN);
    if (*method && (*method)->version == RANKS_VERSION)
        return H5GRAD_OK;
    dlclose(object);
    return hg_error_set(err, H5GRAD_FAILED, "--mpi: %s: not a plugin of h5grad " H5GRAD_VERSION,
                        path);
}

/* Returns the path of the plugin of that name, in new memory: beside the library, where that was
 * moved, or where it was installed. */
static char *path_of(const char *name)
{
    Dl_info own;
    const char *library = dladdr(load_names, &own) != 0 ? own.dli_fname : NULL;
    const char *slash = library ? strrchr(library, '/') : NULL;
    char *path = NULL;
    if (slash)
        path = hg_memory_format("%.*s/h5grad/ranks-%s.so", (int)(slash - library), library, name);
    if (path && access(path, R_OK) == 0)
        return path;
    free(path);
    return hg_memory_format(PLUGIN_FOLDER "/ranks-%s.so", name);
}

static bool is_there(const char *name)
{
    char *path = path_of(name);
    bool found = path && access(path, R_OK) == 0;
    free(path);
    return found;
}

static enum h5grad_status load_name(const char *name, const struct ranks_method **method,
                                    struct h5grad_error *err)
{
    char *path = path_of(name);
    enum h5grad_status status =
        path ? load_path(path, method, err) : hg_error_memory(err, strlen(name));
    free(path);
    return status;
}

/* The preferred plugin; else any other, since MPICH can be built for PMIx, and Open MPI for PMI. */
static const char *choose(const char *preferred)
{
    if (preferred && is_there(preferred))
        return preferred;
    for (int i = LOAD_NAMES; i-- > 0;) {
        if (is_there(load_names[i]))
            return load_names[i];
    }
    return NULL;
}

enum h5grad_status hg_load_method(const struct ranks_method **method, struct h5grad_error *err)
{
    struct launcher launcher = hg_launcher_find();
    const char *forced = getenv("H5GRAD_MPI");
    *method = NULL;
    if (forced && *forced)
        return strchr(forced, '/') ? load_path(forced, method, err)
                                   : load_name(forced, method, err);
    if (launcher.count == 1)
        return H5GRAD_OK;
    if (!launcher.mpi)
        return hg_error_set(err, H5GRAD_FAILED,
                            "--mpi: %s started %u processes, but not for MPI: choose one of "
                            "'srun --mpi=list'",
                            launcher.name, launcher.count);
    const char *name = choose(launcher.mpi);
    if (name)
        return load_name(name, method, err);
    return hg_error_set(err, H5GRAD_FAILED,
                        "--mpi: no plugin ranks-%s.so in " PLUGIN_FOLDER
                        ": install h5grad-mpi, or build h5grad with --with-mpi",
                        launcher.mpi);
}

enum h5grad_status hg_load_check(const struct ranks *ranks, struct h5grad_error *err)
{
    struct launcher launcher = hg_launcher_find();
    if (ranks->count > 1 || launcher.count <= 1)
        return H5GRAD_OK;
    if (strcmp(launcher.name, "srun") == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "--mpi: srun started %u processes, but this MPI (%s) sees one: choose "
                            "another of 'srun --mpi=list', or another MPI with H5GRAD_MPI",
                            launcher.count, ranks->library);
    return hg_error_set(err, H5GRAD_FAILED,
                        "--mpi: %s started %u processes, but this MPI (%s) sees one: use the "
                        "launcher of that MPI, or H5GRAD_MPI=openmpi or mpich",
                        launcher.name, launcher.count, ranks->library);
}
