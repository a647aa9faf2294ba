/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_folder(const char *path)
{
    const size_t length = (size_t)(path_base(path) - path);
    if (length == 0)
        return memory_text(".");
    return memory_format("%.*s", (int)(length > 1 ? length - 1 : 1), path);
}

char *path_real_folder(const char *path)
{
    char *folder = path_folder(path);
    char *real = folder ? realpath(folder, NULL) : NULL;
    free(folder);
    return real;
}

char *path_parent(const char *path)
{
    const size_t length = (size_t)(path_base(path) - path);
    if (length <= 1)
        return memory_text("/");
    return memory_format("%.*s", (int)(length - 1), path);
}

char *path_join(const char *group, const char *name)
{
    return memory_format("%s/%s", strcmp(group, "/") == 0 ? "" : group, name);
}

bool path_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}
