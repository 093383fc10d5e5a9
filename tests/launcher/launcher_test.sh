#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The launcher's promises, with fakes for the tools it starts. Each fake records its call; the fake ninja makes
# a program that prints its arguments. No test looks at a clock.
set -euo pipefail
source_root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

expect() {  # expect WHAT WANTED GOT
  if [[ $2 != "$3" ]]; then
    printf 'FAILED: %s: %s\n  wanted: %s\n  got:    %s\n' "$test_name" "$1" "$2" "$3" >&2
    failures=$((failures + 1))
  fi
}
expect_holds() {  # expect_holds WHAT PART TEXT
  if [[ $3 != *"$2"* ]]; then
    printf 'FAILED: %s: %s\n  wanted a text with: %s\n  got: %s\n' "$test_name" "$1" "$2" "$3" >&2
    failures=$((failures + 1))
  fi
}

fake() {  # fake TOOL: stdin is what it does after recording its call
  { printf '#!/usr/bin/env bash\necho "%s $*" >>"%s/calls"\n' "$1" "$work"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# A new clone with the real launcher and small stand-ins for all else.
fresh() {
  test_name=$1
  rm -rf "${work:?}"/* && mkdir -p "$work"/{bin,elsewhere,clone/scripts}
  clone=$work/clone
  cp "$source_root/tandem" "$clone/"
  cp "$source_root"/scripts/*.sh "$source_root/scripts/packages.txt" "$clone/scripts/"
  mkdir -p "$clone"/{models/core,dse,sim,rtl,cmake}
  echo 1 >"$clone/models/core/a.cpp"
  echo 1 >"$clone/models/core/b.cpp"
  touch "$clone/CMakeLists.txt" "$clone/CMakePresets.json" "$work/calls"
  fake cmake <<<'mkdir -p build/release/sim/cli; touch build/release/build.ninja'
  fake ninja <<'NINJA'
printf '[0/2] Re-checking globbed directories...\nninja: a word\n[1/1] Building\n'
if [[ -f $TANDEM_ROOT/broken ]]; then echo "FAILED: a.o"; echo "a.cpp:1:1: error: no"; exit 1; fi
[[ ! -f $TANDEM_ROOT/slow ]] || sleep 1
cat >"$2/sim/cli/tandem" <<'PROGRAM'
#!/usr/bin/env bash
printf '<%s>' "$@" "$TANDEM_ROOT" "$PWD"
exit "${PROGRAM_EXIT:-0}"
PROGRAM
chmod +x "$2/sim/cli/tandem"
NINJA
  fake dpkg-query <<<'for p in "${@:3}"; do [[ $p == "${MISSING-}" ]] || echo "installed $p"; done'
  fake apt-get <<<':'
  fake sudo <<<'"$@"'
  fake id <<<'echo "${FAKE_UID:-0}"'
}

start() {  # stdout and stderr to files, so that a test can tell them apart; the exit code as text
  local code=0
  (cd "$work/elsewhere" && PATH=$work/bin:$PATH "$clone/tandem" "$@" >"$work/stdout" 2>"$work/stderr") || code=$?
  exit_code=$code out=$(<"$work/stdout") err=$(<"$work/stderr")
}
tools() { sed 's/ .*//' "$work/calls" | grep -vx id | xargs; }
# Time stamps of files have the kernel's tick; a change must fall after it.
tick() { sleep 0.05; : >"$work/calls"; }

fresh "first start configures, builds and runs the program"
start run "two words" --json
expect "exit code" 0 "$exit_code"
expect "stdout is the program's alone" "<run><two words><--json><$clone><$work/elsewhere>" "$out"
expect "stderr is empty without a terminal" "" "$err"
expect "tools" "dpkg-query cmake ninja" "$(tools)"

test_name="second start starts no tool"
tick
start plan
expect "stdout" "<plan><$clone><$work/elsewhere>" "$out"
expect "tools" "" "$(tools)"

test_name="the program's exit code is the launcher's"
PROGRAM_EXIT=3 start run
expect "exit code" 3 "$exit_code"

test_name="a changed source is built, without configuring"
tick
echo 2 >"$clone/models/core/a.cpp"
start run
expect "tools" "dpkg-query ninja" "$(tools)"
tick
start run
expect "tools at the next start" "" "$(tools)"

test_name="a removed source is noticed"
tick
rm "$clone/models/core/b.cpp"
start run
expect "tools" "dpkg-query ninja" "$(tools)"

test_name="a failed build shows the compiler's words and is tried again"
tick
touch "$clone/broken" "$clone/models/core/a.cpp"
start run
expect "exit code" 4 "$exit_code"
expect "stdout" "" "$out"
expect_holds "stderr" "a.cpp:1:1: error: no" "$err"
rm "$clone/broken"
start run
expect "exit code after the repair" 0 "$exit_code"

test_name="works through a symlink"
tick
ln -s "$clone/tandem" "$work/bin/tandem-link"
out=$(cd "$work/elsewhere" && PATH=$work/bin:$PATH tandem-link x)
expect "stdout" "<x><$clone><$work/elsewhere>" "$out"
expect "tools" "" "$(tools)"

test_name="a clone that was moved is configured anew"
mv "$clone" "$work/moved"
clone=$work/moved
tick
start run
expect_holds "stdout" "<$work/moved>" "$out"

fresh "two starts at once build once"
touch "$clone/slow"
(cd "$work/elsewhere" && PATH=$work/bin:$PATH "$clone/tandem" a >"$work/a" 2>/dev/null) &
(cd "$work/elsewhere" && PATH=$work/bin:$PATH "$clone/tandem" b >"$work/b" 2>/dev/null) &
wait
expect "both ran" "<a><b>" "$(cut -c1-3 "$work/a")$(cut -c1-3 "$work/b")"
expect "builds" 1 "$(grep -c '^ninja' "$work/calls")"

fresh "root installs what is missing and only that"
MISSING=verilator start run
expect "exit code" 0 "$exit_code"
expect "apt-get" "apt-get update apt-get install -y --no-install-recommends verilator" \
  "$(grep '^apt-get' "$work/calls" | xargs)"
expect "sudo calls" "" "$(grep '^sudo' "$work/calls" || true)"
expect_holds "stderr says what" "verilator" "$err"
expect_holds "stdout is the program's alone" "<run>" "$out"

fresh "a user is told what and why before sudo"
MISSING=libfmt-dev FAKE_UID=1000 start run
expect "exit code" 0 "$exit_code"
expect_holds "stderr says why" "installing them needs root" "$err"
expect_holds "stderr says what" "apt-get install --no-install-recommends libfmt-dev" "$err"
expect_holds "sudo runs apt-get" "sudo env DEBIAN_FRONTEND=noninteractive apt-get install" "$(<"$work/calls")"

fresh "TANDEM_NO_INSTALL refuses with the list"
MISSING=verilator TANDEM_NO_INSTALL=1 start run
expect "exit code" 4 "$exit_code"
expect_holds "stderr" "missing: verilator" "$err"
expect "tools" "dpkg-query" "$(tools)"
TANDEM_NO_INSTALL=1 start run
expect "exit code when nothing is missing" 0 "$exit_code"

fresh "a failed installation ends with apt's words"
fake apt-get <<<'echo "E: no such package"; exit 100'
MISSING=verilator start run
expect "exit code" 4 "$exit_code"
expect_holds "stderr" "E: no such package" "$err"
expect "nothing was built" "" "$(grep '^ninja' "$work/calls" || true)"

if ((failures > 0)); then echo "$failures expectations failed" >&2; exit 1; fi
