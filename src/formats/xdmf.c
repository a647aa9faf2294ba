/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/xdmf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "hdf5/object.h"
#include "hdf5/scales.h"
#include "hdf5/walk.h"

#define SPACE        3 /* axes of a grid at most, and values of a vector */
#define LINE_NUMBERS 8 /* coordinates on a line of text */

struct xdmf_axis {
    uint64_t extent;
    double origin, step;
    uint64_t first, each; /* of coordinates that are cut: the first one, and the step */
    const struct coord_variable *coordinate; /* NULL: evenly spaced */
};

/* A grid and the text of the data on it. A grid of two axes has a first one of one point, since
 * some readers know grids in three dimensions only. */
struct xdmf_grid {
    struct xdmf_axis axis[SPACE]; /* slowest first: z, y, x */
    char *text;
    size_t size;
};

struct xdmf {
    struct messages *messages;
    char *input, *output; /* the names in the text */
    size_t n;
    struct xdmf_grid *grid;
    bool input_named, output_named; /* XML can hold the name */
    bool nameless;                  /* something is not described for its name alone */
    bool warned;                    /* about names with a colon */
};

/* The points of a field that are shown. */
struct xdmf_part {
    const struct field *field;
    unsigned rank;        /* 2 or 3 */
    unsigned axis[SPACE]; /* of the field, slowest first */
};

/* Returns the length of the character at text; 0 if XML cannot hold it or readers change it. */
static size_t xml_length(const char *text)
{
    uint32_t code;
    size_t length = utf8_decode(text, &code);
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    return control || code == 0xfffe || code == 0xffff ? 0 : length;
}

static bool is_representable(const char *text)
{
    size_t length = 1;
    for (; *text && length > 0; text += length)
        length = xml_length(text);
    return length > 0;
}

/* Writes a text. Characters that XML cannot hold are shown as in messages, readable but no path. */
static void put_text(FILE *out, const char *text)
{
    static const char special[] = "&<>\"", *const entity[] = {"amp", "lt", "gt", "quot"};
    for (size_t length; *text; text += length > 0 ? length : 1) {
        const char *found = strchr(special, *text);
        length = xml_length(text);
        if (found)
            fprintf(out, "&%s;", entity[found - special]);
        else if (length > 0)
            fwrite(text, 1, length, out);
        else
            fprintf(out, "\\x%02x", (unsigned char)*text);
    }
}

/* Returns the path from the folder of output to input, to be freed. */
static char *relative_path(const char *input, const char *output)
{
    char *from = hg_path_real_folder(output), *to = hg_path_real_folder(input), *path = NULL;
    size_t size, common = 0;
    FILE *out = from && to ? open_memstream(&path, &size) : NULL;
    if (out) {
        for (size_t i = 0;; i++) {
            bool ends = (!from[i] || from[i] == '/') && (!to[i] || to[i] == '/');
            if (ends)
                common = i;
            if (!from[i] || from[i] != to[i])
                break;
        }
        for (const char *at = from + common; *at; at++) {
            if (*at == '/' && at[1])
                fputs("../", out);
        }
        const char *rest = to + common + (to[common] == '/');
        fprintf(out, "%s%s%s", rest, *rest ? "/" : "", hg_path_base(input));
        if (!hg_memory_close_stream(out)) {
            free(path);
            path = NULL;
        }
    }
    free(from);
    free(to);
    return path;
}

/* Returns whether XML can hold the name of a file; readers drop a space at the start. */
static bool name_file(const struct xdmf *xdmf, const char *name)
{
    bool named = *name != ' ' && is_representable(name);
    if (!named)
        hg_message_add(xdmf->messages, H5GRAD_WARNING,
                       "%s" XDMF_SUFFIX " describes nothing of %s: XML cannot hold that name",
                       xdmf->output, name);
    return named;
}

struct xdmf *hg_xdmf_new(const char *input, const char *output, struct messages *messages)
{
    struct xdmf *xdmf = hg_memory_zeroed(1, sizeof *xdmf);
    if (!xdmf)
        return NULL;
    xdmf->messages = messages;
    xdmf->input = relative_path(input, output);
    xdmf->output = hg_memory_text(hg_path_base(output));
    if (xdmf->input && xdmf->output) {
        xdmf->input_named = name_file(xdmf, xdmf->input);
        xdmf->output_named = name_file(xdmf, xdmf->output);
        return xdmf;
    }
    hg_xdmf_free(xdmf);
    return NULL;
}

void hg_xdmf_free(struct xdmf *xdmf)
{
    if (!xdmf)
        return;
    for (size_t i = 0; i < xdmf->n; i++)
        free(xdmf->grid[i].text);
    free(xdmf->grid);
    free(xdmf->input);
    free(xdmf->output);
    free(xdmf);
}

/* Grids. */

static bool same_axis(const struct xdmf_axis *a, const struct xdmf_axis *b)
{
    return a->extent == b->extent && a->coordinate == b->coordinate &&
           (a->coordinate ? a->first == b->first && a->each == b->each
                          : a->origin == b->origin && a->step == b->step);
}

/* Finds or makes the grid of these axes; NULL if memory runs out. */
static struct xdmf_grid *find_grid(struct xdmf *xdmf, const struct xdmf_axis axis[SPACE])
{
    for (size_t i = 0; i < xdmf->n; i++) {
        bool same = true;
        for (unsigned k = 0; k < SPACE && same; k++)
            same = same_axis(&xdmf->grid[i].axis[k], &axis[k]);
        if (same)
            return &xdmf->grid[i];
    }
    struct xdmf_grid *grown = hg_memory_more(xdmf->grid, xdmf->n, sizeof *grown);
    if (!grown)
        return NULL;
    xdmf->grid = grown;
    struct xdmf_grid *grid = &grown[xdmf->n++];
    memset(grid, 0, sizeof *grid);
    memcpy(grid->axis, axis, sizeof grid->axis);
    return grid;
}

static bool append(struct xdmf_grid *grid, const char *text, size_t size)
{
    char *grown = realloc(grid->text, grid->size + size);
    if (!grown)
        return false;
    memcpy(grown + grid->size, text, size);
    grid->text = grown;
    grid->size += size;
    return true;
}

/* Chooses as space the last three axes, or two, with more than one point; false if there are fewer.
 */
static bool choose_space(struct xdmf_part *part)
{
    const struct field *field = part->field;
    unsigned n = 0, axis[GRID_MAX_RANK];
    for (unsigned i = 0; i < field->rank; i++) {
        if (field->extent[i] == 0)
            return false;
        if (hg_field_result_count(field, i) > 1 && !field->coords.axis[i].left_out)
            axis[n++] = i;
    }
    part->rank = n < SPACE ? n : SPACE;
    memcpy(part->axis, axis + (n - part->rank), part->rank * sizeof *axis);
    return n >= 2;
}

/* Describes an axis as a list does; by its indices if its coordinates cannot be used. */
static void settle_axis(const struct field *field, unsigned number,
                        const struct coord_variable *coordinate, struct xdmf_axis *axis)
{
    const struct field_axis *settled = &field->axis[number];
    const struct coords_axis *said = &field->coords.axis[number];
    *axis =
        (struct xdmf_axis){.extent = hg_field_result_count(field, number), .step = 1, .each = 1};
    if (settled->spacing.kind == SPACING_NUMBER) {
        axis->step = settled->spacing.number;
        axis->origin = said->kind == COORDS_STEP && said->step == axis->step ? said->origin : 0;
    }
    if (coordinate) {
        axis->origin = coordinate->scan.first;
        axis->step = coordinate->scan.step;
        axis->coordinate = coordinate->scan.even ? NULL : coordinate;
    }
    if (!hg_field_is_cut(field, number))
        return;
    axis->first = field->region->start[number];
    axis->each = field->region->step[number];
    axis->origin += (double)axis->first * axis->step;
    axis->step *= (double)axis->each;
}

/* Data on a grid. */

/* Writes numbers separated by blanks. */
static void put_extents(FILE *out, size_t n, const uint64_t *extent)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%" PRIu64, i ? " " : "", extent[i]);
}

/* Writes the extents of the grid. */
static void put_grid_extents(FILE *out, const struct xdmf_part *part)
{
    uint64_t extent[SPACE] = {1};
    for (unsigned k = 0; k < part->rank; k++)
        extent[SPACE - part->rank + k] = hg_field_result_count(part->field, part->axis[k]);
    put_extents(out, SPACE, extent);
}

static bool is_space(const struct xdmf_part *part, unsigned axis)
{
    for (unsigned k = 0; k < part->rank; k++) {
        if (part->axis[k] == axis)
            return true;
    }
    return false;
}

/* Writes a path. Readers drop white space at its end; "/." leads to the same dataset. */
static void put_path(FILE *out, const char *file, const char *path)
{
    char last = path[strlen(path) - 1];
    put_text(out, file);
    fputc(':', out);
    put_text(out, path);
    if (last == ' ' || (unsigned char)last >= 0x80)
        fputs("/.", out);
}

/* A dataset that the text refers to. */
struct xdmf_data {
    const char *file, *path;
    unsigned bytes; /* of a number */
    bool cut;       /* a result, which has only the points of the region */
    bool vector;    /* has an axis behind the field's, of the components x, y and z */
};

/* Returns the points of a dataset along an axis. */
static uint64_t data_extent(const struct xdmf_part *part, const struct xdmf_data *data,
                            unsigned axis)
{
    return data->cut ? hg_field_result_count(part->field, axis) : part->field->extent[axis];
}

/* Writes a reference to the whole dataset. */
static void put_dataset(FILE *out, const struct xdmf_part *part, const struct xdmf_data *data)
{
    const struct field *field = part->field;
    uint64_t extent[GRID_MAX_RANK];
    for (unsigned i = 0; i < field->rank; i++)
        extent[i] = data_extent(part, data, i);
    fprintf(out, "<DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"%u\" Dimensions=\"",
            data->bytes);
    put_extents(out, field->rank, extent);
    fputs(data->vector ? " 3\">" : "\">", out);
    put_path(out, data->file, data->path);
    fputs("</DataItem>\n", out);
}

/* Writes start, stride and count along every axis; the first index of axes that are no space. */
static void put_slab(FILE *out, const struct xdmf_part *part, const struct xdmf_data *data)
{
    const struct region *region = data->cut ? NULL : part->field->region;
    const unsigned own = part->field->rank, rank = own + data->vector;
    uint64_t slab[3 * (GRID_MAX_RANK + 1)] = {0};
    for (unsigned i = 0; i < own; i++) {
        slab[i] = region ? region->start[i] : 0;
        slab[rank + i] = region ? region->step[i] : 1;
        slab[2 * rank + i] = is_space(part, i) ? hg_field_result_count(part->field, i) : 1;
    }
    if (data->vector) {
        slab[2 * rank - 1] = 1;
        slab[3 * rank - 1] = SPACE;
    }
    fprintf(out, "<DataItem Format=\"XML\" Dimensions=\"3 %u\">", rank);
    put_extents(out, 3 * (size_t)rank, slab);
    fputs("</DataItem>\n", out);
}

/* Writes a reference with as many axes as the grid has. */
static void put_data(FILE *out, const struct xdmf_part *part, const struct xdmf_data *data)
{
    bool whole = part->rank == SPACE && part->field->rank == SPACE;
    for (unsigned i = 0; i < part->field->rank; i++)
        whole = whole && (data->cut || !hg_field_is_cut(part->field, i));
    if (whole) {
        put_dataset(out, part, data);
        return;
    }
    fputs("<DataItem ItemType=\"HyperSlab\" Type=\"HyperSlab\" Dimensions=\"", out);
    put_grid_extents(out, part);
    fputs(data->vector ? " 3\">\n" : "\">\n", out);
    put_slab(out, part, data);
    put_dataset(out, part, data);
    fputs("</DataItem>\n", out);
}

static unsigned float_bytes(enum element element)
{
    return hg_element_arithmetic(element) == ELEMENT_F64 ? 8 : 4;
}

/* Writes a dataset as a scalar or vector, named by an absolute path; false if XML cannot hold its
 * own path. */
static bool put_attribute(FILE *out, const struct xdmf_part *part, const char *name,
                          const struct xdmf_data *data)
{
    if (!is_representable(data->path))
        return false;
    fprintf(out, "<Attribute AttributeType=\"%s\" Center=\"Node\" Name=\"",
            data->vector ? "Vector" : "Scalar");
    put_text(out, name + 1);
    fputs("\">\n", out);
    put_data(out, part, data);
    fputs("</Attribute>\n", out);
    return true;
}

/* Writes a vector of results of a kind, one along each axis of space, in the order x, y, z. */
static void put_vector(FILE *out, const struct xdmf_part *part, const char *file,
                       enum field_what what)
{
    const struct field *field = part->field;
    struct xdmf_data data = {file, NULL, float_bytes(field->result), true, false};
    fputs("<Attribute AttributeType=\"Vector\" Center=\"Node\" Name=\"", out);
    put_text(out, field->path + 1);
    fprintf(out,
            "_%s\">\n<DataItem ItemType=\"Function\" Function=\"JOIN($0, $1, %s)\" "
            "Dimensions=\"",
            hg_field_word(what), part->rank == SPACE ? "$2" : "0 * $1");
    put_grid_extents(out, part);
    fputs(" 3\">\n", out);
    for (unsigned k = part->rank; k-- > 0;) {
        data.path = hg_field_result(field, what, part->axis[k])->path;
        put_data(out, part, &data);
    }
    fputs("</DataItem>\n</Attribute>\n", out);
}

/* Returns whether there is a result of a kind along each axis of space. */
static bool is_vector(const struct xdmf_part *part, enum field_what what)
{
    bool vector = true;
    for (unsigned k = 0; k < part->rank && vector; k++) {
        const struct field_result *result = hg_field_result(part->field, what, part->axis[k]);
        vector = result && result->along && is_representable(result->path);
    }
    return vector;
}

/* Writes the results and, if there is a gradient or curl along each axis of the grid, their vector.
 * Returns how many XML cannot name. */
static unsigned put_results(FILE *out, const struct xdmf *xdmf, const struct xdmf_part *part)
{
    const struct field *field = part->field;
    unsigned nameless = 0;
    for (unsigned i = 0; i <= field->rank; i++) {
        for (size_t k = 0; k < field->n_results; k++) {
            const struct field_result *result = &field->results[k];
            const struct xdmf_data data = {xdmf->output, result->path, float_bytes(field->result),
                                           true, result->joined};
            if ((result->along ? result->axis : field->rank) == i)
                nameless += !put_attribute(out, part, result->path, &data);
        }
    }
    if (is_vector(part, FIELD_GRADIENT))
        put_vector(out, part, xdmf->output, FIELD_GRADIENT);
    if (part->rank == SPACE && is_vector(part, FIELD_CURL))
        put_vector(out, part, xdmf->output, FIELD_CURL);
    return nameless;
}

/* Writes the field itself, if its stored numbers are its values, and its results. netCDF-4's
 * default fill value does not count, since it is seldom in use. */
static void put_field(FILE *out, const struct xdmf *xdmf, const struct xdmf_part *part)
{
    const struct field *field = part->field;
    const struct xdmf_data data = {xdmf->input, field->stored_path, float_bytes(field->stored),
                                   false, false};
    unsigned nameless = 0;
    if (xdmf->input_named && !field->vector && (!field->values.applies || field->values.by_default))
        nameless += !put_attribute(out, part, field->path, &data);
    if (xdmf->output_named)
        nameless += put_results(out, xdmf, part);
    if (nameless > 0)
        hg_message_add(xdmf->messages, H5GRAD_WARNING,
                       "%s: %u of its datasets %s not described in %s" XDMF_SUFFIX
                       ": XML cannot hold %s",
                       field->path, nameless, nameless > 1 ? "are" : "is", xdmf->output,
                       nameless > 1 ? "their names" : "its name");
}

/* Returns why the field is not described; NULL: it is. */
static const char *why_not(struct xdmf_part *part)
{
    const struct field *field = part->field;
    if (field->components != 1)
        return "it is complex";
    if (!choose_space(part))
        return "fewer than two of its axes have more than one point";
    return NULL;
}

static void warn_of_colon(struct xdmf *xdmf, const char *name)
{
    if (!xdmf->warned && strchr(name, ':'))
        hg_message_add(xdmf->messages, H5GRAD_WARNING,
                       "%s: ParaView and VisIt cannot read names with a ':' from %s" XDMF_SUFFIX,
                       name, xdmf->output);
    xdmf->warned |= strchr(name, ':') != NULL;
}

enum h5grad_status hg_xdmf_add(struct xdmf *xdmf, const struct field *field, xdmf_find *find,
                               void *user, struct h5grad_error *err)
{
    struct xdmf_part part = {.field = field};
    struct xdmf_axis axis[SPACE] = {{.extent = 1, .step = 1}};
    const char *why = why_not(&part);
    if (why) {
        hg_message_add(xdmf->messages, H5GRAD_DETAIL, "%s: not described in %s" XDMF_SUFFIX ": %s",
                       field->path, xdmf->output, why);
        return H5GRAD_OK;
    }
    warn_of_colon(xdmf, xdmf->input);
    warn_of_colon(xdmf, xdmf->output);
    warn_of_colon(xdmf, field->path);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out)
        put_field(out, xdmf, &part);
    bool ok = out && hg_memory_close_stream(out);
    xdmf->nameless |= ok && size == 0;
    if (ok && size > 0) {
        for (unsigned k = 0; k < part.rank; k++)
            settle_axis(field, part.axis[k], find(user, field, part.axis[k]),
                        &axis[SPACE - part.rank + k]);
        struct xdmf_grid *grid = find_grid(xdmf, axis);
        ok = grid && append(grid, text, size);
    }
    free(text);
    return ok ? H5GRAD_OK : hg_error_memory(err, sizeof *xdmf->grid);
}

/* Geometry. */

/* Returns whether output holds these coordinates, neither packed nor edges of cells. */
static bool is_in_output(hid_t output, const struct xdmf_axis *axis)
{
    if (!axis->coordinate || *axis->coordinate->name != '/')
        return false;
    uint64_t extent;
    H5_CLOSED hid_t dataset = hg_open_dataset(output, axis->coordinate->name, NULL);
    H5_CLOSED hid_t type = dataset < 0 ? -1 : H5Dget_type(dataset);
    return type >= 0 && !hg_is_placeholder(dataset) && hg_read_extents(dataset, 1, &extent) &&
           extent == axis->extent && H5Tget_class(type) == H5T_FLOAT &&
           H5Aexists(dataset, "scale_factor") == 0 && H5Aexists(dataset, "add_offset") == 0;
}

/* Reads the coordinates of results [first, first + n). */
static enum h5grad_status read_line(const struct xdmf_axis *axis, uint64_t first, uint64_t n,
                                    double *value, struct h5grad_error *err)
{
    const uint64_t at = axis->first + first * axis->each;
    enum h5grad_status status = H5GRAD_OK;
    if (axis->each == 1)
        return hg_coord_array_read(axis->coordinate->array, at, n, value, err);
    for (uint64_t i = 0; i < n && !status; i++)
        status =
            hg_coord_array_read(axis->coordinate->array, at + i * axis->each, 1, &value[i], err);
    return status;
}

static enum h5grad_status put_numbers(FILE *out, const struct xdmf_axis *axis,
                                      struct h5grad_error *err)
{
    double value[1024];
    char text[32];
    for (uint64_t i = 0; i < axis->extent; i++) {
        uint64_t slot = i % 1024, left = axis->extent - i;
        if (axis->coordinate && slot == 0) {
            enum h5grad_status status = read_line(axis, i, left < 1024 ? left : 1024, value, err);
            if (status)
                return hg_error_context(err, status, "%s", axis->coordinate->name);
        }
        hg_parse_print_double(axis->coordinate
                                  ? hg_coord_array_origin(axis->coordinate->array) + value[slot]
                                  : axis->origin + (double)i * axis->step,
                              text, sizeof text);
        fprintf(out, "%s%s", text, (i + 1) % LINE_NUMBERS && left > 1 ? " " : "\n");
    }
    return H5GRAD_OK;
}

/* Writes the coordinates along an axis. */
static enum h5grad_status put_coordinates(FILE *out, const struct xdmf *xdmf, hid_t output,
                                          const struct xdmf_axis *axis, struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    bool there = xdmf->output_named && is_in_output(output, axis) &&
                 is_representable(axis->coordinate->name);
    hg_leave(&guard);
    fprintf(out,
            "<DataItem Format=\"%s\" NumberType=\"Float\" Precision=\"8\" Dimensions=\"%" PRIu64
            "\">",
            there ? "HDF" : "XML", axis->extent);
    if (there) {
        put_path(out, xdmf->output, axis->coordinate->name);
    } else {
        fputc('\n', out);
        enum h5grad_status status = put_numbers(out, axis, err);
        if (status)
            return status;
    }
    fputs("</DataItem>\n", out);
    return H5GRAD_OK;
}

static void put_even_geometry(FILE *out, const struct xdmf_grid *grid)
{
    char text[32];
    fputs("<Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n", out);
    for (unsigned i = 0; i < 2 * SPACE; i++) {
        const struct xdmf_axis *axis = &grid->axis[i % SPACE];
        if (i % SPACE == 0)
            fputs("<DataItem Format=\"XML\" NumberType=\"Float\" Precision=\"8\" Dimensions=\"3\">",
                  out);
        hg_parse_print_double(i < SPACE ? axis->origin : axis->step, text, sizeof text);
        fprintf(out, "%s%s", text, i % SPACE + 1 < SPACE ? " " : "</DataItem>\n");
    }
    fputs("</Geometry>\n", out);
}

/* Writes the geometry with x first; everything else has z first. */
static enum h5grad_status put_uneven_geometry(FILE *out, const struct xdmf *xdmf, hid_t output,
                                              const struct xdmf_grid *grid,
                                              struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    fputs("<Geometry GeometryType=\"VXVYVZ\">\n", out);
    for (unsigned k = SPACE; k-- > 0 && !status;)
        status = put_coordinates(out, xdmf, output, &grid->axis[k], err);
    fputs("</Geometry>\n", out);
    return status;
}

static enum h5grad_status put_grid(FILE *out, const struct xdmf *xdmf, hid_t output,
                                   const struct xdmf_grid *grid, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    bool even = true;
    /* Readers want steps above 0. */
    for (unsigned k = 0; k < SPACE; k++)
        even = even && !grid->axis[k].coordinate && grid->axis[k].step > 0;
    fprintf(out,
            "<Grid Name=\"grid %td\" GridType=\"Uniform\">\n"
            "<Topology TopologyType=\"%s\" Dimensions=\"%" PRIu64 " %" PRIu64 " %" PRIu64 "\"/>\n",
            grid - xdmf->grid + 1, even ? "3DCoRectMesh" : "3DRectMesh", grid->axis[0].extent,
            grid->axis[1].extent, grid->axis[2].extent);
    if (even)
        put_even_geometry(out, grid);
    else
        status = put_uneven_geometry(out, xdmf, output, grid, err);
    fwrite(grid->text, 1, grid->size, out);
    fputs("</Grid>\n", out);
    return status;
}

enum h5grad_status hg_xdmf_write(struct xdmf *xdmf, hid_t output, FILE *out,
                                 struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (xdmf->n == 0 && !xdmf->nameless)
        hg_message_add(xdmf->messages, H5GRAD_WARNING,
                       "no field has two or three axes in space: %s" XDMF_SUFFIX " describes none",
                       xdmf->output);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" []>\n"
          "<Xdmf Version=\"2.0\">\n<Domain>\n",
          out);
    for (size_t i = 0; i < xdmf->n && !status; i++)
        status = put_grid(out, xdmf, output, &xdmf->grid[i], err);
    fputs("</Domain>\n</Xdmf>\n", out);
    return status;
}
