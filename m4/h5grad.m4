# SPDX-License-Identifier: BSD-3-Clause

# H5GRAD_IEEE_ARITHMETIC: IEEE_CFLAGS, which stand behind CFLAGS wherever something is compiled or
# linked (Makefile.am), and undo what those give up of IEEE's arithmetic: the results are defined to
# the last bit. What they cannot undo is refused. Nobody asks errno about a square root, which keeps
# compilers from making vectors of them.
AC_DEFUN([H5GRAD_IEEE_ARITHMETIC],
[IEEE_CFLAGS=
AC_SUBST([IEEE_CFLAGS])
h5grad_save_CFLAGS=$CFLAGS
h5grad_save_CPPFLAGS=$CPPFLAGS
for h5grad_flag in -ffp-contract=off -fno-fast-math -fno-unsafe-math-optimizations \
  -fno-associative-math -fno-reciprocal-math -fno-finite-math-only -fsigned-zeros \
  -fno-single-precision-constant -fdenormal-fp-math=ieee -mno-daz-ftz -mfpmath=sse -fno-math-errno; do
  CPPFLAGS=
  AC_MSG_CHECKING([whether $CC takes $h5grad_flag])
  CFLAGS="-Werror $h5grad_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
    [AC_MSG_RESULT([yes])
    IEEE_CFLAGS="$IEEE_CFLAGS $h5grad_flag"],
    [AC_MSG_RESULT([no])])
done
AC_MSG_CHECKING([that arithmetic is IEEE's])
CFLAGS=`AS_ECHO([" $h5grad_save_CFLAGS "]) | sed 's/ -Ofast / -O3 /g'`$IEEE_CFLAGS
CPPFLAGS="$h5grad_save_CPPFLAGS -I$srcdir/tests/api"
AC_RUN_IFELSE([AC_LANG_SOURCE([[#include "ieee_arithmetic.c"]])],
  [AC_MSG_RESULT([yes])],
  [dnl What does not hold the program has said.
  AC_MSG_ERROR([with $CC and these CFLAGS and LDFLAGS results would be wrong:
    leave out what trades exactness for speed (on 32-bit x86: add -msse2 -mfpmath=sse)])],
  [AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <float.h>
#if defined __FAST_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__)
#error "fast-math"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "excess precision"
#endif
]])],
    [AC_MSG_RESULT([as far as can be told without running a program])],
    [AC_MSG_ERROR([with $CC and these CFLAGS results would be wrong:
    leave out what trades exactness for speed])])])
CFLAGS=$h5grad_save_CFLAGS
CPPFLAGS=$h5grad_save_CPPFLAGS
])

# H5GRAD_OPENMP: OPENMP_CFLAGS, checked with the header and a link.
AC_DEFUN([H5GRAD_OPENMP],
[AC_OPENMP
AC_CACHE_CHECK([whether OpenMP programs compile and link], [h5grad_cv_openmp],
  [h5grad_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS $OPENMP_CFLAGS"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
#ifndef _OPENMP
#error "no OpenMP"
#endif
#include <omp.h>
int main(void)
{
    int n = 0;
#pragma omp parallel reduction(+ : n)
    n += omp_get_num_threads();
    return n == 0;
}
]])], [h5grad_cv_openmp=yes], [h5grad_cv_openmp=no])
  CFLAGS=$h5grad_save_CFLAGS])
AS_IF([test "x$h5grad_cv_openmp" = xno],
  [AC_MSG_ERROR([$CC cannot build OpenMP programs. gcc brings OpenMP along;
    clang needs its runtime (Debian: libomp-dev, Fedora: libomp-devel, conda: llvm-openmp)])])
])

# H5GRAD_TARGET_CLONES: HAVE_TARGET_CLONES when one function can be compiled for several levels of
# x86-64 and the right one is chosen when the program is loaded. The sanitizers are not set up yet
# at that time, so a program built with them would crash. A compiler that cannot name the levels to
# __builtin_cpu_supports (clang 14) takes the clones but chooses wrongly among them.
AC_DEFUN([H5GRAD_TARGET_CLONES],
[AC_LANG_CONFTEST([AC_LANG_SOURCE([[
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#error "sanitizer"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#error "sanitizer"
#endif
#endif
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
static void scale(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= 2;
}
int main(void)
{
    float x[64];
    for (int i = 0; i < 64; i++)
        x[i] = 1;
    scale(x, 64);
    return x[63] != 2 || __builtin_cpu_supports("x86-64-v3") < 0;
}
]])])
AC_CACHE_CHECK([for kernels cloned for x86-64-v3 and v4], [h5grad_cv_target_clones],
  [AC_RUN_IFELSE([], [h5grad_cv_target_clones=yes], [h5grad_cv_target_clones=no],
    [AC_LINK_IFELSE([], [h5grad_cv_target_clones=yes], [h5grad_cv_target_clones=no])])])
rm -f conftest.$ac_ext
AS_IF([test "x$h5grad_cv_target_clones" = xyes],
  [AC_DEFINE([HAVE_TARGET_CLONES], [1],
    [Functions can be cloned for x86-64-v3 and x86-64-v4.])
  h5grad_kernels="for x86-64-v4, x86-64-v3 and baseline, chosen at run time"],
  [h5grad_kernels="for the processor that CFLAGS name"])
])

# H5GRAD_ONE_OBJECT: OBJCOPY, and RELOCATE_FLAGS with which the compiler links objects to one, for
# scripts/link-library. That has to be code of the machine, also where -flto leaves it to later, and
# to have no groups, which the linker would merge with a user's by the names of symbols.
AC_DEFUN([H5GRAD_ONE_OBJECT],
[AC_CHECK_TOOL([OBJCOPY], [objcopy])
AC_SUBST([RELOCATE_FLAGS])
AS_IF([test "x$enable_static" = xyes],
  [AC_MSG_CHECKING([how to make one object of several])
  RELOCATE_FLAGS='-r -nostdlib'
  for h5grad_flag in $LDFLAGS; do
    AS_CASE([$h5grad_flag], [-fuse-ld=*], [RELOCATE_FLAGS="$RELOCATE_FLAGS $h5grad_flag"])
  done
  AC_LANG_CONFTEST([AC_LANG_SOURCE([[
__attribute__((visibility("hidden"))) int hidden(void)
{
    return 1;
}
int shown(void);
int shown(void)
{
    return hidden();
}
]])])
  h5grad_made=no
  AS_IF([(eval "$ac_compile") >&AS_MESSAGE_LOG_FD 2>&1],
    [for h5grad_flag in -flinker-output=nolto-rel -Wl,--force-group-allocation ''; do
      AS_IF([$CC $CFLAGS $RELOCATE_FLAGS $h5grad_flag -o conftest2.$ac_objext \
          conftest.$ac_objext >&AS_MESSAGE_LOG_FD 2>&1 &&
        $OBJCOPY --localize-hidden conftest2.$ac_objext >&AS_MESSAGE_LOG_FD 2>&1 &&
        test "x`$NM -g conftest2.$ac_objext | sed -n '/ hidden$/p'`" = x],
        [RELOCATE_FLAGS="$RELOCATE_FLAGS $h5grad_flag"
        h5grad_made=yes])
    done])
  rm -f conftest.$ac_ext conftest.$ac_objext conftest2.$ac_objext
  AS_IF([test "x$h5grad_made" = xno],
    [AC_MSG_RESULT([none found])
    AC_MSG_ERROR([libh5grad.a cannot be made of one object with $CC and '$OBJCOPY':
    install objcopy (binutils), or leave libh5grad.a out with --disable-static])])
  AC_MSG_RESULT([$CC $RELOCATE_FLAGS])])
])

# H5GRAD_RUNPATH: RUNPATH_FLAGS, for libtool, with which an installed program finds the shared library,
# and PC_RUNPATH for h5grad.pc. Empty where the loader looks anyway, and where distributions want
# none. /usr/local/lib is not of these: on Debian it is only known when ldconfig has been there, and
# elsewhere not even then.
AC_DEFUN([H5GRAD_RUNPATH],
[AC_SUBST([RUNPATH_FLAGS])
AC_SUBST([PC_RUNPATH])
h5grad_libdir=`test "x$prefix" != xNONE || prefix=$ac_default_prefix
  test "x$exec_prefix" != xNONE || exec_prefix=$prefix
  eval h5grad_libdir=$libdir
  eval h5grad_libdir=$h5grad_libdir
  AS_ECHO([$h5grad_libdir])`
AS_CASE([$enable_shared:$h5grad_libdir],
  [no:*], [],
  [*:/lib/*/* | *:/usr/lib/*/*], [h5grad_runpath=yes],
  [*:/lib | *:/lib32 | *:/lib64 | *:/usr/lib | *:/usr/lib32 | *:/usr/lib64], [],
  [*:/lib/*-linux-* | *:/usr/lib/*-linux-*], [],
  [h5grad_runpath=yes])
AS_IF([test "x$h5grad_runpath" = xyes],
  [RUNPATH_FLAGS='-R $(libdir)'
  PC_RUNPATH='-Wl,-rpath,${libdir} '])
])

# H5GRAD_LIBRARY(VARIABLE, NAME, MODULE, HEADER, FUNCTION, LIBS): an optional library, --without-NAME.
# Found by pkg-config, else by header and LIBS. Sets have_NAME, HAVE_VARIABLE in config.h, and adds
# to CODEC_CFLAGS, CODEC_LIBS and to what h5grad.pc needs.
AC_DEFUN([H5GRAD_LIBRARY],
[AC_ARG_WITH([$2], [AS_HELP_STRING([--without-$2], [do without $2])], [], [with_$2=auto])
AC_SUBST([CODEC_CFLAGS])
AC_SUBST([CODEC_LIBS])
AC_SUBST([PC_REQUIRES])
AC_SUBST([PC_LIBS])
have_$2=no
AS_IF([test "x$with_$2" != xno],
  [PKG_CHECK_MODULES([$1], [$3], [h5grad_module=$3],
    [h5grad_module=
    AS_IF([test "x$$1[]_LIBS" = x], [$1[]_LIBS="$6"])])
  AC_MSG_CHECKING([for $5 in $4 and $$1[]_LIBS])
  h5grad_save_CPPFLAGS=$CPPFLAGS
  h5grad_save_LIBS=$LIBS
  CPPFLAGS="$CPPFLAGS $$1[]_CFLAGS"
  LIBS="$$1[]_LIBS $LIBS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <$4>]], [[return (void *)$5 == (void *)0;]])],
    [have_$2=yes])
  CPPFLAGS=$h5grad_save_CPPFLAGS
  LIBS=$h5grad_save_LIBS
  AC_MSG_RESULT([$have_$2])
  AS_IF([test "x$with_$2" = xyes && test "x$have_$2" = xno],
    [AC_MSG_ERROR([--with-$2 was given, but $2 was not found])])])
AS_IF([test "x$have_$2" = xyes],
  [AC_DEFINE([HAVE_$1], [1], [$2 is there.])
  CODEC_CFLAGS="$CODEC_CFLAGS $$1[]_CFLAGS"
  CODEC_LIBS="$CODEC_LIBS $$1[]_LIBS"
  AS_IF([test "x$h5grad_module" = x],
    [PC_LIBS="$PC_LIBS $$1[]_LIBS"],
    [PC_REQUIRES="$PC_REQUIRES $h5grad_module"])
  m4_case([$2], [libdeflate], [h5grad_deflate=" $2"], [zlib], [h5grad_deflate=" $2"],
    [libaec], [h5grad_codecs="$h5grad_codecs szip"], [h5grad_codecs="$h5grad_codecs $2"])],
  [$1[]_LIBS=
  m4_case([$2], [libdeflate], [:], [zlib], [:], [h5grad_without="$h5grad_without $2"])])
])

# H5GRAD_LATE: whether the program loads the shared library when it needs it, LATE_CPPFLAGS and
# LATE_LDFLAGS if so, and ABSENT_LIBRARIES, which libhdf5 wants for its driver of files in S3 only and
# which the program does without. Not those of which something is bound when libhdf5 is loaded.
# h5grad_late=no on configure's command line: it is linked.
AC_DEFUN([H5GRAD_LATE],
[AC_SUBST([LATE_CPPFLAGS])
AC_SUBST([LATE_LDFLAGS])
AC_SUBST([ABSENT_LIBRARIES])
AS_CASE([$enable_shared:$host_os:$h5grad_late], [yes:*linux*:], [h5grad_late=yes])
AS_IF([test "x$h5grad_late" = xyes],
  [LATE_CPPFLAGS='-DLIBRARY_NAME="\"libh5grad.so.$(LIBRARY_MAJOR)\"" -DH5GRAD_API= -fvisibility=hidden'
  LATE_LDFLAGS='-Wl,--as-needed'
  AC_MSG_CHECKING([which libraries below HDF5 can stay unloaded])
  h5grad_save_LIBS=$LIBS
  LIBS="$HDF5_LIBS $LIBS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[int H5open(void);]], [[return H5open() < 0;]])],
    [h5grad_hdf5_file=`ldd conftest$ac_exeext 2>/dev/null | sed -n 's/.*libhdf5.* => \(.*\) (.*/\1/p'`
    test "x$h5grad_hdf5_file" = x ||
      $OBJDUMP -p "$h5grad_hdf5_file" >conftest.dump 2>/dev/null || : >conftest.dump
    grep -E '^ *(BIND_NOW|FLAGS)' conftest.dump >/dev/null 2>&1 ||
      ABSENT_LIBRARIES=`sed -n 's/^ *NEEDED  *\(lib\(curl\|crypto\|ssl\)[[.-]].*\)/\1/p' conftest.dump 2>/dev/null | tr '\n' ' '`
    rm -f conftest.dump])
  LIBS=$h5grad_save_LIBS
  for h5grad_name in $ABSENT_LIBRARIES; do
    ABSENT_LIST="$ABSENT_LIST\"$h5grad_name\", "
  done
  AC_MSG_RESULT([${ABSENT_LIBRARIES:-none}])])
AC_DEFINE_UNQUOTED([ABSENT_LIBRARIES], [$ABSENT_LIST],
  [Libraries below HDF5 that the program does without.])
])
