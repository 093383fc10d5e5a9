# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# The static parts of ./check, which runs them from the root of the tree.

# tracked PATTERN...: the files of the project; those of a folder without git are found by name.
tracked() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -- "$@" | while IFS= read -r file; do if [[ -f $file ]]; then echo "$file"; fi; done
  else
    local pattern
    for pattern in "$@"; do find . -path ./build -prune -o -name "$pattern" -printf '%P\n'; done | LC_ALL=C sort
  fi
}

check_format() {
  local file status=0
  for file in $(tracked '*.cpp' '*.h'); do
    if ! clang-format "$file" | cmp -s - "$file"; then
      echo "$file: run clang-format -i on it"
      status=1
    fi
  done
  return "$status"
}

check_scripts() {
  local file status=0
  for file in tandem check .ci/run $(tracked '*.sh'); do
    bash -n "$file" || status=1
  done
  return "$status"
}

# Every module is linted as a top of its own, with its default parameters.
check_rtl() {
  local file folders=() status=0
  for file in $(tracked '*.sv' | xargs -r -n1 dirname | LC_ALL=C sort -u); do folders+=(-y "$file"); done
  for file in $(tracked '*.sv' | grep -v '^tests/'); do
    verilator --lint-only -Wall "${folders[@]}" --top-module "$(basename "$file" .sv)" "$file" || status=1
  done
  return "$status"
}

check_generated() {
  local work status=0 file
  work=$(mktemp -d)
  # `set -e` is off in a step: a generator that fails must be seen here.
  python3 rtl/registers/generate.py --out "$work" || status=1
  while IFS= read -r file; do
    diff -u "$file" "$work/$file" || status=1
  done < <(cd "$work" && find . -type f -printf '%P\n' | LC_ALL=C sort)
  rm -rf "$work"
  python3 docs/reference.py --check || status=1
  return "$status"
}

# The largest source of every folder: the same choice on every machine.
largest_sources() {
  local file
  tracked 'models/*.cpp' 'dse/*.cpp' 'sim/*.cpp' | while IFS= read -r file; do
    printf '%s %s %s\n' "$(dirname "$file")" "$(wc -l <"$file")" "$file"
  done | LC_ALL=C sort -k1,1 -k2,2nr -k3,3 | awk '!seen[$1]++ { print $3 }'
}
last_commits_sources() {
  git diff --name-only --diff-filter=d HEAD~1 -- '*.cpp' 2>/dev/null || true
}

# check_tidy all|some: sources the build compiles; a source costs 5 to 10 s.
# shellcheck disable=SC2016  # the inner shell expands these
check_tidy() {
  local database=$build/compile_commands.json
  { if [[ $1 == all ]]; then tracked '*.cpp'; else largest_sources; last_commits_sources; fi; } | LC_ALL=C sort -u |
    while IFS= read -r file; do if grep -qF "$root/$file\"" "$database"; then echo "$file"; fi; done |
    xargs -P "$(nproc)" -n 1 bash -c 'clang-tidy -p "$0" --quiet --extra-arg=-Wno-unknown-warning-option "$1" 2>/dev/null' "$build"
}
