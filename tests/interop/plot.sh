#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# h5grad-plot: a picture of every sample, packed and missing values and axes in pictures, and one clear
# line if there can be no picture.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
plot=$sources/scripts/h5grad-plot
python=
for name in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! $name -c 'import h5py, matplotlib' 2>/dev/null || python=$name
done
if [ -z "$python" ]; then
    echo "$0: skipped: Python has no h5py or no matplotlib" >&2
    exit 77
fi
export MPLCONFIGDIR=$PWD

# picture FILE: succeeds if it is a PNG with some colours.
cat >drawn.py <<'END'
"""Runs h5grad-plot once for each line of standard input, the arguments as a list in Python, in a
process of its own that need not load it again; says how it ended. ./drawn has the titles of the
panels, the axes, and the values of the first; ./stdout and ./stderr have what it printed. A picture
called drawn.png is laid out and not written, which takes as long again."""
import ast
import gc
import importlib.machinery
import importlib.util
import itertools
import os
import sys
import traceback

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("plot", sys.argv[1])
plot = importlib.util.module_from_spec(importlib.util.spec_from_loader("plot", loader))
loader.exec_module(plot)
save = plot.plt.Figure.savefig
plot.plt.Figure.savefig = lambda figure, picture, **how: picture == "drawn.png" or save(figure, picture, **how)


def tell(out):
    np, figure = plot.np, plot.plt.gcf()
    panels = [panel for panel in figure.axes if panel.get_title() + panel.get_title("left")]
    for panel in panels:
        title = panel.get_title() + panel.get_title("left")
        print(" ".join(title.split()), panel.get_xlabel(), panel.get_ylabel(), sep="|", file=out)
    if panels[0].lines:
        (x, values), *results = [panel.lines[0].get_data() for panel in panels]
        print("x", *x, file=out)
        print("values", *values, file=out)
        if len(results) == 1:
            same = np.allclose(np.gradient(values, x), results[0][1], equal_nan=True)
            print("gradient", same, file=out)
    else:
        place = figure._suptitle
        print(" ".join(place.get_text().split()) if place else "", file=out)
        values = panels[0].collections[0].get_array()
        print("values", *np.ma.filled(values.astype(float), np.nan).reshape(-1), file=out)
    labels = [label for panel in panels for label in (panel.title, panel.xaxis.label)]
    boxes = [box for box in (label.get_window_extent() for label in labels) if box.width > 1]
    apart = not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    print("labels", "apart" if apart else "overlap", file=out)


gc.freeze()
for line in sys.stdin.buffer:
    child = os.fork()
    if child == 0:
        for name, stream in ("stdout", 1), ("stderr", 2):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        sys.argv = ["h5grad-plot", *map(os.fsdecode, ast.literal_eval(line.decode()))]
        status = 0
        try:
            plot.main()
            with open("drawn", "w", encoding="utf-8") as out:
                tell(out)
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = 1
        if isinstance(status, str):
            print(status, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(bool(status))  # without taking down what was loaded, which takes long
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
END
coproc $python drawn.py "$plot" 2>coproc.err
# plot ARGUMENT...: runs h5grad-plot in that process.
plot() {
    local argument status list=
    for argument; do
        list+="b'$(printf %s "$argument" | od -A n -t x1 -v | tr -d '\n' | sed 's/ /\\x/g')',"
    done
    printf '[%s]\n' "$list" >&"${COPROC[1]}"
    read -r status <&"${COPROC[0]}" && return "$status"
}

# shellcheck disable=SC2317 # check calls it
picture() {
    [ "$(head -c 4 "$1" | tail -c 3)" = PNG ] && [ "$(wc -c <"$1")" -gt 5000 ]
}
draw() {
    local what=$1
    shift
    rm -f picture.png
    check "$what: exit status" plot "$@" picture.png
    check "$what: picture" picture picture.png
}
# shellcheck disable=SC2317 # check calls it
fails() {
    ! "$@"
}
refused() {
    local regex=$1
    shift
    check "$*: refused" fails plot "$@" none.png
    check "$*: message" grep -Eq "^h5grad-plot: .*$regex" stderr
    check "$*: one line" equal "$(wc -l <stderr)" 1
    check "$*: no picture" test ! -e none.png
}

"$MAKE_SAMPLES" samples || exit 99
for name in turbulence series chunked complex; do
    "$H5GRAD" samples/$name.h5 $name.h5 || exit 99
    draw $name samples/$name.h5 $name.h5
done
"$H5GRAD" --vector=flow:x=/u --vector=flow:y=/v --boundary=periodic samples/vortices.h5 flow.h5 || exit 99
draw vortices samples/vortices.h5 flow.h5
check "vortices: panels" equal "$(sed -n '/|/s/ .*//p' drawn | tr '\n' ' ')" "u v flow_divergence flow_curl "
check "a slice" plot -d /v --slice z=3 --slice 1=-1 samples/turbulence.h5 turbulence.h5 drawn.png

cat >fields.py <<'END'
import h5py
import numpy as np


def add(file, path, values, axis=None, **attributes):
    file[path] = values
    for name, value in attributes.items():
        file[path].attrs[name] = value
    if axis:
        file[path].dims[0].attach_scale(file[axis])


with h5py.File("fields.h5", "w") as file:
    add(file, "x", np.int16([0, 1, 2, 4, 7]), units="m", scale_factor=0.5, add_offset=10.0, _FillValue=np.int16(-1))
    file["x"].make_scale("x")
    add(file, "unsigned", np.int8([1, 2, -3, -2, -1]), "x", _Unsigned="true", _FillValue=np.int8(-1),
        missing_value=np.int16([254, -1000]))
    add(file, "packed", np.array([5, 100, 7, -30, 9], ">i2"), "x", units="K", scale_factor=np.float32(0.5),
        add_offset=np.float32(100), missing_value=np.int32([100, 70000]), valid_range=np.int16([-29, 100]))
    add(file, "bounds", np.int16([5, 6, 7, 8, 9]), "x", valid_min=np.int16(6), valid_max=8.0)
    add(file, "unclear", np.int16([5, 6, 7, 8, 9]), "x", scale_factor=2.0, valid_min=12.0, valid_max=np.int16(8))
    add(file, "single", np.float32([1, 1e20, 3, np.nan, 5]), "x", _FillValue=1e20)
    add(file, "complex", np.complex64([3 + 4j, 1, 1, 1, 1]), "x", scale_factor=2.0)
    nexus = file.create_group("nexus")
    nexus.attrs.update({"NX_class": "NXdata", "signal": "data", "axes": ["edges"]})
    add(nexus, "data", np.int16([1, 2, 4]))
    add(nexus, "data_scaling_factor", 2.0)
    add(nexus, "data_offset", 10)
    add(nexus, "edges", [0.0, 2.0, 4.0, 8.0], unit="s")
    image = file.create_group("minc-2.0/image/0")
    add(image, "image", np.uint8([[0, 50, 100, 101], [25, 75, 50, 0]]), valid_range=[0.0, 100.0], _FillValue=np.uint8(50))
    add(image, "image-min", [0.0, -1.0])
    add(image, "image-max", [1.0, 3.0])
    for name in "xyz":
        add(file, f"{name}_hash_1", np.arange(3) * 3.0)
        file[f"{name}_hash_1"].make_scale(name + "1")
    add(file, "named", np.arange(27.0).reshape(3, 3, 3), units="kg m-2 s-1 sr-1")
    for number, name in enumerate("xyz"):
        file["named"].dims[number].attach_scale(file[f"{name}_hash_1"])
    file["named"].dims[0].label = "X"
    file["named"].dims[2].label = "Z_of_a_name_that_is_quite_long_and_leaves_no_room"
    add(file, "one", np.arange(3.0).reshape(1, 3))
    file["one"].dims[0].label = "t"
    file["velocity"] = np.arange(24.0).reshape(3, 4, 2)
    file.move("named", "a_field_whose_name_is_long")
with h5py.File("in.vtkhdf", "w") as file:
    group = file.create_group("VTKHDF")
    group.attrs.create("Type", np.bytes_("ImageData"))
    group.attrs["WholeExtent"] = np.array([0, 4, 0, 3, 0, 5])
    group.attrs["Spacing"] = np.ones(3)
    group["PointData/V"] = np.random.default_rng(1).standard_normal((6, 4, 5, 3))
with h5py.File("in.openpmd.h5", "w") as file:
    file.attrs["openPMD"] = "1.1.0"
    for name in "xyz":
        file["B/" + name] = np.random.default_rng(1).standard_normal((6, 4, 5))
    file["B"].attrs["axisLabels"] = ["x", "y", "z"]
    file["B"].attrs["gridSpacing"] = np.ones(3)
with h5py.File("hostile.h5", "w") as file:
    for name in (b"new\nline \x1b[31mred", b"bad \xff\xe9 \xef\xbf\xbe \xed\xa0\x80", b"a$\\undefined$", b"x$_1^2$"):
        space = h5py.h5s.create_simple((5,))
        dataset = h5py.Dataset(h5py.h5d.create(file.id, name, h5py.h5t.NATIVE_DOUBLE, space))
        dataset[...] = np.arange(5.0)
        dataset.attrs["units"] = np.bytes_(b"$\\bad$\x1b[1m\xff")
        dataset.dims[0].label = "t\n$\\axis$"
END
$python fields.py || exit 99
"$H5GRAD" -q fields.h5 fields_grad.h5 || exit 99

# shows WANTED ARGS...: checks that the drawing has those lines, among others, in this order.
shows() {
    local wanted=$1
    shift
    check "$*: drawn" plot "$@" fields.h5 fields_grad.h5 drawn.png
    check "$*: shows" equal "$(grep -Fx "$wanted" drawn)" "$wanted"
}
x='x 10.0 10.5 11.0 12.0 13.5'
shows "$x
values 1.0 2.0 253.0 nan nan
gradient True" -d unsigned
shows "packed [K]||
∂packed / ∂x [K m-1]|x [m]|
$x
values 102.5 nan 103.5 nan 104.5
gradient True" -d packed
shows "values nan 6.0 7.0 8.0 nan
gradient True" -d bounds
shows "values 10.0 12.0 14.0 16.0 nan
gradient True" -d unclear
shows "values 1.0 nan 3.0 nan 5.0
gradient True" -d single
shows "values 5.0 1.0 1.0 1.0 1.0" -d complex
shows "∂data / ∂edges|edges [s]|
x 1.0 3.0 6.0
values 22.0 24.0 28.0
gradient True" -d nexus/data
shows "values 0.0 0.5 1.0 nan" -d minc-2.0/image/0/image --slice 0=0
shows "values 0.0 2.0 1.0 -1.0" -d minc-2.0/image/0/image --slice 0=1
shows "values 0.0 0.5 1.0 nan 0.0 2.0 1.0 -1.0" -d minc-2.0/image/0/image
shows "X = 6
values 18.0 19.0 20.0 21.0 22.0 23.0 24.0 25.0 26.0
labels apart" -d a_field_whose_name_is_long --slice X=2
shows "x 0.0 3.0 6.0" -d a_field_whose_name_is_long --slice y1=1 --slice X=0
shows "∂one / ∂axis 1|axis 1|" -d one --slice t=0

# A curl that is one dataset is drawn by its components, as is its source.
"$H5GRAD" -q --vector=V=/VTKHDF/PointData/V in.vtkhdf curl.h5 || exit 99
check "a curl in one dataset: drawn" plot in.vtkhdf curl.h5 drawn.png
check "a curl in one dataset: panels" equal "$(sed -n '/|/s/|.*//p' drawn | tr '\n' ',')" \
    "V x,V y,V z,V_divergence,V_curl x,V_curl y,V_curl z,"
"$H5GRAD" -q --vector=B=/B in.openpmd.h5 record.h5 || exit 99
check "a curl that is a record: drawn" plot in.openpmd.h5 record.h5 drawn.png
check "a curl that is a record: panels" equal "$(sed -n '/|/s/|.*//p' drawn | tr '\n' ',')" \
    "x,y,z,B_divergence,B_curl x,B_curl y,B_curl z,"

# Results of a vector in one dataset have an axis less than that, those of a region fewer points.
"$H5GRAD" -q --vector=flow:1,0=/velocity fields.h5 vector.h5 || exit 99
check "a vector: drawn" plot fields.h5 vector.h5 drawn.png
check "a vector: panels" equal "$(sed -n '/|/s/|.*//p' drawn | tr '\n' ' ')" "flow_divergence flow_curl "
"$H5GRAD" -q -d /packed --subset=x=1:4 fields.h5 region.h5 || exit 99
check "a region: drawn" plot fields.h5 region.h5 drawn.png
check "a region: points" grep -Fx "x 10.5 11.0 12.0" drawn

# Names of any bytes are text, spelled as the program does, in pictures and messages.
"$H5GRAD" -q hostile.h5 hostile_grad.h5 || exit 99
while IFS='|' read -r name spelling; do
    printf -v name %b "$name"
    check "$name: drawn" plot -d "$name" hostile.h5 hostile_grad.h5 drawn.png
    check "$name: stderr" equal "$(cat stderr)" ""
    check "$name: title" grep -Fxq "$spelling [\$\bad\$\x1b[1m\xff]||" drawn
    check "$name: axis" grep -Fq "∂$spelling / ∂t\x0a\$\axis\$ [\$\bad\$\x1b[1m\xff]|t\x0a\$\axis\$|" drawn
    refused 'leaves no axis' -d "$name" --slice $'t\n$\\axis$=1' hostile.h5 hostile_grad.h5
done <<'END'
new\nline \x1b[31mred|new\x0aline \x1b[31mred
bad \xff\xe9 \xef\xbf\xbe \xed\xa0\x80|bad \xff\xe9 \xef\xbf\xbe \xed\xa0\x80
a$\\undefined$|a$\undefined$
x$_1^2$|x$_1^2$
END
refused 'leaves no axis' -d 'x$_1^2$' --slice 't\x0a$\axis$=1' hostile.h5 hostile_grad.h5
refused 'no gradient of /none.x1b; there are: .*/new.x0aline' -d $'none\x1b' hostile.h5 hostile_grad.h5
check "messages: printable" equal "$(LC_ALL=C grep -c '[^ -~]' stderr)" 0

mkdir lacking
echo 'raise ImportError("No module named h5py")' >lacking/h5py.py
PYTHONPATH=lacking $python "$plot" --help >stdout 2>&1
check "--help without h5py" grep -q '^usage: h5grad-plot' stdout
PYTHONPATH=lacking $python "$plot" fields.h5 fields_grad.h5 none.png 2>stderr
check "without h5py: exit status" test $? -ne 0
check "without h5py: message" equal "$(grep -c '^h5grad-plot: .*it needs h5py' stderr) $(wc -l <stderr)" "1 1"
# As a program of its own.
check "the program" $python "$plot" samples/series.h5 series.h5 picture.png
refused 'no gradient of /none; there are: /u, /v, /w' -d /none samples/turbulence.h5 turbulence.h5
refused 'axis 0 has 64 points' --slice z=64 samples/turbulence.h5 turbulence.h5
refused 'AXIS=INDEX' --slice q=1 samples/turbulence.h5 turbulence.h5
refused 'has no /u' samples/series.h5 turbulence.h5
refused 'no gradients' samples/series.h5 samples/series.h5
refused 'absent.h5' samples/series.h5 absent.h5
finish
