/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"

char folder[64];
static int back = -1; /* the working folder of before, where folder_enter left it */
static unsigned hidden;

void folder_make(void)
{
    const char *top = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/h5grad-XXXXXX", top && strlen(top) < 40 ? top : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

void folder_enter(void)
{
    folder_make();
    back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(chdir(folder), 0);
}

static int remove_entry(const char *name, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    hidden += name[walk->base] == '.';
    return remove(name);
}

unsigned folder_remove(void)
{
    hidden = 0;
    if (back >= 0) {
        ck_assert_int_eq(fchdir(back), 0);
        close(back);
        back = -1;
    }
    chmod(folder, 0700);
    ck_assert_int_eq(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
    folder[0] = '\0';
    return hidden;
}

unsigned folder_entries(void)
{
    unsigned n = 0;
    DIR *dir = opendir(folder);
    ck_assert_ptr_nonnull(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

const char *in_folder(const char *name)
{
    static _Thread_local char path[8][1024];
    static _Thread_local unsigned turn;
    char *out = path[turn++ % 8];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}
