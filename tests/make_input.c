/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers on the command line to a dataset, for the shell tests.
 *
 * usage: make_input FILE PATH TYPE SHAPE [VALUE]...
 *
 * Adds the dataset PATH to FILE, which is made if need be, as are the groups of PATH.
 * TYPE   int8 ... int64, uint8 ... uint64, float32, float64, each also with "be" behind it;
 *        complex64, complex128 (two values per point); and of what is no field: bool, string,
 *        opaque, reference, vlen, compound
 * SHAPE  "3x4", "3x4/2x2" for chunks, "scalar", "null"
 * VALUE  one per point; or a single one for all points; or none, and nothing is written
 */
#include <hdf5.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct input {
    hid_t stored; /* type in the file */
    hid_t memory; /* type of values; negative: none can be given */
    hid_t space;
    hid_t creation;
    size_t values; /* in the dataset, two per complex point */
};

static void input_die(const char *what, const char *value)
{
    fprintf(stderr, "make_input: %s: %s\n", what, value);
    exit(1);
}

static hid_t input_complex(hid_t part)
{
    size_t size = H5Tget_size(part);
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);

    H5Tinsert(type, "r", 0, part);
    H5Tinsert(type, "i", size, part);
    return type;
}

/* Types without values. */
static hid_t input_no_field(const char *name)
{
    signed char no = 0;
    signed char yes = 1;
    hid_t type = H5I_INVALID_HID;

    if (strcmp(name, "bool") == 0) {
        type = H5Tenum_create(H5T_NATIVE_SCHAR);
        H5Tenum_insert(type, "FALSE", &no);
        H5Tenum_insert(type, "TRUE", &yes);
    } else if (strcmp(name, "string") == 0) {
        type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, 8);
    } else if (strcmp(name, "opaque") == 0) {
        type = H5Tcreate(H5T_OPAQUE, 4);
    } else if (strcmp(name, "reference") == 0) {
        type = H5Tcopy(H5T_STD_REF_OBJ);
    } else if (strcmp(name, "vlen") == 0) {
        type = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    } else if (strcmp(name, "compound") == 0) {
        type = H5Tcreate(H5T_COMPOUND, 8);
        H5Tinsert(type, "id", 0, H5T_STD_I32LE);
        H5Tinsert(type, "mass", 4, H5T_IEEE_F32LE);
    } else {
        input_die("unknown type", name);
    }
    return type;
}

static void input_set_type(struct input *input, const char *name)
{
    const struct {
        const char *name;
        hid_t little, big, memory;
    } rows[] = {
        {"int8", H5T_STD_I8LE, H5T_STD_I8BE, H5T_NATIVE_LLONG},
        {"int16", H5T_STD_I16LE, H5T_STD_I16BE, H5T_NATIVE_LLONG},
        {"int32", H5T_STD_I32LE, H5T_STD_I32BE, H5T_NATIVE_LLONG},
        {"int64", H5T_STD_I64LE, H5T_STD_I64BE, H5T_NATIVE_LLONG},
        {"uint8", H5T_STD_U8LE, H5T_STD_U8BE, H5T_NATIVE_ULLONG},
        {"uint16", H5T_STD_U16LE, H5T_STD_U16BE, H5T_NATIVE_ULLONG},
        {"uint32", H5T_STD_U32LE, H5T_STD_U32BE, H5T_NATIVE_ULLONG},
        {"uint64", H5T_STD_U64LE, H5T_STD_U64BE, H5T_NATIVE_ULLONG},
        {"float32", H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE},
        {"float64", H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE},
    };

    input->memory = H5I_INVALID_HID;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t length = strlen(rows[i].name);
        const char *order = name + length;
        if (strncmp(name, rows[i].name, length) != 0 ||
            (*order != '\0' && strcmp(order, "be") != 0))
            continue;
        input->stored = H5Tcopy(*order == '\0' ? rows[i].little : rows[i].big);
        input->memory = H5Tcopy(rows[i].memory);
        return;
    }
    if (strcmp(name, "complex64") == 0 || strcmp(name, "complex128") == 0) {
        bool single = strcmp(name, "complex64") == 0;
        input->stored = input_complex(single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE);
        input->memory = input_complex(H5T_NATIVE_DOUBLE);
        return;
    }
    input->stored = input_no_field(name);
}

/* Reads "3x4" up to the end or a '/'; returns what is behind it. */
static const char *input_read_shape(const char *text, int *rank, hsize_t *shape)
{
    char *end = NULL;

    for (*rank = 0; *rank < H5S_MAX_RANK; text = end + 1) {
        shape[(*rank)++] = strtoull(text, &end, 10);
        if (end == text)
            input_die("not a shape", text);
        if (*end != 'x')
            break;
    }
    return end;
}

static void input_set_shape(struct input *input, const char *text)
{
    hsize_t shape[H5S_MAX_RANK];
    int rank;

    input->creation = H5Pcreate(H5P_DATASET_CREATE);
    if (strcmp(text, "scalar") == 0) {
        input->space = H5Screate(H5S_SCALAR);
    } else if (strcmp(text, "null") == 0) {
        input->space = H5Screate(H5S_NULL);
    } else {
        const char *behind = input_read_shape(text, &rank, shape);
        input->space = H5Screate_simple(rank, shape, NULL);
        if (*behind == '/') {
            behind = input_read_shape(behind + 1, &rank, shape);
            H5Pset_chunk(input->creation, rank, shape);
        }
        if (*behind != '\0')
            input_die("not a shape", text);
    }
    input->values = (size_t)H5Sget_simple_extent_npoints(input->space);
    if (H5Tget_class(input->stored) == H5T_COMPOUND)
        input->values *= 2;
}

/* All three memory types and both parts of a complex number take 8 bytes. */
union input_value {
    long long integer;
    unsigned long long natural;
    double real;
};

static void input_write(const struct input *input, hid_t dataset, char **texts, size_t n_texts)
{
    union input_value *values = calloc(input->values + 1, sizeof(*values));
    bool natural = H5Tequal(input->memory, H5T_NATIVE_ULLONG) > 0;
    bool integer = H5Tequal(input->memory, H5T_NATIVE_LLONG) > 0;

    if (values == NULL || input->memory < 0 || (n_texts != 1 && n_texts != input->values))
        input_die("wrong number of values, the first", texts[0]);
    for (size_t i = 0; i < input->values; i++) {
        const char *text = texts[n_texts == 1 ? 0 : i];
        char *end;
        if (natural)
            values[i].natural = strtoull(text, &end, 10);
        else if (integer)
            values[i].integer = strtoll(text, &end, 10);
        else
            values[i].real = strtod(text, &end);
        if (end == text || *end != '\0')
            input_die("not a number", text);
    }
    if (H5Dwrite(dataset, input->memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        exit(1);
    free(values);
}

int main(int argc, char **argv)
{
    struct input input;

    if (argc < 5)
        input_die("usage", "make_input FILE PATH TYPE SHAPE [VALUE]...");
    input_set_type(&input, argv[3]);
    input_set_shape(&input, argv[4]);

    FILE *present = fopen(argv[1], "rb");
    hid_t file = present != NULL ? H5Fopen(argv[1], H5F_ACC_RDWR, H5P_DEFAULT)
                                 : H5Fcreate(argv[1], H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    if (present != NULL)
        fclose(present);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    H5Pset_char_encoding(links, H5T_CSET_UTF8);
    hid_t dataset =
        H5Dcreate2(file, argv[2], input.stored, input.space, links, input.creation, H5P_DEFAULT);
    if (dataset < 0)
        return 1;
    if (argc > 5)
        input_write(&input, dataset, argv + 5, (size_t)argc - 5);
    H5Dclose(dataset);
    H5Pclose(links);
    H5Pclose(input.creation);
    H5Sclose(input.space);
    H5Tclose(input.stored);
    if (input.memory >= 0)
        H5Tclose(input.memory);
    return H5Fclose(file) < 0;
}
