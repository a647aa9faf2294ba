/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a command several times and prints a line per run: seconds from start to end, the peak of
 * its resident memory in KiB, and seconds of the processors. FILE, what the command makes, is
 * removed before and after each run and not timed ("-": none). A small program for this, since a
 * process starts with the peak of its parent, which a script's interpreter would raise.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

static _Noreturn void become(char **command)
{
    int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

static double processor_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

static void run_once(char **command, const char *file)
{
    struct rusage usage;
    int status;
    if (file != NULL && unlink(file) != 0 && errno != ENOENT)
        bench_fail_errno(file);
    double start = bench_seconds();
    pid_t child = fork();
    if (child < 0)
        bench_fail_errno("fork");
    if (child == 0)
        become(command);
    if (wait4(child, &status, 0, &usage) != child)
        bench_fail_errno("wait4");
    double seconds = bench_seconds() - start;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_fail(command[0], "failed");
    printf("%.6f %ld %.6f\n", seconds, usage.ru_maxrss, processor_seconds(&usage));
    if (file != NULL && unlink(file) != 0)
        bench_fail_errno(file);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        bench_fail("usage: run_process", "ROUNDS FILE COMMAND [ARGUMENT]...");
    uint64_t rounds = bench_number(argv[1]);
    const char *file = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
    for (uint64_t round = 0; round < rounds; round++)
        run_once(argv + 3, file);
    return EXIT_SUCCESS;
}
