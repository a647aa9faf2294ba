/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "trust/input_driver.h"
#include "trust/outside.h"
#include "trust/virtual_caches.h"
#include "hdf5/attribute.h"
#include "hdf5/walk.h"
#include "libhdf5/handle.h"
#include "libhdf5/identity.h"

#define MAX_HOPS  64    /* soft links on a path; more are a cycle */
#define MAX_DEPTH 1024  /* groups within groups */
#define MAX_PATH  32768 /* bytes: libhdf5 keeps the path of every open group in memory */

/* A path being followed, component by component. */
struct route {
    hid_t from;               /* where the path begins */
    struct h5_access *access; /* of the file; NULL: the caller opened it */
    hid_t at;                 /* the object reached */
    char *rest;               /* the rest of the path is from position on */
    size_t position;
    bool plain;  /* only hard links so far */
    bool absent; /* there is no such link */
    unsigned hops;
    char *link; /* value of the last soft link passed */
};

/* Returns the next component of the path and its length; NULL at the end. */
static const char *next_component(struct route *route, size_t *length)
{
    for (;;) {
        const char *start = route->rest + route->position;
        start += strspn(start, "/");
        *length = strcspn(start, "/");
        route->position = (size_t)(start - route->rest) + *length;
        if (*length == 0)
            return NULL;
        if (*length != 1 || *start != '.')
            return start;
    }
}

static bool move_to(struct route *route, hid_t next)
{
    if (next < 0)
        return false;
    hg_close(route->at);
    route->at = next;
    return true;
}

/* Returns the value of a link, in new memory; NULL with the reason. */
static char *link_value(hid_t group, const char *name, size_t size, const char *kind,
                        struct h5grad_error *err)
{
    char *value = hg_memory_zeroed(size, 1);
    if (!value)
        hg_error_memory(err, size);
    else if (size > 0 && H5Lget_val(group, name, value, size, H5P_DEFAULT) >= 0)
        return value;
    else
        hg_hdf5_error(err, "cannot read the %s link", kind);
    free(value);
    return NULL;
}

/* Prepends the value of a soft link to the rest of the path. */
static enum h5grad_status pass_soft_link(struct route *route, const char *name, size_t size,
                                         struct h5grad_error *err)
{
    route->plain = false;
    if (++route->hops > MAX_HOPS)
        return hg_error_set(err, H5GRAD_FAILED, "more than %d soft links, a cycle", MAX_HOPS);
    char *value = link_value(route->at, name, size, "soft", err);
    if (!value)
        return hg_error_status(err);
    value[size - 1] = '\0';
    free(route->link);
    route->link = value;
    char *rest = hg_memory_format("%s/%s", value, route->rest + route->position);
    if (!rest)
        return hg_error_memory(err, size);
    free(route->rest);
    route->rest = rest;
    route->position = 0;
    if (value[0] == '/' && !move_to(route, H5Gopen2(route->at, "/", H5P_DEFAULT)))
        return hg_hdf5_error(err, "cannot open the root group");
    return H5GRAD_OK;
}

static enum h5grad_status explain_external(struct h5_access *access, hid_t group, const char *name,
                                           size_t size, struct h5grad_error *err)
{
    if (hg_access_check(access, err) != H5GRAD_OK) {
        access->refused[0] = '\0';
        return hg_error_status(err);
    }
    unsigned flags;
    const char *file = NULL, *path = NULL;
    BASE_FREED char *value = link_value(group, name, size, "external", err);
    if (!value)
        return hg_error_status(err);
    if (H5Lunpack_elink_val(value, size, &flags, &file, &path) < 0)
        return hg_hdf5_error(err, "cannot read the external link");
    return hg_explain_link(access, group, file, path, err);
}

/* Lets libhdf5 follow the link, which is safe only if the input driver sees the target file. */
static enum h5grad_status pass_external_link(struct route *route, const char *name, size_t size,
                                             struct h5grad_error *err)
{
    if (!route->access)
        return hg_error_set(err, H5GRAD_FAILED, "is an external link, which is not followed");
    enum h5grad_status status = H5GRAD_OK;
    hid_t object = H5Oopen(route->at, name, H5P_DEFAULT);
    route->plain = false;
    if (object >= 0)
        hg_access_keep(route->access, object);
    else
        status = explain_external(route->access, route->at, name, size, err);
    H5Eclear2(H5E_DEFAULT);
    move_to(route, object);
    return status;
}

static enum h5grad_status note_absent(struct route *route, struct h5grad_error *err)
{
    route->absent = true;
    return hg_error_set(err, H5GRAD_FAILED, "no such object");
}

/* Follows a link of the group that was reached. */
static enum h5grad_status take_link(struct route *route, const char *name, struct h5grad_error *err)
{
    H5L_info_t info;
    if (H5Lget_info(route->at, name, &info, H5P_DEFAULT) < 0) {
        enum h5grad_status status = hg_hdf5_error(err, "cannot read the link");
        return status == H5GRAD_FAILED && H5Lexists(route->at, name, H5P_DEFAULT) == 0
                   ? note_absent(route, err)
                   : status;
    }
    switch (info.type) {
    case H5L_TYPE_HARD:
        if (!move_to(route, H5Oopen(route->at, name, H5P_DEFAULT)))
            return hg_hdf5_error(err, "cannot open the object");
        return H5GRAD_OK;
    case H5L_TYPE_SOFT:
        return pass_soft_link(route, name, info.u.val_size, err);
    case H5L_TYPE_EXTERNAL:
        return pass_external_link(route, name, info.u.val_size, err);
    default:
        return hg_error_set(err, H5GRAD_FAILED, "is a user-defined link, which is not followed");
    }
}

/* Follows a component of the path; an error names the part of the path that failed. */
static enum h5grad_status take_component(struct route *route, const char *start, size_t length,
                                         struct h5grad_error *err)
{
    BASE_FREED char *name = strndup(start, length);
    if (!name)
        return hg_error_memory(err, length);
    struct route ahead = *route;
    int shown = (int)route->position;
    bool last = !next_component(&ahead, &length);
    bool within = H5Iget_type(route->at) == H5I_GROUP;
    if (last && within && route->plain && route->access)
        hg_access_remember(route->access, route->from, route->at, route->rest,
                           (size_t)(start - route->rest));
    enum h5grad_status status = within ? take_link(route, name, err) : note_absent(route, err);
    if (status != H5GRAD_OK && !last)
        hg_error_context(err, status, "%.*s", shown, route->rest);
    if (status != H5GRAD_OK && route->link)
        hg_error_context(err, status, "soft link to %s", route->link);
    return status;
}

/* Begins at the group that was last remembered, if the path leads there: objects are mostly opened
 * group by group. */
static bool begin_route(struct route *route)
{
    const bool absolute = route->rest[0] == '/';
    if (absolute && route->access)
        route->at = hg_access_recall(route->access, route->from, route->rest, &route->position);
    return route->at >= 0 ||
           move_to(route, H5Gopen2(route->from, absolute ? "/" : ".", H5P_DEFAULT));
}

/* Opens an object. *absent: as for hg_is_absent. */
static hid_t follow(hid_t from, const char *path, bool *absent, struct h5grad_error *err)
{
    struct route route = {
        .from = from,
        .access = hg_input_access(from),
        .at = -1,
        .rest = hg_memory_text(path),
        .plain = path[0] == '/',
    };
    enum h5grad_status status = H5GRAD_OK;
    if (!route.rest)
        status = hg_error_memory(err, strlen(path));
    else if (!begin_route(&route))
        status = hg_hdf5_error(err, "cannot open the group");

    size_t length;
    const char *start;
    while (!status && (start = next_component(&route, &length)))
        status = take_component(&route, start, length, err);
    if (!status && route.plain && route.access)
        hg_handle_note(route.at, from); /* it is of the same file */
    free(route.link);
    free(route.rest);
    *absent = route.absent;
    return hg_keep_if(!status, route.at);
}

hid_t hg_open_object(hid_t from, const char *path, struct h5grad_error *err)
{
    bool absent;
    return follow(from, path, &absent, err);
}

bool hg_is_absent(hid_t from, const char *path)
{
    bool absent;
    hg_close(follow(from, path, &absent, NULL));
    return absent;
}

hid_t hg_open_dataset(hid_t file, const char *path, struct h5grad_error *err)
{
    hid_t object = hg_open_object(file, path, err);
    if (object < 0)
        return -1;
    switch (H5Iget_type(object)) {
    case H5I_DATASET:
        if (hg_check_outside(object, err) == H5GRAD_OK)
            return hg_virtual_reopen(object, err);
        break;
    case H5I_GROUP:
        hg_error_set(err, H5GRAD_FAILED, "is a group, not a dataset");
        break;
    default:
        hg_error_set(err, H5GRAD_FAILED, "is not a dataset");
        break;
    }
    hg_close(object);
    return -1;
}

struct link {
    char *name;
    H5L_type_t type;
};

/* The links of a group, listed before any is followed, so that the walk does not run inside a
 * callback of libhdf5. */
struct links {
    size_t n;
    struct link *link;
};

/* A group that the walk is in. */
struct level {
    hid_t group;
    bool bare; /* it has no attributes */
    struct links links;
    size_t next;   /* the next to follow */
    size_t length; /* of the group's path */
};

/* The state of a walk. The levels are an array: recursion would let a file use up the stack. */
struct walker {
    void (*note)(void *user, const char *path, const char *why);
    void *user;
    struct h5_walk *walk;
    char path[MAX_PATH]; /* of the current link */
    size_t length;
    size_t depth; /* number of levels */
    struct level *level;
    struct h5grad_error passed; /* why a link was not followed */
    struct h5grad_error *err;
};

static void note_skipped(struct walker *walker, const char *why)
{
    if (walker->note)
        walker->note(walker->user, walker->length ? walker->path : "/", why);
}

static void note_error(struct walker *walker, const char *what)
{
    hg_hdf5_error(&walker->passed, "%s", what);
    note_skipped(walker, walker->passed.message);
}

/* Appends /name to the path; false, with a note about the group, if it becomes too long. */
static bool append_name(struct walker *walker, const char *name)
{
    size_t length = strlen(name);
    if (length + 2 > sizeof walker->path - walker->length) {
        note_skipped(walker, "holds a name too long to follow");
        return false;
    }
    walker->path[walker->length] = '/';
    memcpy(walker->path + walker->length + 1, name, length + 1);
    walker->length += length + 1;
    return true;
}

static void remove_name(struct walker *walker, size_t length)
{
    walker->length = length;
    walker->path[length] = '\0';
}

static enum h5grad_status add_dataset(struct walker *walker, const struct h5_identity *identity,
                                      bool bare)
{
    struct h5_walk *walk = walker->walk;
    struct h5_found *more = hg_memory_more(walk->dataset, walk->n, sizeof *more);
    if (!more)
        return hg_error_memory(walker->err, walk->n * sizeof *more);
    walk->dataset = more;
    char *path = hg_memory_text(walker->path);
    if (!path)
        return hg_error_memory(walker->err, walker->length);
    more[walk->n++] = (struct h5_found){path, *identity, bare};
    return H5GRAD_OK;
}

/* An object that a link leads to. */
struct target {
    struct h5_identity identity;
    H5O_type_t kind;
    bool bare; /* it is known to have no attributes */
};

/* Adds an object unless it was seen before. *enter: it is a group to walk. */
static enum h5grad_status take_object(struct walker *walker, const struct target *target,
                                      bool *enter)
{
    const struct h5_identity *identity = &target->identity;
    const H5O_type_t kind = target->kind;
    *enter = false;
    if (kind != H5O_TYPE_GROUP && kind != H5O_TYPE_DATASET) {
        if (kind != H5O_TYPE_NAMED_DATATYPE)
            note_skipped(walker, "is an object of an unknown kind");
        return H5GRAD_OK;
    }
    if (kind == H5O_TYPE_GROUP && walker->depth == MAX_DEPTH) {
        if (!hg_set_find(&walker->walk->seen, identity))
            note_skipped(walker, "is nested too deep to follow");
        return H5GRAD_OK;
    }
    bool added;
    size_t number = kind == H5O_TYPE_DATASET ? walker->walk->n : SIZE_MAX;
    enum h5grad_status status =
        hg_set_add(&walker->walk->seen, identity, number, &added, walker->err);
    if (status != H5GRAD_OK || !added)
        return status;
    *enter = kind == H5O_TYPE_GROUP;
    return *enter ? H5GRAD_OK
                  : add_dataset(walker, identity,
                                target->bare && walker->level[walker->depth - 1].bare);
}

static H5O_type_t kind_of(hid_t object)
{
    switch (H5Iget_type(object)) {
    case H5I_GROUP:
        return H5O_TYPE_GROUP;
    case H5I_DATASET:
        return H5O_TYPE_DATASET;
    case H5I_DATATYPE:
        return H5O_TYPE_NAMED_DATATYPE;
    default:
        return H5O_TYPE_UNKNOWN;
    }
}

/* Identifies the target of a link; false, with a note, if it cannot be read. Does not open the
 * object of a hard link, which takes much longer. */
static bool reach_target(struct walker *walker, hid_t group, const struct link *link, hid_t *object,
                         struct target *target)
{
    if (link->type == H5L_TYPE_HARD) {
        if (hg_identify_link(group, link->name, &target->identity, &target->kind, &target->bare))
            return true;
    } else {
        *object = hg_open_object(group, link->name, &walker->passed);
        if (*object < 0) {
            note_skipped(walker, walker->passed.message);
            return false;
        }
        target->kind = kind_of(*object);
        if (hg_identify(*object, &target->identity))
            return true;
    }
    note_error(walker, "cannot be read");
    return false;
}

/* Follows a link. *child: the group it leads to, if that is to be entered. */
static enum h5grad_status walk_link(struct walker *walker, hid_t group, const struct link *link,
                                    hid_t *child)
{
    const char *name = link->name;
    struct target target = {.bare = false};
    hid_t object = -1;
    bool enter = false;
    enum h5grad_status status = H5GRAD_OK;
    /* libhdf5 would take such a name for a path */
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strchr(name, '/'))
        note_skipped(walker, "has a name that cannot be followed");
    else if (link->type != H5L_TYPE_HARD && link->type != H5L_TYPE_SOFT &&
             link->type != H5L_TYPE_EXTERNAL)
        note_skipped(walker, "is a user-defined link, which is not followed");
    else if (reach_target(walker, group, link, &object, &target))
        status = take_object(walker, &target, &enter);
    if (enter && object < 0 && (object = H5Gopen2(group, name, H5P_DEFAULT)) < 0)
        note_error(walker, "cannot be read");
    *child = hg_keep_if(enter, object);
    return status;
}

static herr_t take_down(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    (void)group;
    struct links *links = user;
    struct link *more = hg_memory_more(links->link, links->n, sizeof *more);
    if (!more)
        return 1;
    links->link = more;
    char *copy = hg_memory_text(name);
    if (!copy)
        return 1;
    more[links->n++] = (struct link){copy, info->type};
    return 0;
}

/* Lists the links of a group; the walker closes the group. */
static enum h5grad_status enter_group(struct walker *walker, hid_t group)
{
    struct level *more = hg_memory_more(walker->level, walker->depth, sizeof *more);
    if (!more) {
        hg_close(group);
        return hg_error_memory(walker->err, walker->depth * sizeof *more);
    }
    walker->level = more;
    struct level *level = &more[walker->depth++];
    *level = (struct level){
        .group = group, .bare = !hg_attributes_exist(group), .length = walker->length};
    herr_t read = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_down, &level->links);
    if (read > 0)
        return hg_error_memory(walker->err, level->links.n * sizeof(struct link));
    if (read < 0)
        note_error(walker, "links cannot be read");
    return H5GRAD_OK;
}

static void leave_group(struct walker *walker)
{
    const struct level *level = &walker->level[--walker->depth];
    for (size_t i = 0; i < level->links.n; i++)
        free(level->links.link[i].name);
    free(level->links.link);
    hg_close(level->group);
}

/* Follows the next link of the current group, or leaves the group after the last. */
static enum h5grad_status walk_on(struct walker *walker)
{
    struct level *level = &walker->level[walker->depth - 1];
    remove_name(walker, level->length);
    if (level->next == level->links.n) {
        leave_group(walker);
        return H5GRAD_OK;
    }
    const struct link *link = &level->links.link[level->next++];
    if (!append_name(walker, link->name))
        return H5GRAD_OK;
    hid_t child = -1;
    enum h5grad_status status = walk_link(walker, level->group, link, &child);
    return status || child < 0 ? status : enter_group(walker, child);
}

enum h5grad_status hg_walk(hid_t file,
                           void (*note_to)(void *user, const char *path, const char *why),
                           void *user, struct h5_walk *walk, struct h5grad_error *err)
{
    *walk = (struct h5_walk){0};
    struct walker *walker = hg_memory_zeroed(1, sizeof *walker);
    if (!walker)
        return hg_error_memory(err, sizeof *walker);
    walker->note = note_to;
    walker->user = user;
    walker->walk = walk;
    walker->err = err;

    struct target target = {.kind = H5O_TYPE_GROUP};
    enum h5grad_status status = H5GRAD_OK;
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    bool enter = false;
    if (root < 0 || !hg_identify(root, &target.identity))
        status = hg_hdf5_error(err, "cannot read the root group");
    else
        status = take_object(walker, &target, &enter);
    if (enter)
        status = enter_group(walker, root);
    else
        hg_close(root);
    while (walker->depth > 0 && !status)
        status = walk_on(walker);
    while (walker->depth > 0)
        leave_group(walker);
    free(walker->level);
    free(walker);
    if (status != H5GRAD_OK)
        hg_walk_free(walk);
    return status;
}

void hg_walk_free(struct h5_walk *walk)
{
    for (size_t i = 0; i < walk->n; i++)
        free(walk->dataset[i].path);
    free(walk->dataset);
    free(walk->sign);
    hg_set_free(&walk->seen);
    hg_set_free(&walk->marked);
    *walk = (struct h5_walk){0};
}

const char *hg_walk_path(const struct h5_walk *walk, const struct h5_identity *identity)
{
    const size_t *number = hg_set_find(&walk->seen, identity);
    return number && *number < walk->n ? walk->dataset[*number].path : NULL;
}
