#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The recipes in packaging/: all have the version of the build and are valid, as far as can be checked
# without Spack, conda and Debian's tools.
set -u
export LC_ALL=C
sources=$(cd "$(dirname "$0")/../.." && pwd) || exit 99
cd "$sources" || exit 99
version=$(sed -n 's/^AC_INIT(\[h5grad\], \[\(.*\)\])$/\1/p' configure.ac)
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $*"
}

# says FILE REGEX: the one line of the file that the regular expression describes.
says() {
    [ "$(grep -Ecx -- "$2" "$1")" -eq 1 ] || fail "$1 has not one line like $2"
}

quoted=${version//./\\.}
[ -n "$version" ] || fail "no version in configure.ac"
says packaging/debian/changelog "h5grad \\($quoted-[0-9]+\\) .*"
says packaging/spack/package.py " *version\\(\"$quoted\"\\)"
says packaging/spack/package.py " *url = .*/h5grad-$quoted\\.tar\\.gz.*"
says packaging/conda-mpi/meta.yaml "\\{% set version = \"$quoted\" %\\}"
says packaging/conda/meta.yaml "\\{% set version = \"$quoted\" %\\}"
says packaging/conda-python/meta.yaml "\\{% set version = \"$quoted\" %\\}"
says packaging/README.md ".*h5grad-$quoted\\.tar\\.gz.*"

# The library's package has the number of its soname.
soname=$(sed -n 's/.*-version-info \([0-9]*\):[0-9]*:0 .*/\1/p' Makefile.am)
[ -n "$soname" ] || fail "no version-info of age 0 in Makefile.am"
says packaging/debian/control "Package: libh5grad$soname"
says "packaging/debian/libh5grad$soname.symbols" "libh5grad\\.so\\.$soname libh5grad$soname #MINVER#"
[ -e "packaging/debian/libh5grad$soname.install" ] || fail "Debian: no libh5grad$soname.install"

# The codecs that configure knows are those of the recipes.
codecs=$(sed -n 's/^ *.*H5GRAD_LIBRARY(\[[A-Z0-9]*\], \[\([a-z0-9]*\)\].*/\1/p' configure.ac | sort)
for codec in $codecs; do
    [ "$codec" = zlib ] && continue # libdeflate's stand-in
    grep -q "\"$codec\"\|--with-$codec\"" packaging/spack/package.py || fail "Spack: no $codec"
    grep -q -- "--with-$codec" packaging/conda/build.sh || fail "conda: no $codec"
    grep -Eq "^ +lib$codec-dev,|^ +$codec-dev,|^ +lib${codec#lib}-dev," packaging/debian/control ||
        fail "Debian: no $codec"
done

# Both MPIs of Debian have a plugin.
for kind in openmpi mpich; do
    says packaging/debian/rules ".*--with-mpi=.*mpicc\.$kind.*"
    says packaging/debian/h5grad-mpi.install "usr/lib/\*/h5grad/ranks-$kind\.so"
    says packaging/conda-mpi/conda_build_config.yaml " *- $kind"
done

for script in packaging/conda*/*.sh; do
    bash -n "$script" || fail "$script"
done
for script in packaging/debian/tests/run packaging/debian/tests/compile; do
    { [ -x "$script" ] && sh -n "$script"; } || fail "$script"
done

if command -v python3 >/dev/null; then
    for script in packaging/spack/package.py packaging/debian/tests/python; do
        python3 - $script <<'END' || fail $script
import ast
import sys

ast.parse(open(sys.argv[1]).read())
END
    done
fi

# conda's own way: selectors, then templates, then YAML.
for recipe in conda:h5grad conda-mpi:h5grad-mpi conda-python:python-h5grad; do
    python3 -c 'import jinja2, yaml' 2>/dev/null || break
    python3 - packaging/${recipe%:*}/meta.yaml ${recipe#*:} <<'END' || fail "packaging/${recipe%:*}/meta.yaml"
import re
import sys

import jinja2
import yaml

text = "".join(
    line for line in open(sys.argv[1]) if not re.search(r"# \[not linux\]$", line.rstrip())
)
recipe = yaml.safe_load(
    jinja2.Environment(undefined=jinja2.StrictUndefined)
    .from_string(text)
    .render(
        compiler=lambda language: language + "-compiler",
        stdlib=lambda language: language + "-stdlib",
        pin_subpackage=lambda name, max_pin: name,
        mpi="mpich",
    )
)
assert recipe["package"]["name"] == sys.argv[2], recipe["package"]
for section in ("build", "host", "run"):
    if section == "build" and sys.argv[2].startswith("python-"):
        continue # nothing is compiled
    entries = recipe["requirements"][section]
    assert entries and all(isinstance(entry, str) for entry in entries), entries
END
done
python3 -c 'import jinja2, yaml' 2>/dev/null ||
    echo "not rendered: packaging/conda*/meta.yaml (Debian: python3-jinja2, python3-yaml)"

echo "$failures failed"
[ "$failures" -eq 0 ]
