/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers on the command line to a dataset, for the shell tests.
 *
 * usage: make_input FILE PATH TYPE SHAPE [VALUE]...
 *        make_input FILE PATH scales AXIS...
 *        make_input FILE PATH text NAME VALUE...
 *        make_input FILE PATH numbers NAME VALUE...
 *        make_input FILE PATH virtual SOURCE-FILE SOURCE-PATH
 *        make_input FILE PATH bomb MEBIBYTES
 *        make_input FILE PATH ... , PATH ...
 *
 * Adds the dataset PATH to FILE, and creates FILE and the groups of PATH as needed. Or gives a
 * dataset dimension scales, where an AXIS of "-" has none; or a dataset or group the attribute
 * NAME: texts or doubles, a single one as a scalar. Or adds a virtual dataset of another one. Or
 * adds one with gzip whose only chunk decodes to so many MiB, far more than it should hold. A
 * comma between two of these saves a process. With MAKE_INPUT_LATEST in the environment FILE has
 * the latest format of libhdf5 instead of the earliest; with MAKE_INPUT_DRIVER=family, split or
 * multi it has several members, of 2 KiB if it is a family.
 *
 * TYPE   int8 ... int64, uint8 ... uint64, float32, float64, each also with "be" behind it;
 *        complex64, complex128 (two values per point); and of what is no field: bool, string,
 *        opaque, reference, vlen, compound
 * SHAPE  "3x4", "3x4/2x2" for chunks, "3x4/2x2+shuffle+gzip" for filters (shuffle, gzip,
 *        fletcher32, szip, nbit, scaleoffset), "3x4@FILE" with the points in FILE, "scalar", "null"
 * VALUE  one per point; or a single one for all points; or "noise", which no filter makes smaller;
 *        or none, and nothing is written
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

static void input_add_filter(hid_t creation, const char *name, size_t length)
{
    herr_t done = -1;

    if (strncmp(name, "shuffle", length) == 0)
        done = H5Pset_shuffle(creation);
    else if (strncmp(name, "gzip", length) == 0)
        done = H5Pset_deflate(creation, 4);
    else if (strncmp(name, "fletcher32", length) == 0)
        done = H5Pset_fletcher32(creation);
    else if (strncmp(name, "szip", length) == 0)
        done = H5Pset_szip(creation, H5_SZIP_NN_OPTION_MASK, 4);
    else if (strncmp(name, "nbit", length) == 0)
        done = H5Pset_nbit(creation);
    else if (strncmp(name, "scaleoffset", length) == 0)
        done = H5Pset_scaleoffset(creation, H5Z_SO_INT, 0);
    if (done < 0)
        input_die("not a filter", name);
}

/* What is behind the shape: chunks, filters, external storage. */
static const char *input_read_storage(const char *text, hid_t creation)
{
    hsize_t chunk[H5S_MAX_RANK];
    int rank;

    if (*text == '/') {
        text = input_read_shape(text + 1, &rank, chunk);
        H5Pset_chunk(creation, rank, chunk);
    }
    while (*text == '+') {
        size_t length = strcspn(text + 1, "+");
        input_add_filter(creation, text + 1, length);
        text += 1 + length;
    }
    if (*text == '@' && H5Pset_external(creation, text + 1, 0, H5F_UNLIMITED) >= 0)
        text = "";
    return text;
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
        behind = input_read_storage(behind, input->creation);
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

/* Reals that are the same on every machine: the upper bits of a linear congruence. */
static void input_make_noise(union input_value *values, size_t n)
{
    unsigned long long state = 1;

    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        values[i].real = (double)(state >> 11) * 0x1p-53;
    }
}

static void input_write(const struct input *input, hid_t dataset, char **texts, size_t n_texts)
{
    union input_value *values = calloc(input->values + 1, sizeof(*values));
    bool natural = H5Tequal(input->memory, H5T_NATIVE_ULLONG) > 0;
    bool integer = H5Tequal(input->memory, H5T_NATIVE_LLONG) > 0;

    if (values == NULL || input->memory < 0 || (n_texts != 1 && n_texts != input->values))
        input_die("wrong number of values, the first", texts[0]);
    if (strcmp(texts[0], "noise") == 0)
        input_make_noise(values, input->values);
    for (size_t i = 0; strcmp(texts[0], "noise") != 0 && i < input->values; i++) {
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

/* Opens or creates a file of several members. */
static hid_t input_open_members(const char *name, const char *driver, hid_t access)
{
    hid_t file;

    if (strcmp(driver, "family") == 0)
        H5Pset_fapl_family(access, 2048, H5P_DEFAULT);
    else if (strcmp(driver, "split") == 0)
        H5Pset_fapl_split(access, "-m.h5", H5P_DEFAULT, "-r.h5", H5P_DEFAULT);
    else
        H5Pset_fapl_multi(access, NULL, NULL, NULL, NULL, 0);
    H5E_BEGIN_TRY
    {
        file = H5Fopen(name, H5F_ACC_RDWR, access);
    }
    H5E_END_TRY
    return file >= 0 ? file : H5Fcreate(name, H5F_ACC_EXCL, H5P_DEFAULT, access);
}

static hid_t input_open(const char *name)
{
    FILE *present = fopen(name, "rb");
    const char *driver = getenv("MAKE_INPUT_DRIVER");
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    if (getenv("MAKE_INPUT_LATEST") != NULL)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    hid_t file = driver != NULL    ? input_open_members(name, driver, access)
                 : present != NULL ? H5Fopen(name, H5F_ACC_RDWR, access)
                                   : H5Fcreate(name, H5F_ACC_EXCL, H5P_DEFAULT, access);
    if (present != NULL)
        fclose(present);
    H5Pclose(access);
    return file;
}

static hid_t input_create(hid_t file, const char *path, const struct input *input)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);

    H5Pset_create_intermediate_group(links, 1);
    H5Pset_char_encoding(links, H5T_CSET_UTF8);
    hid_t dataset =
        H5Dcreate2(file, path, input->stored, input->space, links, input->creation, H5P_DEFAULT);
    H5Pclose(links);
    if (dataset < 0)
        exit(1);
    return dataset;
}

/* PATH TYPE SHAPE [VALUE]... */
static void input_add_dataset(hid_t file, size_t n, char **words)
{
    struct input input;

    input_set_type(&input, words[1]);
    input_set_shape(&input, words[2]);
    hid_t dataset = input_create(file, words[0], &input);
    if (n > 3)
        input_write(&input, dataset, words + 3, n - 3);
    H5Dclose(dataset);
    H5Pclose(input.creation);
    H5Sclose(input.space);
    H5Tclose(input.stored);
    if (input.memory >= 0)
        H5Tclose(input.memory);
}

static void input_add_virtual(hid_t file, const char *path, const char *source_file,
                              const char *source_path)
{
    hid_t source = H5Fopen(source_file, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t shown = H5Dopen2(source, source_path, H5P_DEFAULT);
    struct input input = {.stored = H5Dget_type(shown), .space = H5Dget_space(shown)};

    input.creation = H5Pcreate(H5P_DATASET_CREATE);
    if (H5Pset_virtual(input.creation, input.space, source_file, source_path, input.space) < 0)
        exit(1);
    H5Dclose(input_create(file, path, &input));
    H5Pclose(input.creation);
    H5Sclose(input.space);
    H5Tclose(input.stored);
    H5Dclose(shown);
    H5Fclose(source);
}

/* Sets bits of a deflate stream, the lowest first; returns the place behind them. */
static size_t input_put_bits(unsigned char *stream, size_t at, unsigned bits, unsigned n)
{
    for (unsigned i = 0; i < n; i++, at++)
        stream[at / 8] |= (unsigned char)((bits >> i & 1) << at % 8);
    return at;
}

/* The chunk is one block with the fixed codes, without an end: a zero, then 13 bits for each
 * further 258 zeros. */
static void input_add_bomb(hid_t file, const char *path, const char *mebibytes)
{
    size_t repetitions = (strtoul(mebibytes, NULL, 10) << 20) / 258;
    size_t at = 16, bytes = repetitions * 13 / 8 + 8;
    unsigned char *stream = calloc(bytes, 1);
    const hsize_t start = 0;
    char shape[] = "4096/4096+gzip";
    struct input input;

    input_set_type(&input, "float64");
    input_set_shape(&input, shape);
    hid_t dataset = input_create(file, path, &input);
    if (stream == NULL)
        exit(1);
    memcpy(stream, "\x78\x01", 2);
    at = input_put_bits(stream, at, 3, 3);    /* last block, fixed codes */
    at = input_put_bits(stream, at, 0x0c, 8); /* a zero */
    for (size_t i = 0; i < repetitions; i++) {
        at = input_put_bits(stream, at, 0xa3, 8); /* 258 bytes */
        at = input_put_bits(stream, at, 0, 5);    /* as 1 byte before */
    }
    if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &start, bytes, stream) < 0)
        exit(1);
    H5Dclose(dataset);
    H5Pclose(input.creation);
    H5Sclose(input.space);
    H5Tclose(input.stored);
    H5Tclose(input.memory);
    free(stream);
}

static void input_add_text(hid_t file, const char *path, const char *name, const char *const *texts,
                           size_t n)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    hsize_t count = n;
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    size_t size = 1;

    for (size_t i = 0; i < n; i++)
        size = strlen(texts[i]) >= size ? strlen(texts[i]) + 1 : size;
    char *values = calloc(n, size);
    for (size_t i = 0; values != NULL && i < n; i++)
        memcpy(values + i * size, texts[i], strlen(texts[i]));
    H5Tset_size(type, size);
    hid_t attribute =
        H5Acreate_by_name(file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || values == NULL || H5Awrite(attribute, type, values) < 0)
        input_die("no such attribute", name);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    free(values);
}

static void input_add_numbers(hid_t file, const char *path, const char *name, char **texts,
                              size_t n)
{
    hsize_t count = n;
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    double *values = calloc(n, sizeof(*values));

    for (size_t i = 0; values != NULL && i < n; i++)
        values[i] = strtod(texts[i], NULL);
    hid_t attribute = H5Acreate_by_name(file, path, name, H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                        H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, H5T_NATIVE_DOUBLE, values) < 0)
        input_die("no such attribute", name);
    H5Aclose(attribute);
    H5Sclose(space);
    free(values);
}

/* Writes DIMENSION_LIST, by which readers find the scales, and CLASS, which marks these. */
static void input_add_scales(hid_t file, const char *path, char **axes, size_t n)
{
    hsize_t count = n;
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hvl_t *list = calloc(n, sizeof(*list));
    hobj_ref_t *references = calloc(n, sizeof(*references));

    for (size_t i = 0; list != NULL && references != NULL && i < n; i++) {
        if (strcmp(axes[i], "-") == 0)
            continue;
        if (H5Aexists_by_name(file, axes[i], "CLASS", H5P_DEFAULT) == 0)
            input_add_text(file, axes[i], "CLASS", (const char *[]){"DIMENSION_SCALE"}, 1);
        if (H5Rcreate(&references[i], file, axes[i], H5R_OBJECT, -1) < 0)
            input_die("no such scale", axes[i]);
        list[i] = (hvl_t){.len = 1, .p = &references[i]};
    }
    hid_t attribute = H5Acreate_by_name(file, path, "DIMENSION_LIST", type, space, H5P_DEFAULT,
                                        H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, list) < 0)
        input_die("no scales for", path);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    free(references);
    free(list);
}

/* PATH and what is behind it. */
static void input_add(hid_t file, size_t n, char **words)
{
    if (n < 3)
        input_die("usage", "make_input FILE PATH TYPE SHAPE [VALUE]...");
    const char *path = words[0], *what = words[1];
    if (strcmp(what, "scales") == 0)
        input_add_scales(file, path, words + 2, n - 2);
    else if (strcmp(what, "text") == 0 && n > 3)
        input_add_text(file, path, words[2], (const char *const *)words + 3, n - 3);
    else if (strcmp(what, "numbers") == 0 && n > 3)
        input_add_numbers(file, path, words[2], words + 3, n - 3);
    else if (strcmp(what, "virtual") == 0 && n == 4)
        input_add_virtual(file, path, words[2], words[3]);
    else if (strcmp(what, "bomb") == 0 && n == 3)
        input_add_bomb(file, path, words[2]);
    else
        input_add_dataset(file, n, words);
}

int main(int argc, char **argv)
{
    char **end = argv + argc;
    if (argc < 3)
        input_die("usage", "make_input FILE PATH ...");
    hid_t file = input_open(argv[1]);
    if (file < 0)
        return 1;
    for (char **words = argv + 2; words < end;) {
        char **comma = words;
        while (comma < end && strcmp(*comma, ",") != 0)
            comma++;
        input_add(file, (size_t)(comma - words), words);
        words = comma + 1;
    }
    return H5Fclose(file) < 0;
}
