/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5grad.h"

#include <pthread.h>
#include <stdio.h>

#include "codec/codec.h"

#ifdef H5_HAVE_PARALLEL
    #define BUILD_OF_HDF5 ", built with MPI"
#else
    #define BUILD_OF_HDF5 ""
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char text[512];

/* The version of libhdf5 is that of the library in use, which may differ from that of its headers.
 */
static void make_text(void)
{
    unsigned major = 0, minor = 0, release = 0;
    struct h5_guard guard;
    hg_enter(&guard);
    H5get_libversion(&major, &minor, &release);
    hg_leave(&guard);
    snprintf(text, sizeof text, "h5grad %s\nHDF5 %u.%u.%u" BUILD_OF_HDF5 "\nOpenMP %d\n",
             H5GRAD_VERSION, major, minor, release, _OPENMP);
    hg_codec_print_versions(text, sizeof text);
}

const char *h5grad_version(void)
{
    pthread_once(&once, make_text);
    return text;
}
