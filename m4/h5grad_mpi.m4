# SPDX-License-Identifier: BSD-3-Clause

# H5GRAD_MPI: --with-mpi[=MPICC[,MPICC]]: for each compiler of an MPI library its plugin
# ranks-openmpi.so, ranks-mpich.so or ranks-mpi.so, in MPI_PLUGINS, compiled by MPICC_OPENMPI,
# MPICC_MPICH or MPICC_MPI; and for the first of them libh5grad_mpi.a, compiled by MPICC. Nothing else
# of h5grad sees MPI. An MPI whose headers say MPICH_VERSION has MPICH's binary interface, as those of
# Intel and Cray have.
AC_DEFUN([H5GRAD_MPI],
[AC_ARG_WITH([mpi],
  [AS_HELP_STRING([--with-mpi@<:@=MPICC@<:@,MPICC@:>@@:>@],
    [build plugins for --mpi with these compilers (default: no; yes: mpicc)])],
  [], [with_mpi=no])
AC_SUBST([MPICC])
AC_SUBST([MPICC_OPENMPI])
AC_SUBST([MPICC_MPICH])
AC_SUBST([MPICC_MPI])
AC_SUBST([MPI_PLUGINS])
MPICC= MPICC_OPENMPI= MPICC_MPICH= MPICC_MPI= MPI_PLUGINS=
AS_CASE([$with_mpi], [no], [h5grad_mpiccs=], [yes], [h5grad_mpiccs=mpicc],
  [h5grad_mpiccs=`AS_ECHO(["$with_mpi"]) | tr ',' ' '`])
h5grad_save_CC=$CC
for h5grad_mpicc in $h5grad_mpiccs; do
  AC_MSG_CHECKING([for MPI with $h5grad_mpicc])
  CC=$h5grad_mpicc
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>]], [[return MPI_Finalize();]])], [],
    [AC_MSG_RESULT([no])
    AC_MSG_ERROR([$h5grad_mpicc does not compile and link MPI programs (see config.log); install an MPI
    (Debian: libopenmpi-dev or libmpich-dev), or name its compiler with --with-mpi=MPICC])])
  h5grad_mpi_kind=mpi
  for h5grad_macro in OPEN_MPI MPICH_VERSION; do
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <mpi.h>
#ifndef $h5grad_macro
#error "another MPI"
#endif
]])], [AS_CASE([$h5grad_macro], [OPEN_MPI], [h5grad_mpi_kind=openmpi], [h5grad_mpi_kind=mpich])])
  done
  AC_MSG_RESULT([$h5grad_mpi_kind])
  AS_CASE([$h5grad_mpi_kind], [openmpi], [MPICC_OPENMPI=$h5grad_mpicc],
    [mpich], [MPICC_MPICH=$h5grad_mpicc], [MPICC_MPI=$h5grad_mpicc])
  MPI_PLUGINS="$MPI_PLUGINS ranks-$h5grad_mpi_kind.so"
  AS_IF([test "x$MPICC" = x], [MPICC=$h5grad_mpicc])
done
CC=$h5grad_save_CC
AM_CONDITIONAL([HAVE_MPI], [test "x$MPICC" != x])
])
