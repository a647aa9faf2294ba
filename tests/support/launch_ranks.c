/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts a program several times with sockets between the processes, for the plugin ranks_sockets,
 * and exits with the largest of their exit statuses; 128 + N for one that signal N killed; 98 if
 * one has joined the others and ended without its exit handlers, and none was to be killed.
 *
 *   launch_ranks [-k RANK:MS]... [-s SIGNAL] COUNT PROGRAM [ARGUMENT]...
 *
 * -k  sends rank RANK a signal MS milliseconds after the start, -s which (9)
 *
 * "@" in an argument stands for the number of the rank.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 256, MOST_KILLS = 8, FIRST = 600 /* descriptor of a rank */ };

static pid_t launched[MOST];
static int count, rank_end[MOST], zero_end[MOST], told[2];
static volatile sig_atomic_t aborted;

static void die(const char *what)
{
    perror(what);
    exit(99);
}

static void on_abort(int number)
{
    (void)number;
    aborted = 1;
}

static void set(const char *name, long value)
{
    char text[32];
    snprintf(text, sizeof text, "%ld", value);
    if (setenv(name, text, 1) != 0)
        die(name);
}

/* Rank 0's descriptors are moved to adjacent numbers. */
static void take_ends(int rank)
{
    for (int i = 1; i < count; i++) {
        if (rank == 0 && dup2(zero_end[i], FIRST + i - 1) < 0)
            die("dup2");
        if (rank == i && dup2(rank_end[i], FIRST) < 0)
            die("dup2");
        close(zero_end[i]);
        close(rank_end[i]);
    }
    if (dup2(told[1], FIRST - 1) < 0)
        die("dup2");
    close(told[0]);
    close(told[1]);
    set("LAUNCH_FIRST", FIRST);
    set("LAUNCH_PIPE", FIRST - 1);
}

/* Replaces the first "@" of an argument. */
static char *with_rank(char *argument, int rank)
{
    char *at = strchr(argument, '@');
    size_t size = strlen(argument) + 16;
    char *text = malloc(size);
    if (!at || !text)
        return argument;
    snprintf(text, size, "%.*s%d%s", (int)(at - argument), argument, rank, at + 1);
    return text;
}

static void run(int rank, char **command)
{
    take_ends(rank);
    set("LAUNCH_RANK", rank);
    set("LAUNCH_COUNT", count);
    set("LAUNCH_PID", getppid());
    for (char **argument = command; *argument; argument++)
        *argument = with_rank(*argument, rank);
    signal(SIGUSR1, SIG_DFL);
    execvp(command[0], command);
    die(command[0]);
}

static void kill_all(int number)
{
    for (int i = 0; i < count; i++) {
        if (launched[i] > 0)
            kill(launched[i], number);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Waits for all; returns the largest exit status. */
static int wait_for_all(const int (*kills)[2], int n_kills, int number)
{
    const struct timespec nap = {.tv_nsec = 2000000};
    double begun = now();
    int left = count, worst = 0, done = 0;
    while (left > 0) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        for (int i = 0; pid > 0 && i < count; i++) {
            if (launched[i] != pid)
                continue;
            int result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            launched[i] = 0;
            left--;
            worst = result > worst ? result : worst;
        }
        for (int i = 0; i < n_kills; i++) {
            if (!(done >> i & 1) && (now() - begun) * 1000 >= kills[i][1]) {
                done |= 1 << i;
                if (launched[kills[i][0]] > 0)
                    kill(launched[kills[i][0]], number);
            }
        }
        if (aborted)
            kill_all(SIGKILL);
        if (pid <= 0)
            nanosleep(&nap, NULL);
    }
    return worst;
}

/* Whether all who have said that they begin have said that they end. */
static bool have_all_ended(void)
{
    char what;
    int left = 0;
    close(told[1]);
    while (read(told[0], &what, 1) == 1)
        left += what == '+' ? 1 : -1;
    return left == 0;
}

int main(int argc, char **argv)
{
    int kills[MOST_KILLS][2], n_kills = 0, number = SIGKILL, option;

    while ((option = getopt(argc, argv, "+k:s:")) != -1) {
        if (option == 'k' && n_kills < MOST_KILLS &&
            sscanf(optarg, "%d:%d", &kills[n_kills][0], &kills[n_kills][1]) == 2)
            n_kills++;
        else if (option == 's')
            number = atoi(optarg);
        else
            return 99;
    }
    count = optind < argc ? atoi(argv[optind]) : 0;
    if (count < 1 || count > MOST || optind + 1 >= argc)
        return 99;
    signal(SIGUSR1, on_abort);
    for (int i = 1; i < count; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
            die("socketpair");
        zero_end[i] = pair[0];
        rank_end[i] = pair[1];
    }
    if (pipe(told) != 0)
        die("pipe");
    for (int i = 0; i < count; i++) {
        launched[i] = fork();
        if (launched[i] < 0)
            die("fork");
        if (launched[i] == 0)
            run(i, argv + optind + 1);
    }
    for (int i = 1; i < count; i++) {
        close(zero_end[i]);
        close(rank_end[i]);
    }
    int worst = wait_for_all((const int(*)[2])kills, n_kills, number);
    return n_kills > 0 || aborted || have_all_ended() ? worst : 98;
}
