# SPDX-License-Identifier: BSD-3-Clause

# _H5GRAD_WORDS(COMMAND-LINE): sorts the words of what a compiler wrapper prints into
# h5grad_words_cflags, h5grad_words_libs (all of them) and h5grad_words_dirs (-L and -Wl only).
AC_DEFUN([_H5GRAD_WORDS],
[h5grad_words_cflags= h5grad_words_libs= h5grad_words_dirs=
for h5grad_word in $1; do
  AS_CASE([$h5grad_word],
    [*hdf5_hl*], [],
    [-I*], [h5grad_words_cflags="$h5grad_words_cflags $h5grad_word"],
    [-L* | -Wl,*],
      [h5grad_words_libs="$h5grad_words_libs $h5grad_word"
      h5grad_words_dirs="$h5grad_words_dirs $h5grad_word"],
    [-l* | *.a | *.so], [h5grad_words_libs="$h5grad_words_libs $h5grad_word"])
done
])

# H5GRAD_HDF5(VERSION): HDF5_CFLAGS and HDF5_LIBS of an HDF5 of at least VERSION, from the
# environment, else --with-hdf5=DIR, else pkg-config, else the compiler wrapper h5cc; the first that
# compiles and links. One that was built with MPI is taken where no serial one is there: h5grad uses
# nothing of MPI, but needs its header and library then; where nothing else links, those of mpicc
# are added. Sets h5grad_hdf5_version, h5grad_hdf5_kind (serial or parallel) and h5grad_hdf5_origin.
AC_DEFUN([H5GRAD_HDF5],
[AC_ARG_VAR([HDF5_CFLAGS], [compiler flags for HDF5, instead of looking for it])
AC_ARG_VAR([HDF5_LIBS], [linker flags for HDF5, instead of looking for it])
AC_ARG_VAR([H5CC], [HDF5's compiler wrapper])
AC_ARG_WITH([hdf5],
  [AS_HELP_STRING([--with-hdf5=DIR], [HDF5 is installed in DIR (else: pkg-config, then h5cc)])],
  [], [with_hdf5=auto])
AC_PATH_PROGS([H5CC], [h5cc h5pcc])
AC_PATH_PROG([H5GRAD_MPICC], [mpicc])

# Debian's "hdf5" means another one when an MPI build is installed later: where it is hdf5-serial,
# h5grad.pc asks for that.
AS_IF([test "x$HDF5_LIBS" != x], [h5grad_candidates=environment],
  [test "x$with_hdf5" != xauto && test "x$with_hdf5" != xyes], [h5grad_candidates=directory],
  [h5grad_candidates="hdf5 hdf5-serial h5cc hdf5-openmpi hdf5-mpich"
  PKG_CHECK_EXISTS([hdf5 hdf5-serial],
    [AS_IF([test "`$PKG_CONFIG --libs hdf5`" = "`$PKG_CONFIG --libs hdf5-serial`"],
      [h5grad_candidates="hdf5-serial $h5grad_candidates"])])])

AC_MSG_CHECKING([for HDF5 of at least $1])
h5grad_hdf5_origin=
for h5grad_try_kind in serial parallel mpicc; do
  for h5grad_candidate in $h5grad_candidates; do
    h5grad_try_module=
    AS_CASE([$h5grad_candidate],
      [environment],
        [h5grad_try_cflags=$HDF5_CFLAGS
        h5grad_try_libs=$HDF5_LIBS
        h5grad_try_all=$HDF5_LIBS
        h5grad_try_origin="HDF5_LIBS"],
      [directory],
        [h5grad_try_cflags="-I$with_hdf5/include"
        h5grad_try_libs="-L$with_hdf5/lib -lhdf5"
        h5grad_try_all="-L$with_hdf5/lib64 -lhdf5"
        h5grad_try_origin="$with_hdf5"],
      [h5cc],
        [test "x$H5CC" != x || continue
        _H5GRAD_WORDS([`$H5CC -shlib -show 2>/dev/null`])
        h5grad_try_cflags=$h5grad_words_cflags
        h5grad_try_libs="$h5grad_words_dirs -lhdf5"
        h5grad_try_all=$h5grad_words_libs
        h5grad_try_origin="$H5CC"],
      [PKG_CHECK_EXISTS([$h5grad_candidate], [], [continue])
        h5grad_try_cflags=`$PKG_CONFIG --cflags $h5grad_candidate`
        h5grad_try_libs=`$PKG_CONFIG --libs $h5grad_candidate`
        h5grad_try_all=$h5grad_try_libs
        h5grad_try_module=$h5grad_candidate
        h5grad_try_origin="pkg-config $h5grad_candidate"])
    AS_IF([test $h5grad_try_kind = mpicc],
      [test "x$H5GRAD_MPICC" != x || continue
      _H5GRAD_WORDS([`$H5GRAD_MPICC -show 2>/dev/null`])
      h5grad_try_cflags="$h5grad_try_cflags $h5grad_words_cflags"
      h5grad_try_libs="$h5grad_try_libs $h5grad_words_libs"
      h5grad_try_all="$h5grad_try_all $h5grad_words_libs"
      h5grad_try_module=
      h5grad_try_origin="$h5grad_try_origin with $H5GRAD_MPICC"])
    for h5grad_which in libs all; do
      eval "h5grad_try_these=\$h5grad_try_$h5grad_which"
      h5grad_save_CPPFLAGS=$CPPFLAGS
      h5grad_save_LIBS=$LIBS
      CPPFLAGS="$CPPFLAGS $h5grad_try_cflags"
      LIBS="$h5grad_try_these $LIBS"
      AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <hdf5.h>
#if !H5_VERSION_GE(]m4_translit([[$1]], [.], [,])[)
#error "older than $1"
#endif
#define wanted_$h5grad_try_kind
#if defined(wanted_serial) && defined(H5_HAVE_PARALLEL)
#error "built with MPI"
#endif
]], [[return H5open() < 0;]])], [h5grad_hdf5_origin=$h5grad_try_origin])
      LIBS=$h5grad_save_LIBS
      AS_IF([test "x$h5grad_hdf5_origin" != x], [break 3])
      CPPFLAGS=$h5grad_save_CPPFLAGS
    done
  done
done
AS_IF([test "x$h5grad_hdf5_origin" = x],
  [AC_MSG_RESULT([no])
  AC_MSG_ERROR([no HDF5 of at least $1 that compiles and links was found (see config.log).
    Install it (Debian: libhdf5-dev, Fedora: hdf5-devel, conda and Spack: hdf5), load its module,
    or name its folder with --with-hdf5=DIR])])
AS_CASE([$h5grad_try_kind], [serial], [h5grad_hdf5_kind=serial], [h5grad_hdf5_kind=parallel])
AC_MSG_RESULT([$h5grad_hdf5_origin, $h5grad_hdf5_kind])

HDF5_CFLAGS=$h5grad_try_cflags
HDF5_LIBS=$h5grad_try_these
AS_IF([test "x$h5grad_try_module" != x],
  [PC_REQUIRES="$h5grad_try_module $PC_REQUIRES"],
  [PC_LIBS="$HDF5_LIBS $PC_LIBS"])

AC_COMPUTE_INT([h5grad_hdf5_major], [H5_VERS_MAJOR], [[#include <H5public.h>]])
AC_COMPUTE_INT([h5grad_hdf5_minor], [H5_VERS_MINOR], [[#include <H5public.h>]])
AC_COMPUTE_INT([h5grad_hdf5_release], [H5_VERS_RELEASE], [[#include <H5public.h>]])
h5grad_hdf5_version=$h5grad_hdf5_major.$h5grad_hdf5_minor.$h5grad_hdf5_release
h5grad_save_LIBS=$LIBS
LIBS="$HDF5_LIBS $LIBS"
AC_CHECK_FUNCS([H5Dchunk_iter])
LIBS=$h5grad_save_LIBS
CPPFLAGS=$h5grad_save_CPPFLAGS
])
