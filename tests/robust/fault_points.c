/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a program again and again, each time with another call of one kind failing, and checks what
 * it leaves behind. For tests/robust/faults.sh.
 *
 * usage: fault_points [-do] [-i INPUT] -p OBJECT -c CALL -w WITH [-s SPAN] [-m MOST [-b SHIFT]] --
 *            PROGRAM ARGUMENT...
 *
 * -p  fault_inject.so, and libraries to be preloaded with it
 * -c  FAULT_CALL, see fault_inject.c
 * -w  FAULT_WITH, with the name of an error instead of its number
 * -s  calls that fail, from the k-th on; 0: all of them
 * -m  tries at most so many k, evenly spread; all of them by default
 * -b  begins so many further: with 0, 1, 2 ... each k is tried by one of them
 * -o  there is an OUTPUT already, which only success replaces
 * -i  restores this file before each run and after the last
 * -d  ignores what libraries print when they crash or give up. Accepts an OUTPUT of other bytes in
 *     which h5diff finds the same values, since libhdf5 leaves out a filter if memory is short; and
 *     exit status 3 with one line if OUTPUT is right, since a library may crash later
 *
 * With -w kill the program is killed at the call; the same command must then do what it does
 * without a failure, and leave nothing else.
 *
 * The program's OUTPUT is o/out.h5 in the current folder; o is empty. A run without a failure shows
 * the number of calls and the right OUTPUT. Each other run must end within 10 seconds: with exit
 * status 0 and the same bytes, or with 1, one line on stderr that begins "h5grad: ", and o as it
 * was. Prints each run that does not, then their number. Exit status: 0 none, 1 some, 99 no test
 * was possible.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT    "o/out.h5"
#define LIMIT     10 /* seconds */
#define REFERENCE "reference.h5"
#define OLD       "what was there before"
#define UNKNOWN   99

extern char **environ;

static const struct {
    const char *name;
    int number;
} errors[] = {
    {"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EINTR", EINTR},     {"EINVAL", EINVAL},
    {"EIO", EIO},       {"EMFILE", EMFILE}, {"ENOLCK", ENOLCK},   {"ENOMEM", ENOMEM},
    {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"ENOTSUP", ENOTSUP},
};

struct state {
    atomic_ullong counted;
    atomic_ullong failed;
};

struct bytes {
    char *data;
    size_t size;
};

struct points {
    const char *preload, *call, *with;
    unsigned long long span, most, shift;
    bool old, overlooks, kills;
    const char *input;
    struct bytes content;            /* of input */
    struct timespec content_time[2]; /* its times, of which OUTPUT has a hash */
    char **program;
    struct state *state;
    struct bytes result; /* of the run without a failure */
};

_Noreturn static void give_up(const char *what)
{
    fprintf(stderr, "fault_points: %s: %s\n", what, strerror(errno));
    exit(UNKNOWN);
}

static bool read_bytes(const char *name, struct bytes *bytes)
{
    FILE *file = fopen(name, "rb");
    *bytes = (struct bytes){NULL, 0};
    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    bytes->size = size > 0 ? (size_t)size : 0;
    bytes->data = calloc(bytes->size + 1, 1);
    if (!bytes->data || fread(bytes->data, 1, bytes->size, file) != bytes->size)
        give_up(name);
    fclose(file);
    return true;
}

static bool holds(const char *name, const void *data, size_t size)
{
    struct bytes bytes;
    bool same = read_bytes(name, &bytes) && bytes.size == size &&
                (size == 0 || memcmp(bytes.data, data, size) == 0);
    free(bytes.data);
    return same;
}

/* Removes all files in o. Counts and names those other than expected, unless that is NULL. */
static unsigned clear_folder(const char *expected, char *names, size_t size)
{
    unsigned strangers = 0;
    DIR *folder = opendir("o");
    if (!folder)
        give_up("o");
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[sizeof entry->d_name + 2];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!expected || strcmp(entry->d_name, expected) != 0) {
            strangers++;
            snprintf(names, size, "%s", entry->d_name);
        }
        snprintf(path, sizeof path, "o/%s", entry->d_name);
        if (unlink(path) != 0)
            give_up(path);
    }
    closedir(folder);
    return strangers;
}

static void begin_folder(const struct points *points)
{
    char name[256];
    clear_folder(NULL, name, sizeof name);
    FILE *file = points->old ? fopen(OUTPUT, "wb") : NULL;
    if (points->old && (!file || fputs(OLD, file) == EOF || fclose(file) != 0))
        give_up(OUTPUT);
}

static void write_bytes(const char *name, const struct bytes *bytes)
{
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file) != 0)
        give_up(name);
}

static void set_number(const char *name, unsigned long long value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", value);
    setenv(name, text, 1);
}

static pid_t start(const struct points *points, unsigned long long at)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    set_number("FAULT_AT", at);
    set_number("FAULT_LAST", points->span ? at + points->span - 1 : UINT64_MAX);
    setenv("LD_PRELOAD", points->preload, 1);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addopen(&actions, 2, "stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    errno = posix_spawn(&pid, points->program[0], &actions, &attributes, points->program, environ);
    if (errno != 0)
        give_up(points->program[0]);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    unsetenv("LD_PRELOAD");
    return pid;
}

/* Returns the program's wait status; sets *late if it had to be killed. Kills its children, too. */
static int finish(pid_t pid, bool *late)
{
    struct timespec limit = {.tv_sec = LIMIT};
    sigset_t child;
    int status;
    pid_t ended;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    *late = false;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
        if (sigtimedwait(&child, NULL, &limit) < 0 && errno == EAGAIN) {
            *late = true;
            kill(-pid, SIGKILL);
            ended = waitpid(pid, &status, 0);
            break;
        }
    }
    if (ended < 0)
        give_up("waitpid");
    kill(-pid, SIGKILL);
    return status;
}

static void read_input(struct points *points)
{
    struct stat info;
    if (!points->input)
        return;
    if (stat(points->input, &info) != 0 || !read_bytes(points->input, &points->content))
        give_up(points->input);
    points->content_time[0] = info.st_atim;
    points->content_time[1] = info.st_mtim;
}

static void write_input(const struct points *points)
{
    if (!points->input)
        return;
    write_bytes(points->input, &points->content);
    if (utimensat(AT_FDCWD, points->input, points->content_time, 0) != 0)
        give_up(points->input);
}

static int run(const struct points *points, unsigned long long at, bool *late)
{
    begin_folder(points);
    write_input(points);
    atomic_store(&points->state->counted, 0);
    atomic_store(&points->state->failed, 0);
    return finish(start(points, at), late);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Returns whether a line is what assert prints in a libhdf5 built with assertions. */
static bool is_assertion(const char *line, const char *end)
{
    const char *word = strstr(line, ": Assertion `");
    return word && word < end;
}

/* Returns whether every line begins as messages of the program do; if single, there is only one. */
static bool are_messages(const struct points *points, const struct bytes *text, bool single)
{
    unsigned lines = 0;
    for (const char *line = text->data; *line;) {
        const char *end = strchr(line, '\n');
        if (!end)
            return false;
        bool printed = points->overlooks && is_assertion(line, end);
        if (begins(line, "h5grad: ") && !printed)
            lines++;
        else if (!points->overlooks)
            return false;
        line = end + 1;
    }
    return !single || lines == 1;
}

/* Returns whether OUTPUT is right. */
static bool is_right(const struct points *points)
{
    if (holds(OUTPUT, points->result.data, points->result.size))
        return true;
    return points->overlooks && system("h5diff -q " OUTPUT " " REFERENCE " >h5diff.txt 2>&1") == 0;
}

/* Returns what is wrong with how a run ended; NULL if nothing is. */
static const char *judge(const struct points *points, int status, bool late,
                         const struct bytes *messages)
{
    if (late)
        return "it hangs";
    if (WIFSIGNALED(status))
        return strsignal(WTERMSIG(status));
    if (WEXITSTATUS(status) == 0) {
        if (!is_right(points))
            return "success with another OUTPUT";
        return are_messages(points, messages, false) ? NULL : "success with strange messages";
    }
    if (WEXITSTATUS(status) == 3 && points->overlooks) {
        if (!is_right(points))
            return "a whole OUTPUT that is another";
        return are_messages(points, messages, true) ? NULL
                                                    : "a whole OUTPUT without one clear line";
    }
    if (WEXITSTATUS(status) != 1)
        return "another exit status";
    if (points->old && !holds(OUTPUT, OLD, strlen(OLD)))
        return "failure with another OUTPUT";
    if (!points->old && access(OUTPUT, F_OK) == 0)
        return "failure with an OUTPUT";
    return are_messages(points, messages, true) ? NULL : "failure without one clear line";
}

/* Likewise for a run that was killed and the one after it. */
static const char *judge_killed(const struct points *points, int status, bool late,
                                struct bytes *messages)
{
    if (late)
        return "it hangs";
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return is_right(points) ? NULL : "success with another OUTPUT";
    bool whole = access(OUTPUT, F_OK) == 0 && is_right(points);
    if (whole && !points->old)
        return NULL;
    if (!whole && points->old && !holds(OUTPUT, OLD, strlen(OLD)))
        return "killed with another OUTPUT";
    if (!whole && !points->old && access(OUTPUT, F_OK) == 0)
        return "killed with an OUTPUT";
    status = finish(start(points, 0), &late);
    free(messages->data);
    if (!read_bytes("stderr", messages))
        give_up("stderr");
    if (status != 0 && !late)
        return "the run after it fails";
    return judge(points, status, late, messages);
}

/* Returns whether a run with a failure at call number at ends as it should. */
static bool try_point(const struct points *points, unsigned long long at)
{
    struct bytes messages;
    char left[256] = "";
    bool late;
    int status = run(points, at, &late);
    if (!read_bytes("stderr", &messages))
        give_up("stderr");
    const char *wrong = points->kills ? judge_killed(points, status, late, &messages)
                                      : judge(points, status, late, &messages);
    if (clear_folder("out.h5", left, sizeof left) > 0 && !wrong)
        wrong = "something is left";
    if (wrong) {
        printf("%s %s, call %llu: %s; status %d%s%s", points->call, points->with, at, wrong, status,
               left[0] ? ", left: " : "", left);
        printf("; stderr: %.*s\n", (int)strcspn(messages.data, "\n"), messages.data);
    }
    free(messages.data);
    return !wrong;
}

/* Sets FAULT_WITH to the number of the error called name. */
static void set_with(const char *name)
{
    setenv("FAULT_WITH", name, 1);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strcmp(name, errors[i].name) == 0)
            set_number("FAULT_WITH", (unsigned long long)errors[i].number);
    }
}

static void map_state(struct points *points)
{
    char folder[4096], name[sizeof folder + 8];
    if (!getcwd(folder, sizeof folder))
        give_up("getcwd");
    snprintf(name, sizeof name, "%s/state", folder);
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || ftruncate(fd, sizeof(struct state)) != 0)
        give_up(name);
    points->state = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (points->state == MAP_FAILED)
        give_up(name);
    close(fd);
    setenv("FAULT_FOLDER", folder, 1);
    setenv("FAULT_STATE", name, 1);
    setenv("FAULT_CALL", points->call, 1);
    set_with(points->with);
    points->kills = strcmp(points->with, "kill") == 0;
}

/* Runs without a failure; returns the number of calls. */
static unsigned long long count_calls(struct points *points)
{
    bool late;
    int status = run(points, 0, &late);
    if (status != 0 || !read_bytes(OUTPUT, &points->result)) {
        fprintf(stderr, "fault_points: the run without a failure fails (%d)\n", status);
        exit(UNKNOWN);
    }
    write_bytes(REFERENCE, &points->result);
    return atomic_load(&points->state->counted);
}

static void read_arguments(struct points *points, int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "+doi:p:c:w:s:m:b:")) != -1;) {
        switch (option) {
        case 'd':
            points->overlooks = true;
            break;
        case 'i':
            points->input = optarg;
            break;
        case 'o':
            points->old = true;
            break;
        case 'p':
            points->preload = optarg;
            break;
        case 'c':
            points->call = optarg;
            break;
        case 'w':
            points->with = optarg;
            break;
        case 's':
            points->span = strtoull(optarg, NULL, 10);
            break;
        case 'm':
            points->most = strtoull(optarg, NULL, 10);
            break;
        case 'b':
            points->shift = strtoull(optarg, NULL, 10);
            break;
        default:
            exit(UNKNOWN);
        }
    }
    points->program = argv + optind;
    if (!points->preload || !points->call || !points->with || optind == argc) {
        fprintf(stderr, "fault_points: usage: see the source\n");
        exit(UNKNOWN);
    }
}

int main(int argc, char **argv)
{
    struct points points = {.span = 1, .most = UINT64_MAX};
    unsigned long long tried = 0, hit = 0, wrong = 0;
    sigset_t child;
    read_arguments(&points, argc, argv);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    map_state(&points);
    read_input(&points);
    unsigned long long calls = count_calls(&points);
    unsigned long long n = calls < points.most ? calls : points.most;
    for (; tried < n; tried++) {
        wrong += !try_point(&points, 1 + (tried * calls / n + points.shift) % calls);
        hit += atomic_load(&points.state->failed) > 0;
    }
    char left[256];
    clear_folder(NULL, left, sizeof left);
    write_input(&points);
    printf("%s %s: %llu calls, %llu points, %llu failed there, %llu findings\n", points.call,
           points.with, calls, tried, hit, wrong);
    free(points.content.data);
    free(points.result.data);
    return wrong > 0;
}
