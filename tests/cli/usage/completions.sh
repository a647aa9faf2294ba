#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Completions: they agree with the table of options, and offer fields after -d.
# shellcheck disable=SC2016 # names of the characters that shells expand
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/shell-common.sh
. "$(dirname "$0")/../../support/shell-common.sh"
completions=$sources/completions
export LC_ALL=C.UTF-8
PATH=$(dirname "$H5GRAD"):$PATH

for pair in bash:h5grad zsh:_h5grad fish:h5grad.fish; do
    file=$completions/${pair#*:}
    "$PRINT_OPTIONS" | "$completions/../scripts/make-completions" "${pair%:*}" "$file" >made || exit 99
    check "$file is what 'make update-completions' makes" cmp made "$file"
done

"$H5GRAD" --help | grep -Eo '^ {2,6}(-[A-Za-z], )?--[a-z-]+=?' | grep -o -- '-.*' | tr -d ' ' | tr , '\n' |
    sort >options
check "options are found" test "$(wc -l <options)" -gt 35

"$MAKE_INPUT" in.h5 /u float64 3 1 2 4 && "$MAKE_INPUT" in.h5 /fields/v float64 3 1 2 4 &&
    "$MAKE_INPUT" in.h5 '/fields/"a" \b $(c)' float64 3 1 2 4 &&
    "$MAKE_INPUT" in.h5 $'/fields/control\x01' float64 3 1 2 4 &&
    "$MAKE_INPUT" in.h5 /text string 4 || exit 99
cp in.h5 'with space.h5'

# shellcheck source=/dev/null
. "$completions/h5grad"
COMP_WORDS=(h5grad -) COMP_CWORD=1
_h5grad
check "bash: options" equal "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" "$(cat options)"

# bash_offers WANTED WORD...: what is offered for the last word.
bash_offers() {
    local wanted=$1
    COMP_WORDS=("${@:2}")
    COMP_CWORD=$(($# - 2))
    _h5grad
    check "bash: ${*:2}" equal "${COMPREPLY[*]-}" "$wanted"
}
bash_offers '/fields/\"a\"\ \\b\ \$\(c\) /fields/v /u' h5grad in.h5 -d ''
bash_offers '/fields/v' h5grad -q -j 2 in.h5 out.h5 --dataset = /fields/v
bash_offers '/fields/v' h5grad with\\\ space.h5 -d /fields/v
bash_offers '/fields/\"a\"\ \\b\ \$\(c\)' h5grad in.h5 -d '/fields/\"a'
bash_offers '/fields/"a" \b $(c)' h5grad in.h5 -d "'/fields/\"a"
bash_offers '' h5grad in.h5 -d '$(touch evil)'
check "bash: nothing is run" test ! -e evil
bash_offers '' h5grad none.h5 -d ''
bash_offers '' h5grad -d ''
bash_offers 'float32' h5grad --dtype = float3
bash_offers 'float16 float32 float64' h5grad --dtype =
bash_offers 'always' h5grad --progress=al
bash_offers 'contiguous' h5grad --layout c
bash_offers 'midpoint' h5grad --edges ''
bash_offers '' h5grad -j ''
bash_offers 'in.h5' h5grad in
bash_offers '--no-history' h5grad --no-h
bash_offers '--filter=' h5grad in.h5 --fi
COMP_WORDS=(h5grad -d /u in.h5) COMP_CWORD=2
_h5grad
check "bash: INPUT behind the cursor" equal "${COMPREPLY[*]-}" /u

if command -v zsh >/dev/null; then
    # compadd has no effect without a terminal, so that the options are taken from the text, which
    # must be valid.
    check "zsh: syntax" zsh -n "$completions/_h5grad"
    cat >complete.zsh <<'END'
compdef() { : }
compadd() { print -rl -- ${(P)2} }
_arguments() { print -rl -- "$@" }
line=(in.h5)
source $1 >arguments
print -r -- ${${(f)"$(_h5grad_fields)"}}
END
    check "zsh: fields" equal "$(zsh -f complete.zsh "$completions/_h5grad")" \
        '/fields/"a" \b $(c) /fields/v /u'
    check "zsh: options" equal \
        "$(sed '/\[/!d; s/^[*]*\(([^)]*)\)*//; /^-/!d; s/\[.*//; s/+$//' arguments | sort)" "$(cat options)"
else
    echo "zsh: skipped: it is not installed"
fi
if command -v fish >/dev/null; then
    export XDG_CONFIG_HOME=$PWD XDG_DATA_HOME=$PWD HOME=$PWD
    fish_offers() {
        fish --no-config -c "source '$completions/h5grad.fish'; complete -C '$1'" | cut -f 1 | sort
    }
    check "fish: options" equal "$(fish_offers 'h5grad -')" "$(tr -d = <options)"
    check "fish: fields" equal "$(fish_offers 'h5grad in.h5 -d /fields/' | tail -1)" /fields/v
    check "fish: all fields" equal "$(fish_offers 'h5grad in.h5 --dataset=' | wc -l)" 3
    check "fish: values" equal "$(fish_offers 'h5grad --progress=')" \
        "$(printf -- '--progress=%s\n' always auto never)"
else
    echo "fish: skipped: it is not installed"
fi
finish
