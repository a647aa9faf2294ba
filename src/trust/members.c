/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/members.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/size.h"

#define MOST_WIDTH   18 /* digits of a member's number */
#define MOST_MEMBERS ((size_t)1 << 16)
#define HEAD_BYTES   8192 /* from whose beginning a file's first member says what it is */
#define SPLIT_PARTS  2
#define MULTI_PARTS  6

/* The ends of the names, and libhdf5's addresses, of members for the kinds of data. */
#define LAST_ADDRESS (UINT64_MAX - 1)
static const struct part {
    const char *end;
    uint64_t start;
} parts[] = {
    {"-m.h5", 0},
    {"-r.h5", LAST_ADDRESS / 2},
    {"-s.h5", 0},
    {"-b.h5", LAST_ADDRESS / 6},
    {"-r.h5", LAST_ADDRESS / 6 * 2},
    {"-g.h5", LAST_ADDRESS / 6 * 3},
    {"-l.h5", LAST_ADDRESS / 6 * 4},
    {"-o.h5", LAST_ADDRESS / 6 * 5},
};
_Static_assert(sizeof parts / sizeof *parts == SPLIT_PARTS + MULTI_PARTS, "the parts of both");

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* A name with a number in it. */
struct pattern {
    int before;        /* bytes before the number */
    const char *after; /* the rest */
    int width;         /* digits, filled up with 0; 0: as many as it takes */
};

/* Takes a name apart; false if it has no "%d", or anything else with a "%". */
static bool find_pattern(const char *name, struct pattern *pattern)
{
    const char *base = hg_path_base(name), *at = strchr(base, '%'), *end = at ? at + 1 : NULL;
    if (!at || strchr(at + 1, '%'))
        return false;
    *pattern = (struct pattern){.before = (int)(at - name)};
    if (*end == '0')
        end++;
    else if (*end != 'd')
        return false; /* spaces */
    for (; isdigit((unsigned char)*end); end++) {
        pattern->width = pattern->width * 10 + (*end - '0');
        if (pattern->width > MOST_WIDTH)
            return false;
    }
    pattern->after = end + 1;
    return *end == 'd';
}

static char *member_path(const char *name, const struct pattern *pattern, size_t number)
{
    return hg_memory_format("%.*s%0*zu%s", pattern->before, name, pattern->width, number,
                            pattern->after);
}

/* Adds a member; takes path, which may be NULL. */
static enum h5grad_status add(struct h5_member_names *names, char *path, uint64_t start,
                              struct h5grad_error *err)
{
    char **paths = path ? hg_memory_more(names->path, names->n, sizeof *paths) : NULL;
    if (paths)
        names->path = paths;
    uint64_t *starts = paths ? hg_memory_more(names->start, names->n, sizeof *starts) : NULL;
    if (!starts) {
        free(path);
        return hg_error_memory(err, (names->n + 1) * sizeof *paths);
    }
    names->start = starts;
    starts[names->n] = start;
    paths[names->n++] = path;
    return H5GRAD_OK;
}

static enum h5grad_status add_family(const char *name, const struct pattern *pattern,
                                     struct h5_member_names *names, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    names->made = H5_MADE_FAMILY;
    while (!names->next && !status && names->n < MOST_MEMBERS) {
        char *path = member_path(name, pattern, names->n);
        if (path && names->n > 0 && !exists(path))
            names->next = path;
        else
            status = add(names, path, 0, err);
    }
    return status;
}

static enum h5grad_status add_parts(const char *name, const struct part *part, size_t n,
                                    struct h5_member_names *names, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    names->made = H5_MADE_MULTI;
    for (size_t i = 0; i < n && !status; i++) {
        char *path = hg_memory_format("%s%s", name, part[i].end);
        if (path && !exists(path))
            status = hg_error_set(err, H5GRAD_FAILED, "its member %s is missing", path);
        if (status)
            free(path);
        else
            status = add(names, path, part[i].start, err);
    }
    return status;
}

static bool has_part(const char *name, const struct part *part)
{
    BASE_FREED char *path = hg_memory_format("%s%s", name, part->end);
    return path && exists(path);
}

enum h5grad_status hg_member_names(const char *name, struct h5_member_names *names,
                                   struct h5grad_error *err)
{
    struct pattern pattern;
    struct stat info;
    *names = (struct h5_member_names){.made = H5_MADE_WHOLE};
    const bool absent = stat(name, &info) != 0 && errno == ENOENT;
    if (absent && find_pattern(name, &pattern))
        return add_family(name, &pattern, names, err);
    if (absent && has_part(name, &parts[0]))
        return add_parts(name, parts, SPLIT_PARTS, names, err);
    if (absent && has_part(name, &parts[SPLIT_PARTS]))
        return add_parts(name, parts + SPLIT_PARTS, MULTI_PARTS, names, err);
    return add(names, hg_memory_text(name), 0, err);
}

void hg_member_names_free(struct h5_member_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->path[i]);
    free(names->path);
    free(names->start);
    free(names->next);
    *names = (struct h5_member_names){.n = 0};
}

/* Whether two names that are in use by no file yet would be of one file. */
static bool would_be_same(const char *one, const char *other)
{
    struct stat a, b;
    BASE_FREED char *left = hg_path_folder(one);
    BASE_FREED char *right = hg_path_folder(other);
    return left && right && strcmp(hg_path_base(one), hg_path_base(other)) == 0 &&
           stat(left, &a) == 0 && stat(right, &b) == 0 && file_is_same(&a, &b);
}

bool hg_member_names_have(const struct h5_member_names *names, const char *path)
{
    struct stat file, member;
    const bool there = stat(path, &file) == 0;
    bool have = !there && names->next && would_be_same(names->next, path);
    for (size_t i = 0; i < names->n && there && !have; i++)
        have = stat(names->path[i], &member) == 0 && file_is_same(&file, &member);
    return have;
}

/* Whether the beginning of the file at path holds some bytes. */
static bool begins_with(const char *path, const char *bytes)
{
    char head[HEAD_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : -1;
    if (fd >= 0)
        close(fd);
    return n > 0 && memmem(head, (size_t)n, bytes, strlen(bytes));
}

/* Whether a file is the first of a family; h5repart makes some that do not say so. */
static bool begins_family(const char *first, const char *second)
{
    static const char signature[] = "\211HDF\r\n\032\n";
    struct stat one, two;
    return begins_with(first, "NCSAfami") ||
           (stat(first, &one) == 0 && stat(second, &two) == 0 && two.st_size <= one.st_size &&
            begins_with(first, signature) && !begins_with(second, signature));
}

/* Says so if the digits of path from start to end number a member of a family. */
static bool explain_number(const char *path, int start, int end, struct h5grad_error *err)
{
    const int widths[] = {0, end - start};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char width[16] = "";
        const struct pattern pattern = {start, path + end, widths[i]};
        BASE_FREED char *first = member_path(path, &pattern, 0);
        BASE_FREED char *second = member_path(path, &pattern, 1);
        if (!first || !second || !begins_family(first, second))
            continue;
        if (widths[i] > 1)
            snprintf(width, sizeof width, "0%d", widths[i]);
        hg_error_set(err, H5GRAD_FAILED,
                     "is a member of a family of files, which is named %.*s%%%sd%s", start, path,
                     width, path + end);
        return true;
    }
    return false;
}

/* Says so if the file is a part of a split file. The first of two parts says what they are; six are
 * known by their names. */
static bool explain_part(const char *path, const struct part *part, const struct part *first,
                         size_t n, struct h5grad_error *err)
{
    const size_t length = strlen(path), end = strlen(part->end);
    if (length <= end || strcmp(path + length - end, part->end) != 0)
        return false;
    BASE_FREED char *name = hg_memory_format("%.*s", (int)(length - end), path);
    bool all = name != NULL;
    for (size_t i = 0; i < n && all; i++) {
        BASE_FREED char *member = hg_memory_format("%s%s", name, first[i].end);
        all = member && exists(member) &&
              (n > SPLIT_PARTS || i > 0 || begins_with(member, "NCSAmult"));
    }
    if (all)
        hg_error_set(err, H5GRAD_FAILED,
                     "is a member of a file that was split, which is named %s (without %s)", name,
                     part->end);
    return all;
}

bool hg_member_explain(const char *path, struct h5grad_error *err)
{
    const char *base = hg_path_base(path);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const bool two = i < SPLIT_PARTS;
        if (explain_part(path, &parts[i], two ? parts : parts + SPLIT_PARTS,
                         two ? SPLIT_PARTS : MULTI_PARTS, err))
            return true;
    }
    for (const char *end = path + strlen(path); end > base;) {
        const char *start = end;
        while (start > base && isdigit((unsigned char)start[-1]))
            start--;
        if (start < end && explain_number(path, (int)(start - path), (int)(end - path), err))
            return true;
        end = start < end ? start : end - 1;
    }
    return false;
}

/* Returns the last member that begins at an address or before. */
static const struct h5_member *find_member(const struct h5_members *members, uint64_t address)
{
    size_t i = members->n - 1;
    while (i > 0 && members->item[i].start > address)
        i--;
    return &members->item[i];
}

uint64_t hg_members_end(const struct h5_members *members, uint64_t address)
{
    const bool apart = members->made == H5_MADE_MULTI;
    const struct h5_member *member = find_member(members, apart ? address : UINT64_MAX);
    while (!apart && member > members->item && member->size == 0)
        member--;
    return member->start + member->size;
}

ssize_t hg_members_pread(const struct h5_members *members, void *data, uint64_t size,
                         uint64_t address)
{
    const struct h5_member *member = find_member(members, address);
    const uint64_t at = address - member->start;
    if (member < &members->item[members->n - 1])
        size = size_min(size, member[1].start - address);
    return at > INT64_MAX ? 0 : pread(member->fd, data, size, (off_t)at);
}

bool hg_members_read(const struct h5_members *members, void *data, uint64_t size, uint64_t address)
{
    char *to = data;
    while (size > 0) {
        ssize_t n = hg_members_pread(members, to, size_min(size, (uint64_t)1 << 30), address);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        address += (uint64_t)n;
        size -= (uint64_t)n;
    }
    return true;
}

static uint64_t read_number(const unsigned char *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return le64toh(number);
}

bool hg_members_agree(const struct h5_members *members, const unsigned char *information)
{
    enum { KINDS = 6, MAP_BYTES = 8, ENTRY = 16 };
    const unsigned char *entry = information + MAP_BYTES;
    size_t n = 0;
    if (members->made == H5_MADE_FAMILY)
        return members->n == 1 || members->item[1].size == 0 ||
               read_number(information) == members->item[0].size;
    for (unsigned kind = 1; kind <= KINDS; kind++) {
        if (information[kind - 1] != 0 && information[kind - 1] != kind) /* with another kind */
            continue;
        if (n >= members->n || read_number(entry) != members->item[n].start)
            return false;
        entry += ENTRY;
        n++;
    }
    return n == members->n;
}
