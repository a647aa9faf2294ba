#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The JSON of h5grad, read by Python: valid, complete by doc/json.md, and saying what the text says.
# With H5GRAD_DATA the lists and plans of all files in that folder are read, too.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/shell-common.sh
. "$(dirname "$0")/../../support/shell-common.sh"
schema=$sources/doc/json.md
if ! command -v python3 >/dev/null; then
    echo "$0: skipped: no python3" >&2
    exit 77
fi

"$MAKE_SAMPLES" samples || exit 99
"$MAKE_INPUT" hostile.h5 $'/tab\tline\nquote"back\\slash\x7f\x01' float64 3 1 2 4 &&
    "$MAKE_INPUT" hostile.h5 $'/bad\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80end\xe2\x82' float64 3 1 2 4 &&
    "$MAKE_INPUT" hostile.h5 '/Δxᶜᶜᵃ 😀 </script>' float32 2x3 1 &&
    "$MAKE_INPUT" hostile.h5 '/x' float64 3 -1e-300 0.1 12345678.9 &&
    "$MAKE_INPUT" hostile.h5 /text string 4 || exit 99
cp hostile.h5 $'host\xffile.h5'

cat >check.py <<'END'
import json
import re
import subprocess
import sys

program, schema = sys.argv[1:3]
failures = checks = 0


def check(what, ok, got=None):
    global failures, checks
    checks += 1
    if not ok:
        failures += 1
        print("FAILED:", what, "" if got is None else repr(got))


def run(*arguments, status=0):
    done = subprocess.run([program, *arguments], capture_output=True, check=False)
    check(f"{arguments}: exit status", done.returncode == status, done.stderr)
    if status:
        check(f"{arguments}: stdout", done.stdout == b"", done.stdout)
        return None
    return json.loads(done.stdout.decode("utf-8"), parse_constant=lambda name: check(name, False))


# The keys of each table of the schema, with the reports that have them.
keys = {}
table = None
for line in open(schema, encoding="utf-8"):
    if line.startswith("## "):
        table = line[3:].strip()
    elif line.startswith("| `"):
        cells = [cell.strip() for cell in line.split("|")]
        for name in re.findall(r"`(\w+)`", cells[1]):
            keys.setdefault(table, {})[name] = cells[3]


def same_keys(what, table, object, report):
    wanted = [name for name, where in keys[table].items() if where == "all" or report in where]
    check(f"{what}: keys of {table}", sorted(object) == sorted(wanted), sorted(object))


def conforms(what, document):
    report = document["report"]
    check(f"{what}: schema", document["schema"] == 1)
    same_keys(what, "The document", document, report)
    for field in document["fields"]:
        same_keys(what, "A field", field, report)
        check(f"{what}: shape", field["shape"] == [axis["extent"] for axis in field["axes"]])
        for axis in field["axes"]:
            same_keys(what, "An axis", axis, report)
            check(f"{what}: spacing", axis["spacing"] in ("unit", "step", "coordinates", "unusable"))
            check(f"{what}: coordinates", (axis["coordinates"] is not None) == (axis["spacing"] == "coordinates"))
            check(f"{what}: problem", (axis["problem"] is not None) == (axis["spacing"] == "unusable"))
    for skipped in document["skipped"]:
        check(f"{what}: skipped", sorted(skipped) == ["path", "reason"], skipped)
    return {field["path"]: field for field in document["fields"]}


listed = conforms("list", run("--list", "--json", "samples/turbulence.h5"))
check("list: fields", sorted(listed) == ["/u", "/v", "/w"], sorted(listed))
z, y, x = listed["/u"]["axes"]
check("list: z", z["name"] == "z" and z["coordinates"] == "/z" and z["step"] is None and z["unit"] == "m", z)
check("list: x", x["first"] == 0 and 6 < x["last"] < 6.3, x)

document = run("--dry-run", "--json", "-s3,2,.1", "samples/chunked.h5", "plan.h5")
field = conforms("plan", document)["/run1/temperature"]
check("plan: results", [axis["result"] for axis in field["axes"]] == [f"/run1/temperature_grad_{k}" for k in range(3)])
check("plan: steps", [axis["step"] for axis in field["axes"]] == [3, 2, 0.1], field["axes"])
check("plan: total", document["total"]["bytes_written"] == field["bytes_written"] == 90 * 70 * 50 * 4 * 3)
check("plan: way", field["write_way"] is None and field["read_way"] == "chunked")

document = run("-q", "--json", "--dim=0", "samples/chunked.h5", "done.h5")
field = conforms("run", document)["/run1/temperature"]
check("run: dim", [axis["differentiated"] for axis in field["axes"]] == [True, False, False])
check("run: figures", document["seconds"] > 0 and document["peak_resident"] > 1 << 20, document["seconds"])
check("run: way", field["write_way"] == "chunked", field["write_way"])
run("--json", "samples/chunked.h5", "done.h5", status=1)
run("--json", "--list", "none.h5", status=1)
run("--json", "--list", status=2)

listed = conforms("hostile", run("--list", "--json", "hostile.h5"))
check("hostile: controls", '/tab\tline\nquote"back\\slash\x7f\x01' in listed, list(listed))
check("hostile: not UTF-8", "/bad\ufffd\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdend\ufffd\ufffd" in listed, list(listed))
check("hostile: UTF-8", "/Δxᶜᶜᵃ 😀 </script>" in listed, list(listed))
document = run("--list", "--json", b"host\xffile.h5")
check("hostile: input", document["input"] == "host\ufffdile.h5", document["input"])
check("hostile: skipped", [entry["path"] for entry in document["skipped"]] == ["/text"])
document = run("-n", "--json", "-d/x", "--spacing=0.1", "hostile.h5", "o.h5")
check("step", document["fields"][0]["axes"][0]["step"] == 0.1)
for step in (5e-324, 1.7976931348623157e308, -1 / 3, 123456789012345680.0, 1e22, 1e-7, 100.0, 65536.5):
    document = run("-n", "--json", "-d/x", f"--spacing={step!r}", "hostile.h5", "o.h5")
    check(f"step {step!r}", document["fields"][0]["axes"][0]["step"] == step)

for file in sys.argv[3:]:
    for arguments in (["--list"], ["--dry-run"]):
        operands = [file] if arguments == ["--list"] else [file, "o.h5"]
        done = subprocess.run([program, "--json", *arguments, *operands], capture_output=True, check=False)
        if done.returncode == 0:
            fields = conforms(file, json.loads(done.stdout.decode("utf-8")))
            if file.endswith("/nonmonotonic_time.nc") and arguments == ["--list"]:
                axis = fields["/wind1"]["axes"][0]
                check("coordinates that repeat", "/time1" in (axis["problem"] or ""), axis)
        else:
            check(f"{file}: {arguments}", done.returncode == 1 and done.stdout == b"", done)
print(f"{checks} checks, {failures} failed")
sys.exit(failures != 0)
END
files=()
if [ -d "${H5GRAD_DATA:-}" ]; then
    mapfile -d '' files < <(find "$H5GRAD_DATA" -type f ! -name '*.md' ! -name '*.tsv' -print0)
else
    echo "$0: without real files: H5GRAD_DATA is no folder" >&2
fi
PYTHONIOENCODING=utf-8 python3 check.py "$H5GRAD" "$schema" ${files[@]+"${files[@]}"}
