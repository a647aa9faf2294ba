/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *hg_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *hg_path_folder(const char *path)
{
    const size_t length = (size_t)(hg_path_base(path) - path);
    if (length == 0)
        return hg_memory_text(".");
    return strndup(path, length > 1 ? length - 1 : 1);
}

char *hg_path_real_folder(const char *path)
{
    char *folder = hg_path_folder(path);
    char *real = folder ? realpath(folder, NULL) : NULL;
    free(folder);
    return real;
}

char *hg_path_parent(const char *path)
{
    const size_t length = (size_t)(hg_path_base(path) - path);
    if (length <= 1)
        return hg_memory_text("/");
    return strndup(path, length - 1);
}

char *hg_path_join(const char *group, const char *name)
{
    return hg_memory_format("%s/%s", strcmp(group, "/") == 0 ? "" : group, name);
}

bool hg_path_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool hg_path_ends(const char *text, const char *suffix)
{
    const size_t length = strlen(text), end = strlen(suffix);
    return length >= end && strcmp(text + length - end, suffix) == 0;
}

const char *hg_path_skip(const char *path, const char *name, bool numbered)
{
    if (!path || *path != '/' || !hg_path_begins(path + 1, name))
        return NULL;
    path += 1 + strlen(name);
    const size_t digits = numbered ? strspn(path, "0123456789") : 0;
    path += digits;
    return (!numbered || digits > 0) && (*path == '/' || *path == '\0') ? path : NULL;
}
