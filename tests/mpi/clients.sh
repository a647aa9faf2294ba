#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two clients of one folder that keep pages and write them back later, as those of a network file system
# without coherent caches: two mounts of mergerfs. Ranks see the output through one or the other. No
# point may be lost. Where ranks write to pages that they share, points are lost: the control.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
# shellcheck source=tests/support/ranks.sh
. "$sources/tests/support/ranks.sh"

can_launch sockets || skip "no shared libraries"
command -v mergerfs >/dev/null || skip "no mergerfs (Debian: mergerfs fuse3)"
[ -w /dev/fuse ] || skip "no /dev/fuse"

mkdir back m0 m1
# shellcheck disable=SC2317 # trap calls it
down() {
    cd /
    umount "$folder/m0" "$folder/m1" 2>/dev/null || fusermount3 -uz "$folder/m0" "$folder/m1"
    rm -rf "$folder"
}
for i in 0 1; do
    mergerfs -o cache.files=full,cache.writeback=true,fsname=h5grad-client$i "$folder/back" "$folder/m$i" 2>mount.err ||
        skip "mergerfs does not mount: $(cat mount.err)"
done
trap down EXIT

"$MAKE_INPUT" in.h5 /f float32 130x90x70 noise || exit 99
cat >client <<'END'
#!/bin/sh
# client PROGRAM ARGUMENT...: a rank in the folder of the client of its number.
cd "m$((LAUNCH_RANK % 2))" || exit 99
exec "$@"
END
chmod +x client

n=0
for options in --layout=contiguous "--layout=13x17x19" "--layout=13x17x19 --filter=gzip=1"; do
    # shellcheck disable=SC2086 # words
    "$H5GRAD" -q -O -s 1 --no-history $options in.h5 want.h5 || exit 99
    for turn in $(seq "${TURNS:-3}"); do
        n=$((n + 1)) # clients remember names for a while
        # shellcheck disable=SC2086 # words
        H5GRAD_PARTS=300000 launch_sockets 4 ./client "$H5GRAD" --mpi -q -s 1 --no-history $options "$folder/in.h5" $n.h5 2>err
        check "$options, $turn: exit status" equal "$? $(cat err)" "0 "
        check "$options, $turn: results" equal_files want.h5 back/$n.h5
        rm -f back/$n.h5
    done
done

# The control: seams of a byte are none.
lost=0
"$H5GRAD" -q -O -s 1 --no-history --layout=contiguous in.h5 want.h5 || exit 99
for turn in 1 2 3 4 5; do
    n=$((n + 1))
    H5GRAD_SEAMS=1 H5GRAD_PARTS=${CONTROL:-30000} launch_sockets 4 ./client "$H5GRAD" --mpi -q -s 1 --no-history \
        --layout=contiguous "$folder/in.h5" $n.h5 2>err
    equal_files want.h5 back/$n.h5 >cmp.out 2>&1 || lost=$((lost + 1))
done
check "without seams points are lost" test $lost -gt 0
finish
