/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ahead.h"
#include "base/cache.h"
#include "base/element.h"
#include "base/error.h"
#include "base/budget.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/similar.h"
#include "base/size.h"
#include "base/nontemporal.h"
#include "base/utf8.h"
#include "tests/support/suite.h"
#include "tests/support/scratch.h"

#define MESSAGE_SIZE sizeof(((struct h5grad_error *)0)->message)

START_TEST(error_reads_from_outside_in)
{
    struct h5grad_error err;
    ck_assert_int_eq(hg_error_set(&err, H5GRAD_USAGE, "extent %d is too short", 1), H5GRAD_USAGE);
    ck_assert_int_eq(hg_error_context(&err, H5GRAD_USAGE, "axis %u", 0U), H5GRAD_USAGE);
    ck_assert_int_eq(hg_error_context(&err, H5GRAD_USAGE, "%s", "/u"), H5GRAD_USAGE);
    ck_assert_str_eq(err.message, "/u: axis 0: extent 1 is too short");
    ck_assert_int_eq(err.status, H5GRAD_USAGE);
    ck_assert_int_eq(hg_error_set(&err, H5GRAD_FAILED, "other"), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "other");
    ck_assert_int_eq(err.status, H5GRAD_FAILED);
}
END_TEST

START_TEST(error_takes_itself_as_argument)
{
    struct h5grad_error err;
    hg_error_set(&err, H5GRAD_FAILED, "why");
    hg_error_set(&err, H5GRAD_FAILED, "what: %s", err.message);
    hg_error_context(&err, H5GRAD_FAILED, "%s", err.message);
    ck_assert_str_eq(err.message, "what: why: what: why");
}
END_TEST

START_TEST(error_without_receiver)
{
    ck_assert_int_eq(hg_error_set(NULL, H5GRAD_USAGE, "x"), H5GRAD_USAGE);
    ck_assert_int_eq(hg_error_errno(NULL, ENOENT, "x"), H5GRAD_FAILED);
    ck_assert_int_eq(hg_error_memory(NULL, 1), H5GRAD_NO_MEMORY);
    ck_assert_int_eq(hg_error_context(NULL, H5GRAD_CANCELLED, "x"), H5GRAD_CANCELLED);
}
END_TEST

START_TEST(error_gives_the_reason_of_the_system)
{
    struct h5grad_error err;
    char expected[256];
    ck_assert_int_eq(hg_error_errno(&err, ENOENT, "opening %s", "a.h5"), H5GRAD_FAILED);
    (void)snprintf(expected, sizeof(expected), "opening a.h5: %s", strerror(ENOENT));
    ck_assert_str_eq(err.message, expected);
    ck_assert_int_eq(err.status, H5GRAD_FAILED);
    ck_assert_int_eq(hg_error_memory(&err, UINT64_C(1) << 40), H5GRAD_NO_MEMORY);
    ck_assert_ptr_nonnull(strstr(err.message, "1099511627776 bytes"));
}
END_TEST

START_TEST(error_shows_no_control_characters)
{
    static const struct {
        const char *name, *shown;
    } names[] = {
        {"a\nb\033[31m\177", "a\\x0ab\\x1b[31m\\x7f"},
        {"\xce\x94x\xe1\xb6\x9c \xf0\x9f\x98\x80", "\xce\x94x\xe1\xb6\x9c \xf0\x9f\x98\x80"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"}, /* U+009B starts an escape as well */
        {"\xe2\x80\xae|\xef\xbf\xbe", "\\xe2\\x80\\xae|\\xef\\xbf\\xbe"}, /* U+202E, U+FFFE */
        {"\xff|\xc3|\xc0\xaf|\x80", "\\xff|\\xc3|\\xc0\\xaf|\\x80"},      /* not UTF-8 */
        {"\xed\xa0\x80|\xf4\x90\x80\x80",
         "\\xed\\xa0\\x80|\\xf4\\x90\\x80\\x80"}, /* surrogate, beyond Unicode */
        {"\xe0\x9f\xbf|\xf0\x8f\xbf\xbf",
         "\\xe0\\x9f\\xbf|\\xf0\\x8f\\xbf\\xbf"}, /* too long for what they are */
        {"cut short \xe1\xb6", "cut short \\xe1\\xb6"},
        {"\\x1b", "\\x1b"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct h5grad_error err;
        hg_error_set(&err, H5GRAD_FAILED, "%s", names[i].name);
        ck_assert_str_eq(err.message, names[i].shown);
        hg_error_context(&err, H5GRAD_FAILED, "%s", names[i].name);
        ck_assert_int_eq(strncmp(err.message, names[i].shown, strlen(names[i].shown)), 0);
    }
}
END_TEST

/* Every code is decoded as encoded, and no other bytes are accepted. */
START_TEST(utf8_of_all_codes)
{
    unsigned wrong = 0;
    for (uint32_t code = 1; code <= 0x10ffff; code++) {
        char text[5] = {0};
        unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
        uint32_t found;
        text[0] = (char)(lead[more] | code >> 6 * more);
        for (unsigned i = 1; i <= more; i++)
            text[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
        bool surrogate = code >= 0xd800 && code < 0xe000;
        bool right =
            utf8_decode(text, &found) == (surrogate ? 0 : more + 1) && (surrogate || found == code);
        text[more] = more > 0 ? '\0' : text[0];
        right = right && (more == 0 || utf8_decode(text, &found) == 0);
        wrong += !right;
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(utf8_shown_in_any_room)
{
    const char *text = "a\xce\x94\x01\xe2\x82\xac\xff", *all = "a\xce\x94\\x01\xe2\x82\xac\\xff";
    char out[32];
    for (size_t size = 1; size < sizeof out; size++) {
        memset(out, '#', sizeof out);
        ck_assert_uint_eq(utf8_show_all(text, out, size), strlen(all));
        ck_assert_uint_lt(strlen(out), size);
        ck_assert_int_eq(strncmp(out, all, strlen(out)), 0);
        ck_assert(size <= strlen(all) || strcmp(out, all) == 0);
        ck_assert_uint_eq(utf8_show_all(out, NULL, 0), strlen(out)); /* whole characters */
    }
}
END_TEST

/* A text of n copies of a character of three bytes behind shift bytes. */
static void fill_text(char *text, size_t shift, size_t n)
{
    memset(text, 'a', shift);
    for (size_t i = 0; i < n; i++)
        memcpy(text + shift + 3 * i, "\xe2\x82\xac", 3);
    text[shift + 3 * n] = '\0';
}

/* Full but for what a character takes, which are whole. */
static void assert_full(const struct h5grad_error *err)
{
    ck_assert_uint_le(strlen(err->message), MESSAGE_SIZE - 1);
    ck_assert_uint_ge(strlen(err->message), MESSAGE_SIZE - 12);
    ck_assert_ptr_null(strchr(err->message, '?'));
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

START_TEST(error_shortens_long_names)
{
    static char name[40000];
    for (size_t shift = 0; shift < 8; shift++) {
        struct h5grad_error err;
        fill_text(name, shift, 13000);
        strcat(name, "/u");
        hg_error_set(&err, H5GRAD_FAILED, "%s: it is %s", name, "the reason");
        assert_full(&err);
        ck_assert_int_eq(strncmp(err.message, name, 900), 0);
        ck_assert_ptr_nonnull(strstr(err.message, "..."));
        ck_assert(ends_with(err.message, "\xe2\x82\xac/u: it is the reason"));
        hg_error_set(&err, H5GRAD_FAILED, "the reason");
        hg_error_context(&err, H5GRAD_FAILED, "file.h5: %s", name);
        assert_full(&err);
        ck_assert_int_eq(strncmp(err.message, "file.h5: ", 9), 0);
        ck_assert(ends_with(err.message, "/u: the reason"));
        hg_error_errno(&err, ENOENT, "cannot open %s", name);
        assert_full(&err);
        ck_assert(ends_with(err.message, "/u: No such file or directory"));
    }
}
END_TEST

/* The longest names are shortened first, so that a few long ones spare the others. */
START_TEST(error_keeps_short_names)
{
    static char name[40000];
    struct h5grad_error err;
    fill_text(name, 0, 1000);
    hg_error_set(&err, H5GRAD_FAILED, "no %s in %s: see %s", name, "/a/name/of/some/length", name);
    assert_full(&err);
    ck_assert_ptr_nonnull(strstr(err.message, " in /a/name/of/some/length: see \xe2"));
    hg_error_context(&err, H5GRAD_FAILED, "/u");
    assert_full(&err);
    ck_assert_int_eq(strncmp(err.message, "/u: no \xe2", 8), 0);
}
END_TEST

/* Text that is no name is cut at its end. */
START_TEST(error_is_cut_between_characters)
{
    static char text[8192];
    for (size_t shift = 0; shift < 4; shift++) {
        struct h5grad_error err;
        fill_text(text, shift, 2000);
        for (size_t i = shift + 30; i < strlen(text); i += 30)
            memcpy(text + i, "  .", 3);
        hg_error_set(&err, H5GRAD_FAILED, "%s", text);
        assert_full(&err);
        ck_assert_int_eq(strncmp(err.message, text, strlen(err.message)), 0);
    }
}
END_TEST

START_TEST(memory_is_aligned)
{
    static const uint64_t sizes[] = {0, 1, 63, 64, 65, 4097, 1 << 20};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *buffer = hg_memory_aligned(sizes[i]);
        ck_assert_ptr_nonnull(buffer);
        ck_assert_uint_eq((uintptr_t)buffer % 64, 0);
        memset(buffer, 1, sizes[i]);
        free(buffer);
    }
    ck_assert_ptr_null(hg_memory_aligned(UINT64_MAX));
    ck_assert_ptr_null(hg_memory_aligned(UINT64_MAX - 62));
}
END_TEST

START_TEST(memory_is_zeroed)
{
    unsigned char *buffer = hg_memory_zeroed(100, 7);
    ck_assert_ptr_nonnull(buffer);
    for (size_t i = 0; i < 700; i++)
        ck_assert_uint_eq(buffer[i], 0);
    free(buffer);
    buffer = hg_memory_zeroed(0, 8);
    ck_assert_ptr_nonnull(buffer);
    free(buffer);
    ck_assert_ptr_null(hg_memory_zeroed(UINT64_C(1) << 32, UINT64_C(1) << 32));
}
END_TEST

START_TEST(arrays_grow)
{
    size_t *array = NULL;
    for (size_t n = 0; n < 100; n++) {
        array = hg_memory_more(array, n, sizeof *array);
        ck_assert_ptr_nonnull(array);
        array[n] = n;
    }
    for (size_t n = 0; n < 100; n++)
        ck_assert_uint_eq(array[n], n);
    free(array);
    ck_assert_ptr_null(hg_memory_more(NULL, 0, SIZE_MAX / 2));
}
END_TEST

START_TEST(memory_holds_text)
{
    char *text = hg_memory_format("%s-%03d", "abc", 7);
    ck_assert_str_eq(text, "abc-007");
    char *copy = hg_memory_text(text);
    ck_assert_ptr_ne(copy, text);
    ck_assert_str_eq(copy, text);
    ck_assert_ptr_null(hg_memory_text(NULL));
    free(copy);
    free(text);
}
END_TEST

START_TEST(memory_knows_the_machine)
{
    uint64_t physical = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t available = hg_budget_available();
    ck_assert_uint_gt(available, 0);
    ck_assert_uint_le(available, physical);
}
END_TEST

/* What a folder of the kernel's says of one cache; NULL: nothing. */
struct fake_cache {
    const char *level, *size, *list;
};

static void put_fact(unsigned i, const char *name, const char *text)
{
    char entry[64];
    snprintf(entry, sizeof entry, "index%u/%s", i, name);
    FILE *file = text ? fopen(in_folder(entry), "w") : NULL;
    ck_assert(!text || (file && fprintf(file, "%s\n", text) > 0 && fclose(file) == 0));
}

static uint64_t share_of_fake(const struct fake_cache *cache, unsigned n, unsigned level)
{
    char entry[32];
    folder_make();
    for (unsigned i = 0; i < n; i++) {
        snprintf(entry, sizeof entry, "index%u", i);
        ck_assert_int_eq(mkdir(in_folder(entry), 0700), 0);
        put_fact(i, "level", cache[i].level);
        put_fact(i, "size", cache[i].size);
        put_fact(i, "shared_cpu_list", cache[i].list);
    }
    uint64_t share = hg_cache_share(folder, level);
    folder_remove();
    return share;
}

START_TEST(cache_shares)
{
    const uint64_t mib = 1 << 20;
    static const struct fake_cache good[] = {
        {"3", "32768K", "0-1"}, {"1", "48K", "0"}, {"1", "32K", "0"}, {"2", "1024K", "0,8"}};
    ck_assert_uint_eq(share_of_fake(good, 4, 3), 16 * mib);
    ck_assert_uint_eq(share_of_fake(good, 4, 2), mib / 2);
    ck_assert_uint_eq(share_of_fake(good + 1, 3, 3), 0);
    ck_assert_uint_eq(share_of_fake(good, 0, 3), 0);
    ck_assert_uint_eq(hg_cache_share("/nowhere", 3), 0);
    static const struct fake_cache many = {"3", "96M", "0-7,16-23,64-71"};
    ck_assert_uint_eq(share_of_fake(&many, 1, 3), 4 * mib);
    static const struct fake_cache bad[] = {
        {"3", NULL, "0"},
        {"3", "32768K", NULL},
        {"3", "", "0"},
        {"3", "32768K", ""},
        {"3", "-1K", "0"},
        {"3", "0K", "0-3"},
        {"3", "32768K", "7-0"},
        {"3", "32768K", "all"},
        {"3", "32768K", "0-18446744073709551615"},
        {"3", "32768K", "0-18446744073709551614,0-18446744073709551614"},
        {"three", "32768K", "0"},
        {NULL, "32768K", "0"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_uint_eq(share_of_fake(&bad[i], 1, 3), 0);
}
END_TEST

START_TEST(caches_of_the_machine)
{
    struct cache_sizes cache = hg_cache_find();
    ck_assert_uint_eq(cache.l2, hg_cache_l2());
    ck_assert_uint_ge(cache.l2, 256 << 10);
    ck_assert_uint_le(cache.l2, 16 << 20);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which itself needs more address space than is left here */
START_TEST(memory_respects_the_address_space)
{
    struct rlimit before, limit;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)(hg_budget_available() / 2);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    uint64_t available = hg_budget_available();
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
    ck_assert_uint_eq(available, limit.rlim_cur);
}
END_TEST
#endif

START_TEST(parse_whole_numbers)
{
    static const char *const bad[] = {"",    " 1",  "1 ",  "+1", "0x10",
                                      "1e3", "1.0", "--1", "1-", "18446744073709551616"};
    uint64_t u = 7;
    int64_t i = 7;
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        ck_assert_msg(!hg_parse_u64(bad[k], &u), "%s", bad[k]);
        ck_assert_msg(!hg_parse_i64(bad[k], &i), "%s", bad[k]);
    }
    ck_assert(!hg_parse_u64("-1", &u) && !hg_parse_i64("-", &i));
    ck_assert(!hg_parse_i64("9223372036854775808", &i) &&
              !hg_parse_i64("-9223372036854775809", &i));
    ck_assert(u == 7 && i == 7);
    ck_assert(hg_parse_u64("18446744073709551615", &u) && u == UINT64_MAX);
    ck_assert(hg_parse_u64("007", &u) && u == 7);
    ck_assert(hg_parse_i64("9223372036854775807", &i) && i == INT64_MAX);
    ck_assert(hg_parse_i64("-9223372036854775808", &i) && i == INT64_MIN);
    ck_assert(hg_parse_i64("-0", &i) && i == 0);
    ck_assert(hg_parse_i64("-12", &i) && i == -12);
}
END_TEST

static void check_doubles(void)
{
    static const char *const bad[] = {"",    " 1",  "1 ",  "1,5", "1.5.", "0.5x",  "e5",
                                      "--1", "\t1", "1\n", "abc", "1e",   "0,5e1", "."};
    double x = 7;
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
        ck_assert_msg(!hg_parse_double(bad[k], &x), "%s", bad[k]);
    ck_assert(x == 7);
    ck_assert(hg_parse_double("0.5", &x) && x == 0.5);
    ck_assert(hg_parse_double("-.25e1", &x) && x == -2.5);
    ck_assert(hg_parse_double("+3", &x) && x == 3);
    ck_assert(hg_parse_double("0x1p-3", &x) && x == 0.125);
    ck_assert(hg_parse_double("inf", &x) && isinf(x) && x > 0);
    ck_assert(hg_parse_double("-Infinity", &x) && isinf(x) && x < 0);
    ck_assert(hg_parse_double("nan", &x) && isnan(x));
    ck_assert(hg_parse_double("1e999", &x) && isinf(x));
    ck_assert(hg_parse_double("4.9406564584124654e-324", &x) && x == 0x1p-1074);
}

START_TEST(parse_doubles)
{
    check_doubles();
}
END_TEST

START_TEST(parse_in_any_locale)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "da_DK.UTF-8",
                                         "ru_RU.UTF-8", "de_DE",       "fr_FR"};
    char text[32];
    for (size_t k = 0; k < sizeof(commas) / sizeof(commas[0]); k++) {
        if (!setlocale(LC_ALL, commas[k]))
            continue;
        check_doubles();
        hg_parse_print_double(-1.5, text, sizeof(text));
        ck_assert_str_eq(text, "-1.5");
        (void)snprintf(text, sizeof(text), "%.1f", 0.5);
        ck_assert_str_eq(text, "0,5");
    }
}
END_TEST

START_TEST(parse_sizes)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"4096", 4096},
        {"0", 0},
        {"512K", 512 << 10},
        {"512k", 512 << 10},
        {"64M", 64 << 20},
        {"2G", UINT64_C(2) << 30},
        {"1T", UINT64_C(1) << 40},
        {"1kB", 1024},
        {"1KiB", 1024},
        {"1mib", 1 << 20},
        {"1.5G", UINT64_C(3) << 29},
        {"0.1K", 102},
        {"1.999999999999999999999999999999K", 2047},
        {"0.25MB", 1 << 18},
        {"9223372036854775807", INT64_MAX},
    };
    static const char *const bad[] = {"",         "K",
                                      "1.5",      "1.K",
                                      ".5K",      "-1",
                                      "1 K",      "1KK",
                                      "4096B",    "1Ki",
                                      "1KiBB",    "1Kb ",
                                      "1P",       "1E3K",
                                      "1,5K",     "0x1",
                                      "1iB",      "9223372036854775808",
                                      "8388608T", "18014398509481984K"};
    uint64_t bytes;
    for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
        ck_assert_msg(hg_parse_size(good[k].text, &bytes), "%s", good[k].text);
        ck_assert_uint_eq(bytes, good[k].bytes);
    }
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
        ck_assert_msg(!hg_parse_size(bad[k], &bytes), "%s", bad[k]);
}
END_TEST

START_TEST(parse_shapes)
{
    static const char *const bad[] = {"",    "x",    "4x",   "x4",   "4x0",     "0",
                                      "4X4", "4x-1", "4 x4", "4xx4", "1x2x3x4", "4x4 "};
    uint64_t shape[3];
    unsigned rank = 0;
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
        ck_assert_msg(!hg_parse_shape(bad[k], 3, &rank, shape), "%s", bad[k]);
    ck_assert_uint_eq(rank, 0);
    ck_assert(hg_parse_shape("64x8x18446744073709551615", 3, &rank, shape));
    ck_assert(rank == 3 && shape[0] == 64 && shape[1] == 8 && shape[2] == UINT64_MAX);
    ck_assert(hg_parse_shape("5", 3, &rank, shape) && rank == 1 && shape[0] == 5);
}
END_TEST

START_TEST(print_shortest)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.05, "0.05"},
        {0.1 + 0.2, "0.30000000000000004"},
        {3600, "3600"},
        {1, "1"},
        {-0.0, "-0"},
        {1e22, "1e+22"},
        {1.0 / 3, "0.3333333333333333"},
        {0x1p-1074, "5e-324"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
    };
    char text[32];
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        hg_parse_print_double(cases[k].value, text, sizeof(text));
        ck_assert_str_eq(text, cases[k].text);
    }
}
END_TEST

START_TEST(print_reads_back)
{
    uint64_t state = 1;
    for (unsigned k = 0; k < 5000; k++) {
        char text[32];
        double value, back;
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &state, sizeof(value));
        hg_parse_print_double(value, text, sizeof(text));
        ck_assert(hg_parse_double(text, &back));
        ck_assert_msg(back == value || (isnan(back) && isnan(value)), "%s", text);
    }
}
END_TEST

START_TEST(similar_names)
{
    static const struct {
        const char *wanted, *names[3], *nearest;
    } cases[] = {
        {"Tepm", {"Temp", "Term"}, "Temp"},
        {"temp", {"Tamp", "TEMP"}, "TEMP"},
        {"spacng", {"space", "spacing"}, "spacing"},
        {"spcaign", {"spacing"}, "spacing"},
        {"velocity", {"u", "v", "veracity"}, "veracity"},
        {"u", {"v", "w"}, NULL},
        {"ab", {"abc", "cab"}, "abc"},
        {"", {"a", ""}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct similar similar;
        hg_similar_start(&similar, cases[i].wanted, strlen(cases[i].wanted));
        for (size_t k = 0; k < 3 && cases[i].names[k]; k++)
            hg_similar_try(&similar, cases[i].names[k]);
        ck_assert_pstr_eq(similar.nearest, cases[i].nearest);
    }
}
END_TEST

START_TEST(sizes_are_checked)
{
    static const uint64_t large[] = {UINT64_C(1) << 32, UINT64_C(1) << 31, 0};
    uint64_t out;
    ck_assert(!size_mul(UINT64_C(1) << 32, UINT64_C(1) << 32, &out));
    ck_assert(!size_add(UINT64_MAX, 1, &out));
    ck_assert(!size_product(2, large, 1, &out));
    ck_assert(size_product(3, large, 8, &out) && out == 0);
    ck_assert(size_product(1, large, 8, &out) && out == UINT64_C(1) << 35);
    ck_assert_uint_eq(size_ceil_div(7, 3), 3);
    ck_assert_uint_eq(size_ceil_div(UINT64_MAX, 2), UINT64_C(1) << 63);
}
END_TEST

START_TEST(elements_know_themselves)
{
    ck_assert_uint_eq(hg_element_size(ELEMENT_F16), 2);
    ck_assert_uint_eq(hg_element_size(ELEMENT_I64), 8);
    ck_assert_str_eq(hg_element_name(ELEMENT_BF16), "bfloat16");
    ck_assert_str_eq(hg_element_name(ELEMENT_F64), "float64");
    ck_assert_int_eq(hg_element_arithmetic(ELEMENT_U16), ELEMENT_F32);
    ck_assert_int_eq(hg_element_arithmetic(ELEMENT_I32), ELEMENT_F64);
}
END_TEST

static void add_error_tests(TCase *tcase)
{
    ADD_TESTS(tcase, error_reads_from_outside_in, error_takes_itself_as_argument,
              error_without_receiver, error_gives_the_reason_of_the_system,
              error_shows_no_control_characters, error_shortens_long_names, error_keeps_short_names,
              utf8_of_all_codes, utf8_shown_in_any_room, error_is_cut_between_characters);
}

static void add_memory_tests(TCase *tcase)
{
    ADD_TESTS(tcase, memory_is_aligned, memory_is_zeroed, arrays_grow, memory_holds_text,
              memory_knows_the_machine, cache_shares, caches_of_the_machine);
#ifndef __SANITIZE_ADDRESS__
    ADD_TESTS(tcase, memory_respects_the_address_space);
#endif
}

static void add_parse_tests(TCase *tcase)
{
    ADD_TESTS(tcase, parse_whole_numbers, parse_doubles, parse_in_any_locale, parse_sizes,
              parse_shapes, print_shortest, print_reads_back, similar_names, sizes_are_checked,
              elements_know_themselves);
}

/* Copies of every start and length around whole cache lines touch nothing else. */
START_TEST(streamed_copies)
{
    static unsigned char from[400], to[600], want[600];
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (unsigned char)(1 + i % 251);
    for (size_t start = 0; start < 130; start++) {
        for (size_t size = 0; size <= 300; size += 7) {
            memset(to, 0, sizeof to);
            memset(want, 0, sizeof want);
            memcpy(want + start, from + start % 5, size);
            hg_stream_copy(to + start, from + start % 5, size);
            hg_stream_end();
            ck_assert_mem_eq(to, want, sizeof to);
        }
    }
}
END_TEST

/* Returns how many pages of a file are in the page cache. */
static size_t cached_pages(int fd, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), n = size / page;
    unsigned char *in = calloc(n, 1);
    size_t found = 0;
    void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    ck_assert(in && map != MAP_FAILED && mincore(map, size, in) == 0);
    for (size_t i = 0; i < n; i++)
        found += in[i] & 1;
    munmap(map, size);
    free(in);
    return found;
}

/* Bytes that are wanted come into the page cache, and nothing happens at the end of a file. */
START_TEST(bytes_come_ahead)
{
    const size_t size = (size_t)4 << 20, page = (size_t)sysconf(_SC_PAGESIZE);
    struct ahead *ahead = hg_ahead_new();
    char *data = calloc(1, size);
    folder_make();
    int fd = open(in_folder("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert(ahead && data && fd >= 0 && write(fd, data, size) == (ssize_t)size);
    ck_assert(fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
    bool forgets = cached_pages(fd, size) == 0; /* a file system in memory does not */
    hg_ahead_want(ahead, fd, 0, size);
    hg_ahead_want(ahead, fd, size - 1, 1);
    hg_ahead_want(ahead, fd, size, 100);
    for (unsigned i = 0; i < 2000 && cached_pages(fd, size) < size / page; i++)
        usleep(1000);
    if (forgets)
        ck_assert_uint_eq(cached_pages(fd, size), size / page);
    hg_ahead_want(ahead, fd, 0, size);
    hg_ahead_free(ahead);
    close(fd);
    free(data);
    folder_remove();
}
END_TEST

/* Returns the number of threads of this process. */
static unsigned threads(void)
{
    unsigned n = 0;
    DIR *tasks = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(tasks);
    for (struct dirent *entry; (entry = readdir(tasks));)
        n += entry->d_name[0] != '.';
    closedir(tasks);
    return n;
}

/* Nobody reads ahead in a file without a disk, even if its file system cannot tell what is cached.
 */
START_TEST(memory_is_not_read_ahead)
{
    const size_t size = (size_t)4 << 20;
    const unsigned before = threads();
    struct ahead *ahead = hg_ahead_new();
    int fd = memfd_create("ahead", MFD_CLOEXEC);
    ck_assert(ahead && fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    for (size_t offset = 0; offset < size; offset += 4096)
        hg_ahead_want(ahead, fd, offset, 4096);
    ck_assert_uint_eq(threads(), before);
    hg_ahead_free(ahead);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *tcase = add_case(suite, "base", NULL, NULL);
    ADD_TESTS(tcase, streamed_copies, bytes_come_ahead, memory_is_not_read_ahead);
    add_error_tests(tcase);
    add_memory_tests(tcase);
    add_parse_tests(tcase);
    return run_suite(suite);
}
