/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The main function of a harness where there is no libFuzzer.
 *
 * usage: HARNESS FILE...
 *
 * Runs the harness over each file. Prints its name first, so that a crash shows which it is.
 */
#include "fuzz.h"

static int run_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(name);
        return 1;
    }
    long length = ftell(file);
    size_t size = length > 0 ? (size_t)length : 0;
    rewind(file);
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (!data || fread(data, 1, size, file) != size) {
        perror(name);
        fclose(file);
        free(data);
        return 1;
    }
    fclose(file);
    printf("%s\n", name);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= run_file(argv[i]);
    return failed;
}
