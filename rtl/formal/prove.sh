#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Proves the bus logic: yosys turns a *_proof.sv with its unit into an AIGER netlist, yosys-abc proves it.
#
#   prove.sh [PROOF...]                 prove these, or all but write_master_4, which is slow; a table on stdout
#   prove.sh --check-the-checkers [...] that these can fail: each must refute the faults of ../mutation/faults.toml that
#                                       name it
#   prove.sh --list                     the names
#   --sources DIR                       the units, default ../accelerator
#   --work DIR                          netlists, logs and counterexamples, default build/formal
#
# A proof is green when all assertions hold in every reachable state, and every cover state is reached: the
# assumptions leave room for what is interesting. Exit code 0: all green. 1: not; the trace of a counterexample
# (.vcd) is in the work folder and the line it violates in the table. 2: wrong arguments or no yosys.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$here/../accelerator
mutate=$here/../mutation/mutate.py
work=$here/../../build/formal

# name: proof, units, parameters and macros, memory to look into (wire, memory, its words), depth at which covers are sought
proofs=(
  "axi_lite_slave: axi_lite_slave_proof axi_lite_slave - - 8"
  "fifo_4: fifo_proof fifo Width=8,Depth=4 words,u_fifo.memory,4 10"
  "fifo_64: fifo_proof fifo Width=8,Depth=64 words,u_fifo.memory,64 68"
  "burst_length_20: burst_length_proof burst_length CountBits=20 - 1"
  "burst_length_32: burst_length_proof burst_length CountBits=32 - 1"
  "burst_length_8: burst_length_proof burst_length CountBits=32,MaxBeats=8 - 1"
  "read_arbiter_2: read_arbiter_proof read_arbiter Requesters=2 - 1"
  "read_arbiter_3: read_arbiter_proof read_arbiter Requesters=3 - 1"
  "read_master: read_master_proof read_master,burst_length Outstanding=8 words,u_dut.address_of,32 20"
  "write_master_1: write_master_proof write_master,burst_length,fifo Planes=1 words,u_dut.address_of,8 20"
  "write_master_2: write_master_proof write_master,burst_length,fifo Planes=2 words,u_dut.address_of,8 20"
  "pe_simulated: pe_proof pe,ram - - 1"
  "pe_synthesised: pe_proof pe,ram SYNTHESIS - 1"
  "write_master_4: write_master_proof write_master,burst_length,fifo Planes=4 words,u_dut.address_of,8 24"
)

check_checkers=no
wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --check-the-checkers) check_checkers=yes ;;
    --list) printf '%s\n' "${proofs[@]%%:*}"; exit 0 ;;
    --sources) sources=${2?}; shift ;;
    --work) work=${2?}; shift ;;
    -*) echo "prove.sh: unknown option $1" >&2; exit 2 ;;
    *) wanted+=("$1") ;;
  esac
  shift
done
for tool in yosys yosys-abc; do
  command -v $tool >/dev/null || { echo "prove.sh: $tool is not installed" >&2; exit 2; }
done
mkdir -p "$work"
work=$(cd "$work" && pwd)
sources=$(cd "$sources" && pwd)

line_of() { printf '%s\n' "${proofs[@]}" | grep "^$1: " || { echo "prove.sh: no proof $1; see --list" >&2; exit 2; }; }
for name in "${wanted[@]}"; do line_of "$name" >/dev/null; done
[ ${#wanted[@]} -gt 0 ] || mapfile -t wanted < <(printf '%s\n' "${proofs[@]%%:*}" | grep -v '^write_master_4$')

# prepare NAME: NAME.il (words, for traces), NAME.aig (assertions), NAME.cover.aig; in the current folder.
prepare() {
  local name top units parameters parameter memory depth unit i files=() connect='' chparam='' defines=''
  read -r name top units parameters memory depth <<<"$(line_of "$1")"
  name=${name%:}
  for unit in ${units//,/ }; do files+=("$sources/$unit.sv"); done
  for parameter in ${parameters//,/ }; do
    case $parameter in
      *=*) chparam+=" -chparam ${parameter/=/ }" ;;
      [A-Z]*) defines+=" -D $parameter" ;;
    esac
  done
  # The proofs look at single words of a memory; after memory_map they are registers with names of their own.
  if [ "$memory" != - ]; then
    local wire array words
    IFS=, read -r wire array words <<<"$memory"
    for ((i = words - 1; i >= 0; i--)); do connect+=",${array}[$i]"; done
    connect="connect -set $wire ${connect#,}"
  fi
  local bits='techmap; dffunmap; setundef -anyseq; opt_expr; opt_clean; aigmap; opt_clean -purge; write_aiger -zinit'
  rm -f "$name".*
  yosys -q -l "$name.yosys.log" -w 'used but has no driver' -p "
    read_verilog -formal -sv $defines $here/$top.sv ${files[*]}
    hierarchy -check -top $top $chparam
    proc; flatten; opt_expr; opt_clean -purge; memory_dff; memory_collect; async2sync; memory_map; $connect
    opt_expr; opt_clean -purge; write_rtlil $name.il; design -save words
    chformal -cover -remove; opt_clean -purge; $bits -map $name.map $name.aig
    design -load words
    chformal -assert -remove; techmap -map $here/cover_to_assert.v; opt_clean -purge; $bits $name.cover.aig" \
    >"$name.log" 2>&1 || { cat "$name.log" >&2; echo "prove.sh: yosys failed for $name" >&2; return 1; }
}

abc() { yosys-abc -c "$1" >>"$2" 2>&1 || true; }

# refuted NAME CYCLES: 0: a counterexample within so many cycles, in NAME.vcd and NAME.violated. 1: there is none.
# 2: the time was over before that was known.
refuted() {
  local name=$1 top
  rm -f "$name.aiw" "$name.bmc.log"
  abc "$netlist; bmc3 -F $2 -T 120; write_cex -a $name.aiw" "$name.bmc.log"
  if [ ! -f "$name.aiw" ]; then
    grep -q 'No output asserted' "$name.bmc.log" || return 2
    if grep -q 'timeout' "$name.bmc.log"; then return 2; fi
    return 1
  fi
  top=$(line_of "$name" | cut -d ' ' -f 2)
  yosys -l "$name.trace.log" -p "read_rtlil $name.il; chformal -cover -remove
    sim -clock clk_i -r $name.aiw -map $name.map -vcd $name.vcd $top" >/dev/null 2>&1 || true
  # yosys has an assertion begin where the statement before it ends.
  sed -nE 's/.*[(/|]([a-z_]+\.sv):[0-9]+\.[0-9]+-([0-9]+)\.[0-9]+\) failed.*/\1:\2/p' "$name.trace.log" |
    sort -u | tr '\n' ' ' >"$name.violated" || true
}

# induction NAME: over three cycles; the base case is refuted's.
induction() {
  abc "$netlist; ind -F 3 -T 200" "$1.ind.log"
  grep -q '^Networks are equivalent' "$1.ind.log"
}

# reachability NAME: property-directed.
reachability() {
  abc "$netlist; pdr -T 120" "$1.pdr.log"
  grep -q '^Property proved' "$1.pdr.log"
}

# enumeration NAME: all values of the outputs in the first three cycles, as decision diagrams; complete where no state
# lasts longer, and the way for products, which the others cannot do.
enumeration() {
  abc "read_aiger $1.aig; frames -i -F 3; strash; collapse; strash; print_stats" "$1.bdd.log"
  grep -q 'and = *0 ' "$1.bdd.log"
}

# verdict NAME: a line that says proven, or why not.
verdict() {
  local name=$1 base=0 netlist="read_aiger $1.aig; fold; orpos; strash; scleanup"
  if [[ $name == pe_* ]] && enumeration "$name"; then
    echo proven
    return
  fi
  refuted "$name" 4 || base=$?
  if [ $base = 1 ] && induction "$name"; then
    echo proven
  elif [ $base = 0 ] || refuted "$name" 30; then
    echo "REFUTED at $(cat "$name.violated")see $work/$name.vcd"
  elif reachability "$name"; then
    echo proven
  else
    echo 'NOT PROVEN: no counterexample and no proof'
  fi
}

# covered NAME: how many cover states there are and how many are reached.
covered() {
  local name=$1 depth count=0 reached=0 i
  depth=$(line_of "$name" | cut -d ' ' -f 6)
  count=$(grep -c 'cell [$]cover ' "$name.il" || true)
  for ((i = 0; i < count; i++)); do
    abc "read_aiger $name.cover.aig; fold; strash; cone -s -O $i; strash; scleanup; bmc3 -S $depth -F $((depth + 6)) -T 60" \
      "$name.cover$i.log"
    if grep -q 'was asserted in frame' "$name.cover$i.log"; then reached=$((reached + 1)); fi
  done
  echo "$reached $count"
}

elapsed() { awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $1 }"; }

prove() {
  local name=$1 begin result assertions reached covers
  begin=$(date +%s.%N)
  prepare "$name" || return 1
  assertions=$(grep -c 'cell [$]assert ' "$name.il")
  read -r reached covers <<<"$(covered "$name")"
  result=$(verdict "$name")
  if [ "$result" = proven ] && [ "$reached" != "$covers" ]; then
    result='VACUOUS: a cover state is never reached'
  fi
  printf '%-16s %10s %7s %9s  %s\n' "$name" "$assertions" "$reached/$covers" "$(elapsed "$begin")" "$result"
  [ "$result" = proven ]
}

# check NUMBER PROOF WHY: the proof must refute the unit with this fault.
check() {
  local number=$1 name=$2 begin result violated status=0 netlist="read_aiger $2.aig; fold; orpos; strash; scleanup"
  begin=$(date +%s.%N)
  rm -rf faulty
  mkdir faulty
  cp -r "$sources" faulty/accelerator
  "$mutate" "$number" faulty || return 1
  local sources=$PWD/faulty/accelerator  # prepare's, until this check ends
  prepare "$name" || return 1
  refuted "$name" 40 || status=$?
  case $status in
    0)
      violated=$(cat "$name.violated")
      result="refuted ${violated:+at $violated}"
      ;;
    1) result='NOT REFUTED' ;;
    *) result='NOT REFUTED in time' ;;
  esac
  printf '%5s %-16s %9s  %s (%s)\n' "$number" "$name" "$(elapsed "$begin")" "$result" "$3"
  [[ $result != NOT* ]]
}

status=0
cd "$work"
if [ $check_checkers = yes ]; then
  printf '%5s %-16s %9s  %s\n' fault proof 'time [s]' result
  while read -r number name why; do
    [[ " ${wanted[*]} " == *" $name "* ]] || continue
    check "$number" "$name" "$why" </dev/null || status=1
  done < <("$mutate" --list --proof)
else
  printf '%-16s %10s %7s %9s  %s\n' proof assertions covers 'time [s]' result
  for name in "${wanted[@]}"; do prove "$name" || status=1; done
fi
exit $status
