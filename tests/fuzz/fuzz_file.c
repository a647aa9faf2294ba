/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole files: an input is an HDF5 file, which is listed and differentiated. Most of what this
 * finds lies in libhdf5, whose memory errors on damaged files are known; the program survives them
 * by other means (scripts/fuzz-files).
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fuzz.h"
#include "h5grad.h"

/* Keeps damaged files from filling the disk. */
#define MAX_OUTPUT ((rlim_t)16 << 20)

static char folder[] = "/tmp/h5grad-fuzz-XXXXXX";
static char input_name[sizeof folder + 8], output_name[sizeof folder + 8];

static void leave(void)
{
    unlink(input_name);
    unlink(output_name);
    rmdir(folder);
}

static void begin(void)
{
    const struct rlimit limit = {MAX_OUTPUT, MAX_OUTPUT};
    fuzz_require(mkdtemp(folder) != NULL);
    snprintf(input_name, sizeof input_name, "%s/in.h5", folder);
    snprintf(output_name, sizeof output_name, "%s/out.h5", folder);
    fuzz_require(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    setrlimit(RLIMIT_FSIZE, &limit);
    atexit(leave);
}

static void write_input(const uint8_t *data, size_t size)
{
    int fd = open(input_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    fuzz_require(fd >= 0);
    fuzz_require(write(fd, data, size) == (ssize_t)size);
    close(fd);
}

/* Requires a report after success, and otherwise a message. */
static void check(enum h5grad_status status, struct h5grad_report *report,
                  const struct h5grad_error *error)
{
    if (status == H5GRAD_OK)
        h5grad_report_free(report);
    else
        fuzz_require(error->message[0] != '\0' && !strchr(error->message, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    struct h5grad_error error = {H5GRAD_OK, ""};
    if (input_name[0] == '\0')
        begin();
    write_input(data, size);
    h5grad_options_init(&options);
    options.threads = 1;
    options.memory = (uint64_t)64 << 20;
    enum h5grad_status status = h5grad_list(input_name, &options, &report, &error);
    check(status, report, &error);
    report = NULL;
    error.message[0] = '\0';
    status = h5grad_run(input_name, output_name, &options, &report, &error);
    check(status, report, &error);
    fuzz_require((access(output_name, F_OK) == 0) == (status == H5GRAD_OK));
    unlink(output_name);
    return 0;
}
