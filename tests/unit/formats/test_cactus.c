/* SPDX-License-Identifier: BSD-3-Clause */
/* Cactus. */
#include "tests/unit/formats/convention_file.h"

static void make_block(const char *name, double level)
{
    make(name, 4, 5, 6);
    NUMBERS(name, "origin", -1, -2, -3);
    NUMBERS(name, "delta", 0.1, 0.2, 0.4);
    NUMBERS(name, "iorigin", 0, 0, 0);
    set_number(name, "level", level);
}

START_TEST(cactus_axes_are_reversed)
{
    make_block("ADM::gxx it=0 tl=0 rl=0 c=0", 0);
    make_block("ADM::gxx it=8 tl=0 rl=0 c=0", 0);
    make_block("ADM::gyy it=0 tl=0", 0);
    expect_whole("/ADM::gxx it=0 tl=0 rl=0 c=0");
    expect_exact_step(0, 0.4, -3, "z", NULL, "Cactus");
    expect_exact_step(1, 0.2, -2, "y", NULL, "Cactus");
    expect_exact_step(2, 0.1, -1, "x", NULL, "Cactus");
    expect_whole("/ADM::gyy it=0 tl=0");
    expect_exact_step(0, 0.4, -3, "z", NULL, "Cactus");
}
END_TEST

START_TEST(cactus_blocks_are_refused)
{
    make_block("A::a it=0 tl=0 rl=0 c=0", 0);
    make_block("A::a it=0 tl=0 rl=0 c=1", 0);
    make_block("A::b it=0 tl=0 rl=0", 0);
    make_block("A::b it=0 tl=0 rl=1 c=0", 1);
    make_block("A::c it=0 tl=0 m=0 rl=0", 0);
    make_block("A::c it=0 tl=0 m=1 rl=0", 0);
    make_block("A::d it=0 tl=0", 2);
    make_block("A::e it=0 tl=0 rl=0 c=0", 0);
    expect_refused("/A::a it=0 tl=0 rl=0 c=0", "Cactus");
    expect_exact_step(0, 0.4, -3, "z", NULL, "Cactus");
    expect_refused("/A::a it=0 tl=0 rl=0 c=1", "Cactus");
    expect_refused("/A::b it=0 tl=0 rl=0", "Cactus");
    expect_refused("/A::b it=0 tl=0 rl=1 c=0", "Cactus");
    expect_refused("/A::c it=0 tl=0 m=0 rl=0", "Cactus");
    expect_refused("/A::c it=0 tl=0 m=1 rl=0", "Cactus");
    expect_refused("/A::d it=0 tl=0", "Cactus");
    expect_whole("/A::e it=0 tl=0 rl=0 c=0");
    make_block("A::f it=0 tl=0 rl=0 c=3", 0);
    expect_refused("/A::f it=0 tl=0 rl=0 c=3", "Cactus");
    make_group("Parameters and Global Attributes");
    set_number("Parameters and Global Attributes", "nioprocs", 4);
    expect_refused("/A::e it=0 tl=0 rl=0 c=0", "Cactus");
}
END_TEST

START_TEST(cactus_hostile)
{
    make_block("A::a rl=999999999999999999999999999 c=", 0);
    make_block("A::b rl=-1 c=0x m=", NAN);
    expect_whole("/A::a rl=999999999999999999999999999 c=");
    expect_whole("/A::b rl=-1 c=0x m=");
    make("A::c", 4, 5);
    NUMBERS("A::c", "origin", -1, -2, -3);
    NUMBERS("A::c", "delta", 0.1, 0.2, 0.4);
    set_text("A::c", "iorigin", "");
    read_coords("/A::c");
    expect_unusable(0, "axis 0: Cactus: origin and delta are not 2 numbers each");
    expect_unusable(1, "axis 1: Cactus: ");
    make("A::d", 4);
    NUMBERS("A::d", "origin", INFINITY);
    NUMBERS("A::d", "delta", INFINITY);
    set_text("A::d", "iorigin", "");
    read_coords("/A::d");
    expect_unusable(0, "axis 0: Cactus: the step is inf");
    make("mere", 4);
    set_number("mere", "delta", 3);
    read_coords("/mere");
    expect_nothing(0, NULL);
}
END_TEST

void add_cactus(Suite *suite)
{
    TCase *tcase = add_case(suite, "Cactus", setup, teardown);
    ADD_TESTS(tcase, cactus_axes_are_reversed, cactus_blocks_are_refused, cactus_hostile);
}
