# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# Functions of the launcher that are needed only when something is missing or out of date. Sourced by ./tandem,
# which sets root, build, binary, stamp and up_to_date.

say() { printf 'tandem: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 4
}

# One line on a terminal that is overwritten by the next; nothing elsewhere.
progress() { if [[ -t 2 ]]; then printf '\r\033[Ktandem: %s' "$*" >&2; fi; }
end_progress() { if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi; }

# Runs one launcher step at a time in this clone; a second start waits and then finds the work done.
with_lock() {
  mkdir -p "$root/build"
  exec 9>"$root/build/.lock"
  if ! flock --nonblock 9; then
    say "another start is building; waiting for it"
    flock 9
  fi
  "$@"
  exec 9>&-
}

# packages GROUP...: the names of these groups in scripts/packages.txt.
packages() {
  local name group rest
  while read -r name group rest; do
    if [[ $name != \#* && " $* " == *" $group "* ]]; then echo "$name"; fi
  done <"$root/scripts/packages.txt"
}

# Installs what is missing of the given groups. Other distributions than Debian have other package names: there
# the build is tried with what is found.
require_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian; going on with what is installed (the needs are listed in scripts/packages.txt)"
    return
  fi
  local wanted installed missing
  wanted=$(packages "$@" | LC_ALL=C sort)
  # shellcheck disable=SC2086  # one word a package
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p' | LC_ALL=C sort -u) || true
  missing=$(LC_ALL=C comm -23 <(echo "$wanted") <(echo "$installed") | xargs)
  if [[ -z $missing ]]; then return; fi

  local as_root=() command="apt-get install --no-install-recommends $missing"
  if [[ ${TANDEM_NO_INSTALL-} == 1 ]]; then
    fail "TANDEM_NO_INSTALL=1, and these Debian packages are missing: $missing"
  fi
  if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null; then fail "only root can install what is missing; as root: $command"; fi
    say "the build needs Debian packages that are missing: $missing"
    say "installing them needs root, so sudo may ask for your password. It will run: $command"
    as_root=(sudo env)
  else
    say "installing the Debian packages that are missing: $missing"
    as_root=(env)
  fi
  local log=$root/build/install.log
  progress "installing packages (log: build/install.log)"
  # A failed update is not the end: the lists that are there may do.
  # shellcheck disable=SC2086
  if ! { "${as_root[@]}" apt-get update || true
         "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
       } >"$log" 2>&1; then
    end_progress
    cat "$log" >&2
    fail "the packages could not be installed (log: build/install.log); the command was: $command"
  fi
  end_progress
}

# Reads a build's output: "[done/total] ..." lines become the progress line, with the time left.
show_steps() {
  local what=$1 line begun=$SECONDS spent left
  while IFS= read -r line; do
    if [[ $line =~ ^\[([1-9][0-9]*)/([0-9]+)\] ]]; then
      spent=$((SECONDS - begun))
      left=$((spent * (BASH_REMATCH[2] - BASH_REMATCH[1]) / BASH_REMATCH[1]))
      progress "$what: ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} steps, $spent s, about $left s left"
    fi
  done
  end_progress
}

# configure PRESET: once, and again after an interrupted attempt or in a folder that was moved.
configure() {
  local folder=$root/build/$1 log=$root/build/$1-configure.log launcher=()
  if [[ -f $folder/CMakeCache.txt ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
    rm -rf "$folder"
  fi
  if [[ -f $folder/build.ninja ]]; then return; fi
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  progress "configuring the $1 build"
  # Flags of the caller's environment would make this build differ from everyone else's.
  if ! (cd "$root" && env -u CFLAGS -u CXXFLAGS -u CPPFLAGS -u LDFLAGS cmake --preset "$1" "${launcher[@]}") \
    >"$log" 2>&1; then
    end_progress
    cat "$log" >&2
    fail "the $1 build could not be configured (log: build/$1-configure.log)"
  fi
  end_progress
}

# build_target PRESET TARGET...: with all cores; the compiler's output only when something fails.
build_target() {
  local log=$root/build/$1.log
  if ! env PYTHONDONTWRITEBYTECODE=1 ninja -C "$root/build/$1" -j "$(nproc)" "${@:2}" 2>&1 | tee "$log" |
    show_steps "building $1"; then
    sed -n '/^FAILED: /,$p; /^ninja: error/p; /^CMake Error/,$p' "$log" >&2
    fail "the $1 build failed (log: build/$1.log)"
  fi
}

build_program() {
  if up_to_date; then return; fi  # another start did it while this one waited for the lock
  require_packages build
  configure release
  touch "$build/.begun"
  build_target release tandem tandem_rtl  # the accelerator's library is opened by name, so nothing links it
  [[ -x $binary ]] || fail "the build made no $binary"
  echo "$root" >"$build/.stamp"
  touch --reference="$build/.begun" "$build/.stamp"
  mv "$build/.stamp" "$stamp"
}

# step TEXT COMMAND...: one named step of many; those that fail are collected in failed_steps, and the next goes on.
failed_steps=()
step() {
  local text=$1 begun=$SECONDS
  shift
  echo "-- $text"
  if "$@"; then
    echo "   ok, $((SECONDS - begun)) s"
  else
    echo "   FAILED after $((SECONDS - begun)) s"
    failed_steps+=("$text")
  fi
}

# Ends a list of steps: 1 when one of them failed.
steps_passed() {
  if ((${#failed_steps[@]} == 0)); then return 0; fi
  printf 'failed: %s\n' "${failed_steps[@]}" >&2
  return 1
}
