# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What quickstart and run-tests share: get what the build needs, configure, make. Sourced with the
# root of the clone as working directory.

# dpkg, called by apt-get, needs what root's PATH has.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

build=build
packages=(gcc libc6-dev make autoconf automake libtool pkg-config hdf5-tools libdeflate-dev
    libzstd-dev liblz4-dev libblosc-dev libaec-dev check python3)
hdf5_package=libhdf5-dev # where there is no HDF5 yet

step()
{
    printf '== %s\n' "$*"
}

die()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have()
{
    command -v "$1" >/dev/null 2>&1
}

have_module()
{
    have pkg-config && pkg-config --exists "$1"
}

have_hdf5()
{
    have_module hdf5 || have_module hdf5-serial || have h5cc || have h5pcc
}

# Prints what is missing to build, and with an argument to run all tests, a word each.
missing()
{
    have gcc || have cc || have clang || echo compiler
    have make || echo make
    have pkg-config || echo pkg-config
    if [ ! -e configure ]; then
        have autoreconf || echo autoconf
        have automake || echo automake
        have libtoolize || echo libtool
    fi
    have_hdf5 || echo HDF5
    have_module libdeflate || have_module zlib || echo libdeflate
    have h5ls || echo hdf5-tools
    [ $# -eq 0 ] || have_module check || echo check
}

advise()
{
    cat >&2 <<'ADVICE'
Install them and run this script again:
  Fedora   dnf install gcc make autoconf automake libtool pkgconf-pkg-config hdf5-devel hdf5 \
               libdeflate-devel libzstd-devel lz4-devel blosc-devel libaec-devel check-devel
           (RHEL and its kin: enable the CRB and EPEL repositories first)
  conda    conda create -n h5grad -c conda-forge gcc make autoconf automake libtool pkg-config \
               hdf5 libdeflate zstd lz4-c blosc libaec check && conda activate h5grad
  Spack    spack install hdf5 libdeflate zstd lz4 c-blosc check autoconf automake libtool pkgconf
           and spack load the same names
  modules  module load gcc hdf5, and what else "module avail" offers of the list above;
           configure finds HDF5 through pkg-config or h5cc
ADVICE
    exit 1
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Makes sure that nothing is missing. Touches the system only when something is.
require()
{
    local lacking
    lacking=$(missing "$@" | tr '\n' ' ')
    [ -n "$lacking" ] || return 0
    step "missing: $lacking"
    have apt-get || advise
    have_hdf5 || packages+=("$hdf5_package")
    if [ "$(id -u)" != 0 ] && ! have sudo; then
        die "root is needed once, for: apt-get install ${packages[*]}"
    fi
    mkdir -p "$build"
    step "apt-get update"
    logged apt.log as_root apt-get -q update
    step "apt-get install ${packages[*]}"
    logged apt.log as_root apt-get -q install -y --no-install-recommends "${packages[@]}"
    lacking=$(missing "$@" | tr '\n' ' ')
    [ -z "$lacking" ] || die "still missing: $lacking"
}

# logged LOG COMMAND...: the output goes to build/LOG; its end is shown when the command fails.
logged()
{
    local log=$build/$1
    shift
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        die "$* failed; all of its output is in $log"
    }
}

# Copies standard input to build/LOG; on a terminal shows how many lines that is, from time to time.
counted()
{
    if [ -t 1 ]; then
        awk -v log_file="$build/$1" '{ print > log_file }
            NR % 10 == 0 { printf "\r   %d", NR }
            END { printf "\r          \r" }'
    else
        cat >"$build/$1"
    fi
}

processors()
{
    nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

# Configures and makes in build/, only what is not done yet.
build()
{
    local here
    here=$(pwd -P)
    if [ -e "$build/config.status" ] && ! grep -qxF "ac_pwd='$here/$build'" "$build/config.status"
    then
        step "$build/ was made for another folder: starting afresh"
        rm -rf "$build"
    fi
    mkdir -p "$build"
    if [ ! -e configure ]; then
        step "autoreconf"
        logged autoreconf.log autoreconf -fi
    fi
    if [ ! -e "$build/config.status" ]; then
        step "configure"
        logged configure.log sh -c "cd $build && ../configure"
        sed -n '/^configure: *$/,$p' "$build/configure.log" | tail -n +2
    elif [ $# -gt 0 ] && grep -q '^S\["HAVE_CHECK_TRUE"\]="#"' "$build/config.status"; then
        step "configure again: Check is there now"
        logged configure.log sh -c "cd $build && ./config.status --recheck && ./config.status"
    fi
    step "make"
    make -C "$build" -j "$(processors)" 2>&1 | counted make.log || {
        tail -n 40 "$build/make.log" >&2
        die "make failed; all of its output is in $build/make.log"
    }
}
