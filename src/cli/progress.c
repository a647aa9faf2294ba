/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include "base/clock.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds: a bar appears soon; lines are printed in a log only for runs that take a while. */
static const double progress_bar_delay = 0.5;
static const double progress_line_delay = 3;
static const double progress_redraw = 0.1;

/* Seconds: a rate is that of the last one or two spans of this length, so that the time left
 * follows fields that are faster or slower than those before. */
static const double progress_span = 15;

enum { PROGRESS_BAR = 24, PROGRESS_LINE = 512 };

void progress_init(struct progress *progress, FILE *out, enum progress_when when)
{
    const char *term = getenv("TERM");

    *progress = (struct progress){.out = out, .never = when == PROGRESS_NEVER};
    progress->terminal =
        isatty(fileno(out)) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
    if (when == PROGRESS_AUTO)
        progress->delay = progress->terminal ? progress_bar_delay : progress_line_delay;
}

/* "1.2 GB/s, 0:12 left", or nothing while there is no rate yet. The rate is that of bytes; the time
 * goes by the work, of which a compressed field has more for each byte. */
static void progress_print_rate(const struct progress *progress, const struct h5grad_progress *now,
                                double time, char *out, size_t size)
{
    const struct progress_mark *since = &progress->mark[0];
    double seconds = time - since->time;
    char rate[TEXT_NUMBER];
    char left[TEXT_NUMBER];

    out[0] = '\0';
    if (seconds <= 0 || now->bytes_done <= since->bytes || now->work_done <= since->work)
        return;
    uint64_t to_do = now->work_done < now->work_total ? now->work_total - now->work_done : 0;
    double bytes_per_second = (double)(now->bytes_done - since->bytes) / seconds;
    double work_per_second = (double)(now->work_done - since->work) / seconds;
    snprintf(out, size, "%s, %s left", text_rate(bytes_per_second, rate),
             text_duration((double)to_do / work_per_second, left));
}

/* Appends the end of name, as much of it as fits into columns, or nothing where too little fits. */
static void progress_append_name(char *line, const char *name, size_t columns)
{
    char piece[UTF8_PIECE];
    size_t total = text_put(NULL, name);
    size_t used = strlen(line);

    if (columns < 8 && total > columns)
        return;
    if (total > columns) {
        used += (size_t)snprintf(line + used, PROGRESS_LINE - used, "...");
        for (columns -= 3; total > columns;)
            total -= text_next(&name, piece);
    }
    while (*name != '\0' && used + UTF8_PIECE < PROGRESS_LINE) {
        text_next(&name, piece);
        used += (size_t)snprintf(line + used, PROGRESS_LINE - used, "%s", piece);
    }
}

static void progress_draw(struct progress *progress, const struct h5grad_progress *now,
                          unsigned percent, const char *rate)
{
    static const char full[PROGRESS_BAR + 1] = "========================";
    /* Some terminals wrap as soon as the last column is filled. */
    size_t columns = text_columns(progress->out) - 1;
    char line[PROGRESS_LINE];
    int filled = (int)(percent * PROGRESS_BAR / 100);

    int used = snprintf(line, sizeof(line), "%3u %% [%.*s%*s] %s", percent, filled, full,
                        PROGRESS_BAR - filled, "", rate);
    if ((size_t)used > columns)
        used = snprintf(line, sizeof(line), "%3u %% %s", percent, rate);
    if ((size_t)used > columns)
        used = snprintf(line, sizeof(line), "%3u %%", percent);
    if ((size_t)used + 2 < columns && now->field != NULL) {
        snprintf(line + used, sizeof(line) - (size_t)used, "  ");
        progress_append_name(line, now->field, columns - (size_t)used - 2);
    }
    /* One write clears the line and draws it, against flicker. */
    fprintf(progress->out, "\r\033[K%s", line);
    fflush(progress->out);
    progress->visible = true;
}

static void progress_print_line(const struct progress *progress, const struct h5grad_progress *now,
                                unsigned percent, const char *rate)
{
    fprintf(progress->out, "h5grad: %u %% done", percent);
    if (percent < 100 && *rate != '\0')
        fprintf(progress->out, ", %s", rate);
    if (percent < 100 && now->field != NULL)
        text_print(progress->out, ", at %s", now->field);
    fputc('\n', progress->out);
}

/* Moves the marks on once a span of time has passed since the second. */
static void progress_set_marks(struct progress *progress, double time,
                               const struct h5grad_progress *now)
{
    const struct progress_mark here = {time, now->bytes_done, now->work_done};

    if (progress->started == 0) {
        progress->started = time;
        progress->mark[0] = progress->mark[1] = here;
    } else if (time - progress->mark[1].time >= progress_span) {
        progress->mark[0] = progress->mark[1];
        progress->mark[1] = here;
    }
}

void progress_update(struct progress *progress, const struct h5grad_progress *now)
{
    double time = clock_seconds();
    char rate[3 * TEXT_NUMBER];

    if (progress->never || now->work_total == 0)
        return;
    progress_set_marks(progress, time, now);
    if (time - progress->started < progress->delay)
        return;
    double part = (double)now->work_done / (double)now->work_total;
    unsigned percent = part < 1 ? (unsigned)(100 * part) : 100;
    progress_print_rate(progress, now, time, rate, sizeof(rate));
    if (progress->terminal) {
        if (time - progress->drawn < progress_redraw)
            return;
        progress->drawn = time;
        progress_draw(progress, now, percent, rate);
    } else if (percent / 10 > progress->tenth) {
        progress->tenth = percent / 10;
        progress_print_line(progress, now, progress->tenth * 10, rate);
    }
}

void progress_hide(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\033[K", progress->out);
    fflush(progress->out);
    progress->visible = false;
}
