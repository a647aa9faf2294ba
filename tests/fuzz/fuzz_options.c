/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All texts of the command line. The first byte says what the rest is: a text for the parsers of
 * numbers, arguments of the program separated by zeros, or options of the library likewise. No file
 * is read.
 */
#include <getopt.h>
#include <stdlib.h>

#include "base/parse.h"
#include "cli/command_line.h"
#include "fuzz.h"
#include "run/options.h"

#define MAX_TEXTS 32

/* The rest of the input as texts, in memory of their own. Returns how many. */
static size_t take_texts(struct fuzz_input *input, char **texts, size_t most)
{
    size_t n = 0;
    while (n < most && input->size > 0) {
        size_t length = strnlen((const char *)input->data, input->size);
        /* Not strndup: a sanitizer that is strict about strings wants the input to end in a NUL. */
        texts[n] = calloc(length + 1, 1);
        fuzz_require(texts[n] != NULL);
        memcpy(texts[n++], input->data, length);
        length = length < input->size ? length + 1 : length;
        input->data += length;
        input->size -= length;
    }
    return n;
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
}

/* Requires a message; of the library one line. The program makes its own one line when it prints.
 */
static void check_message(const struct h5grad_error *error, bool is_line)
{
    size_t length = strnlen(error->message, sizeof error->message);
    fuzz_require(length > 0 && length < sizeof error->message);
    fuzz_require(!is_line || !strchr(error->message, '\n'));
}

static void parse_numbers(const char *text)
{
    uint64_t natural, shape[32];
    int64_t integer;
    double real, again;
    unsigned rank;
    char printed[32];
    if (hg_parse_u64(text, &natural) && natural <= INT64_MAX)
        fuzz_require(hg_parse_i64(text, &integer) && (uint64_t)integer == natural);
    if (hg_parse_size(text, &natural))
        fuzz_require(natural <= INT64_MAX);
    if (hg_parse_shape(text, 32, &rank, shape)) {
        fuzz_require(rank >= 1 && rank <= 32);
        for (unsigned i = 0; i < rank; i++)
            fuzz_require(shape[i] > 0);
    }
    if (hg_parse_double(text, &real)) {
        hg_parse_print_double(real, printed, sizeof printed);
        fuzz_require(hg_parse_double(printed, &again));
        fuzz_require(real != real ? again != again : memcmp(&real, &again, sizeof real) == 0);
    }
}

static void parse_arguments(char **texts, size_t n)
{
    char name[] = "h5grad";
    char *argv[MAX_TEXTS + 2] = {name};
    struct options options;
    struct run_options checked;
    struct h5grad_error error = {H5GRAD_OK, ""};
    memcpy(argv + 1, texts, n * sizeof *texts);
    optind = 0; /* getopt begins again: a program has but one command line */
    enum h5grad_status status = options_parse(&options, (int)n + 1, argv, &error);
    if (status != H5GRAD_OK)
        check_message(&error, false);
    else if (options.mode <= OPTIONS_LIST) {
        status = hg_run_options_check(&options.grad, &checked, &error);
        if (status == H5GRAD_OK)
            hg_run_options_free(&checked);
        else
            check_message(&error, true);
    }
    options_free(&options);
}

/* Sets the members of h5grad_options one after the other, as many as there are texts. */
static void check_options(struct fuzz_input *input)
{
    unsigned flags = (unsigned)fuzz_take(input, 1);
    size_t split = fuzz_take(input, 1);
    char *texts[MAX_TEXTS] = {NULL};
    size_t n = take_texts(input, texts, MAX_TEXTS);
    struct h5grad_options options;
    struct run_options checked;
    struct h5grad_error error = {H5GRAD_OK, ""};
    h5grad_options_init(&options);
    options.edge_order = (int)(flags & 3);
    options.threads = (int)(flags >> 2 & 3) - 1;
    options.memory = (uint64_t)flags << 20;
    options.dtype = texts[0];
    options.name = texts[1];
    options.layout = texts[2];
    options.filter = texts[3];
    size_t lists = n > 4 ? n - 4 : 0;
    size_t first = lists ? split % (lists + 1) : 0;
    const char *const *list = (const char *const *)texts + 4;
    options.dims = list;
    options.n_dims = flags & 32 ? first : 0;
    options.datasets = list;
    options.n_datasets = flags & 64 ? first : 0;
    options.spacings = options.coords = list + first;
    options.n_spacings = flags & 128 ? lists - first : 0;
    options.n_coords = flags & 128 ? 0 : lists - first;
    enum h5grad_status status = hg_run_options_check(&options, &checked, &error);
    if (status == H5GRAD_OK)
        hg_run_options_free(&checked);
    else
        check_message(&error, true);
    free_texts(texts, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    char *texts[MAX_TEXTS];
    unsigned what = (unsigned)fuzz_take(&input, 1) % 3;
    if (what == 2) {
        check_options(&input);
        return 0;
    }
    size_t n = take_texts(&input, texts, what == 0 ? 1 : MAX_TEXTS);
    if (what == 0 && n == 1)
        parse_numbers(texts[0]);
    else
        parse_arguments(texts, n);
    free_texts(texts, n);
    return 0;
}
