/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/size.h"

#define RESULT_BYTES 64 /* limit of RESULT */
#define ID_DIGITS    16 /* of ID */
#define ENDING       ".h5"
#define HEAD_BYTES   4096 /* where LEAF_MARK is */
#define WINDOW       ((size_t)1 << 20)
#define NAME_BYTES   (LEAF_MOST_NAME + 1 + RESULT_BYTES + 1 + ID_DIGITS + sizeof ENDING)

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

char *hg_leaf_name(const char *output, const char *result, uint64_t id)
{
    char plain[RESULT_BYTES + 1];
    size_t n = 0;
    for (const char *c = hg_path_base(result); *c && n < RESULT_BYTES; c++)
        plain[n++] = is_plain(*c) ? *c : '_';
    plain[n] = '\0';
    return hg_memory_format("%s.%s.%0*" PRIx64 ENDING, hg_path_base(output), plain, ID_DIGITS, id);
}

char *hg_leaf_path(const char *output, const char *name)
{
    return hg_memory_format("%.*s%s", (int)(hg_path_base(output) - output), output, name);
}

char *hg_leaf_temporary(const char *temporary, size_t number)
{
    return hg_memory_format("%s.%zu", temporary, number);
}

void hg_leaf_remove_temporary(const char *temporary)
{
    bool removed = true;
    for (size_t number = 0; removed; number++) {
        char *name = hg_leaf_temporary(temporary, number);
        removed = name && unlink(name) == 0;
        free(name);
    }
}

/* Names of leaves, sorted. */
struct names {
    size_t n;
    char **name;
};

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->name[i]);
    free(names->name);
}

static bool add_name(struct names *names, const char *text, size_t length)
{
    char **grown = hg_memory_more(names->name, names->n, sizeof *grown);
    char *name = grown ? strndup(text, length) : NULL;
    names->name = grown ? grown : names->name;
    if (name)
        names->name[names->n++] = name;
    return name != NULL;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_name(const struct names *names, char *name)
{
    return names->n > 0 && bsearch(&name, names->name, names->n, sizeof name, compare_names);
}

/* Returns the length of the name that follows "NAME." of skip bytes at text, 0: none does. */
static size_t name_length(const char *text, size_t size, size_t skip)
{
    size_t end = skip, digits = 0;
    while (end < size && end - skip < RESULT_BYTES && is_plain(text[end]))
        end++;
    if (end == skip || end == size || text[end] != '.')
        return 0;
    for (end++; end < size && digits < ID_DIGITS && strchr("0123456789abcdef", text[end]); digits++)
        end++;
    return digits == ID_DIGITS && size - end >= sizeof ENDING &&
                   memcmp(text + end, ENDING, sizeof ENDING) == 0
               ? end + strlen(ENDING)
               : 0;
}

/* Adds the names that begin in the first most bytes of a window. */
static bool search_window(const char *window, size_t size, size_t most, const char *begin,
                          struct names *names)
{
    const size_t skip = strlen(begin);
    const char *at = window;
    bool ok = true;
    while (ok && (at = memmem(at, (size_t)(window + size - at), begin, skip)) != NULL &&
           (size_t)(at - window) < most) {
        const size_t length = name_length(at, (size_t)(window + size - at), skip);
        ok = length == 0 || add_name(names, at, length);
        at++;
    }
    return ok;
}

static bool is_split(int fd, uint64_t size)
{
    char head[HEAD_BYTES];
    const size_t n = (size_t)size_min(size, sizeof head);
    return hg_file_read(fd, head, n, 0, NULL) == H5GRAD_OK &&
           memmem(head, n, LEAF_MARK, strlen(LEAF_MARK));
}

/* Finds the names of leaves of output in an open file, if that is a split output; false if memory
 * runs out or it cannot be read. */
static bool find_names(int fd, const char *output, struct names *names)
{
    uint64_t size;
    if (!hg_file_size(fd, &size) || !is_split(fd, size))
        return true;
    BASE_FREED char *begin = hg_memory_format("%s.", hg_path_base(output));
    BASE_FREED char *window = hg_memory_aligned(WINDOW + NAME_BYTES);
    bool ok = begin && window;
    for (uint64_t at = 0; ok && at < size; at += WINDOW) {
        const size_t n = (size_t)size_min(WINDOW + NAME_BYTES, size - at);
        ok = hg_file_read(fd, window, n, at, NULL) == H5GRAD_OK;
        ok = ok && search_window(window, n, WINDOW, begin, names);
    }
    if (names->n > 0)
        qsort(names->name, names->n, sizeof *names->name, compare_names);
    return ok;
}

static bool remove_leaf(const char *output, const char *name, const struct leaf_keeper *keeper)
{
    struct stat info;
    BASE_FREED char *path = hg_leaf_path(output, name);
    if (!path)
        return false;
    if (lstat(path, &info) != 0)
        return errno == ENOENT;
    if (!S_ISREG(info.st_mode) || (keeper->keeps && keeper->keeps(keeper->user, &info)))
        return true;
    return unlink(path) == 0 || errno == ENOENT;
}

bool hg_leaf_all_exist(const char *output)
{
    struct names names = {0};
    const int fd = open(output, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok = fd >= 0 && find_names(fd, output, &names);
    for (size_t i = 0; ok && i < names.n; i++) {
        BASE_FREED char *path = hg_leaf_path(output, names.name[i]);
        ok = path && access(path, F_OK) == 0;
    }
    free_names(&names);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool hg_leaf_remove(const char *output, int gone, int kept, const struct leaf_keeper *keeper)
{
    struct names old = {0}, current = {0};
    bool ok = find_names(gone, output, &old);
    if (ok && old.n > 0 && kept >= 0)
        ok = find_names(kept, output, &current);
    for (size_t i = 0; ok && i < old.n; i++) {
        if (!has_name(&current, old.name[i]))
            ok = remove_leaf(output, old.name[i], keeper);
    }
    free_names(&old);
    free_names(&current);
    return ok;
}
