#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Names of any bytes: each field is computed, all output is valid UTF-8 without control characters, and
# JSON and XDMF are valid and lead to the datasets.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
if ! command -v python3 >/dev/null; then
    echo "$0: skipped: no python3" >&2
    exit 77
fi

cat >check.py <<'PYTHON'
import json
import os
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

program, make_input = (os.fsencode(path) for path in sys.argv[1:3])
failures = checks = 0

# What XML can hold, and what it cannot.
NAMES = [b"plain", b"<&>\"']]>", b"q\"uo\\te", b"a$\\undefined$_^{", "Δx ∂ᶜ 漢字 😀 é e\u0301".encode(), b" space", b"--><!--", b"&amp;",
         b"\\x1b", "\U0001fffe".encode(), "\u200d".encode()]
BAD = [b"new\nline", b"tab\t", b"\r", b"esc\x1b[31mred", b"\x7f", b"\xc2\x9b31m", b"\xff\xfe bad", b"\xef\xbf\xbe", b"\xef\xbf\xbf",
       b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"cut\xe2\x82", b"\x80", b"\x01", b"\xfe", b"\xe9t\xe9"]


def check(what, ok, got=None):
    global failures, checks
    checks += 1
    if not ok:
        failures += 1
        print("FAILED:", ascii(what), "" if got is None else ascii(got))


def shown(name):
    """A name as messages spell it."""
    def spell(character):
        byte = character.encode("utf-8", "surrogateescape")
        bad = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in "\ufffe\uffff\u200e\u200f"
        return "".join("\\x%02x" % value for value in byte) if bad else character
    return "".join(map(spell, name.decode("utf-8", "surrogateescape")))


def columns_before(line, word):
    """Columns of a terminal that come before the word."""
    before = line[:line.index(word)]
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in before)


def is_harmless(what, data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        check(f"{what}: UTF-8", False, data)
        return ""
    bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\ufffe\uffff\u202e"]
    check(f"{what}: harmless", not bad, bad)
    return text


def run(*arguments, status=0):
    done = subprocess.run([program, *arguments], capture_output=True, check=False)
    check(f"{arguments}: exit status", done.returncode == status, (done.returncode, done.stderr))
    return is_harmless(arguments, done.stdout), is_harmless(arguments, done.stderr)


def is_name(text, name):
    """Whether a line of text has the name as it is shown, and nothing of a control character."""
    return any(shown(name) in line for line in text.split("\n"))


def described(path):
    """The datasets that an XDMF file leads to, as (file, path) of bytes."""
    tree = ElementTree.parse(path)
    items = [item.text for item in tree.iter("DataItem") if item.get("Format") == "HDF"]
    return {tuple(item.encode("utf-8").split(b":/", 1)) for item in items}


def stripped(found):
    return {(file, path[:-2] if path.endswith(b"/.") else path) for file, path in found}


for name in NAMES + BAD:
    subprocess.run([make_input, b"in.h5", b"/" + name, b"float64", b"3x4", b"1"], check=True)
    subprocess.run([make_input, b"text.h5", b"/" + name, b"string", b"2"], check=True)
subprocess.run([make_input, b"text.h5", b"/fine", b"float64", b"3x4", b"1"], check=True)

listed, _ = run("--list", "in.h5")
columns = {columns_before(line, "float64") for line in listed.split("\n")
           if "float64" in line and not re.search("[\u200d\U0001fffe]", line)}
check("listed: in columns", len(columns) == 1, columns)
planned, _ = run("--dry-run", "in.h5", "out.h5")
_, skipped = run("-v", "--dry-run", "text.h5", "out.h5")
_, told = run("-v", "--xdmf", "--progress=always", "in.h5", "out.h5")
for name in NAMES + BAD:
    check(f"listed: {name}", is_name(listed, b"/" + name + b" "))
    check(f"planned: {name}", is_name(planned, b"/" + name))
    check(f"skipped: {name}", is_name(skipped, b"/" + name + b": "))
    check(f"told: {name}", is_name(told, b"/" + name + b": "))
    warned = re.search("^h5grad: in.h5: " + re.escape(shown(b"/" + name)) + ": .*XML cannot hold", told, re.M)
    check(f"warned: {name}", bool(warned) == (name in BAD), warned)
    _, refused = run("-d", b"/" + name, "-s", "0", "in.h5", "none.h5", status=2)
    _, missing = run("-d", b"/" + name + b"?", "in.h5", "none.h5", status=1)
    check(f"missing: {name}", is_name(missing, name + b"?"), missing)
wanted = {(b"in.h5", name) for name in NAMES} | {(b"out.h5", name + b"_grad_%d" % k) for name in NAMES for k in (0, 1)}
found = stripped(described("out.h5.xmf"))
check("XDMF: datasets", found == wanted, found ^ wanted)

for arguments in (["--list", "in.h5"], ["-n", "in.h5", "new.h5"], ["--list", "text.h5"], ["-O", "in.h5", "out.h5"]):
    text, _ = run("--json", *arguments)
    document = json.loads(text)
    paths = {entry["path"] for entry in document["fields"] + document["skipped"]}
    for name in NAMES:
        check(f"{arguments}: {name}", "/" + name.decode() in paths, paths)

# The files themselves: what lies in one whose name XML cannot hold is left out, the rest is not.
for number, name in enumerate(BAD):
    source, target = b"%d" % number + name + b".h5", b"o%d" % number + name + b".h5"
    os.link("in.h5", source)
    _, told = run("--xdmf", "-d", "/plain", source, "plain.h5")
    check(f"input {name}", is_name(told, source), told)
    check(f"input {name}: XDMF", described("plain.h5.xmf") == {(b"plain.h5", b"plain_grad_%d" % k) for k in (0, 1)})
    _, told = run("--xdmf", "-d", "/plain", "in.h5", target)
    check(f"output {name}", is_name(told, target), told)
    check(f"output {name}: XDMF", described(target + b".xmf") == {(b"in.h5", b"plain")})
    history = subprocess.run(["h5dump", "-a", "/history", "--", target], capture_output=True, check=False).stdout
    is_harmless(f"history {name}", b"".join(re.findall(rb"h5grad --xdmf.*", history)))
    run("--json", "--list", source)
    run(b"--list", source + b"none", status=1)
    for file in (source, target, target + b".xmf", b"plain.h5", b"plain.h5.xmf"):
        os.unlink(file)
for name in NAMES:
    target = b"o" + name + b".h5"
    run("--xdmf", "-d", "/plain", "in.h5", target)
    found = described(target + b".xmf")
    wanted = {(b"in.h5", b"plain")} | {(target, b"plain_grad_%d" % k) for k in (0, 1)}
    check(f"output {name}: XDMF", found == wanted, found ^ wanted)
print(f"{checks} checks, {failures} failed")
sys.exit(failures != 0)
PYTHON
PYTHONIOENCODING=utf-8 python3 check.py "$H5GRAD" "$MAKE_INPUT"
