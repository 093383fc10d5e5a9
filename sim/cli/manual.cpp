// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/manual.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "sim/cli/evidence.h"

namespace tandem::cli {

namespace {

struct Example {
  const char* command;
  const char* what;
};

const std::map<std::string, std::vector<Example>>& examples() {
  static const std::map<std::string, std::vector<Example>> all = {
      {"run",
       {{"tandem run quickstart", "SqueezeNet on an Ultra96, accelerator in RTL"},
        {"tandem run quickstart --set network=resnet18 --set images=4", "another network, four images"},
        {"tandem run quickstart --set fidelity.accelerator=model", "with the fast model of the accelerator"},
        {"tandem run quickstart --out out/first", "everything into files; then tandem report out/first"},
        {"tandem run quickstart --trace trace.json", "the timeline, for Perfetto or speedscope"},
        {"tandem run quickstart --waves w.fst --waves-from '1 ms' --waves-for '20 us'",
         "every signal of the RTL"},
        {"tandem run quickstart --json | jq .latency_ms", "one figure for a script"}}},
      {"compare",
       {{"tandem compare quickstart --planners accelerator-only,cpu-only,cosched",
         "who shares the work best"},
        {"tandem compare quickstart --planners cpu-only,cosched --out out/two",
         "then tandem report out/two"}}},
      {"plan",
       {{"tandem plan quickstart --save schedule.toml",
         "a schedule to read and edit; [schedule] file runs it"},
        {"tandem plan --costs measured.csv --planner exact",
         "the best pipeline over times measured on a board"},
        {"tandem plan quickstart --planner exact --front", "throughput against energy"}}},
      {"describe",
       {{"tandem describe platform hikey970", "its clusters, memory, accelerators"},
        {"tandem describe network squeezenet_v1_1", "its layers"}}},
      {"import", {{"tandem import model.onnx --out model.toml", "an ONNX model as a network file"}}},
      {"calibrate",
       {{"tandem calibrate rk3399pro", "fit its cores to the measured parts"},
        {"tandem calibrate ultra96 --out ultra96.toml", "the co-scheduling study's latency model of a board"},
        {"tandem calibrate hikey970 --stages stages.csv", "Pipe-it's performance model, as a cost table"}}},
      {"validate",
       {{"tandem validate", "everything; exit code 1 when something is outside its tolerance"},
        {"tandem validate cpu memory", "two suites"}}},
      {"sweep",
       {{"tandem sweep tiny_edge --dry-run", "how large the space is"},
        {"tandem sweep tiny_edge", "compute and answer; interrupted, it goes on where it was"},
        {"tandem report tiny_edge.db", "then the page"}}},
      {"export",
       {{"tandem export tiny_edge.db --out points.csv", "every point with its parameters and metrics"}}},
      {"report",
       {{"tandem report out/first", "of a run with --out out/first; writes report.html"},
        {"tandem report out/two --out planners.html", "of a comparison with --out out/two"},
        {"tandem report tiny_edge.db", "of a sweep"}}},
      {"completion",
       {{"source <(tandem completion bash)", "for this shell; put it into ~/.bashrc for every one"}}},
      {"manual", {{"tandem manual | man -l -", "reads it"}}},
  };
  return all;
}

// "-" at a line's start and "\" mean something to troff.
std::string troff(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if (c == '\n')
      safe += "\n.br\n";
    else
      safe += c;
  }
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  std::vector<const CLI::App*> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(command);
  return commands;
}

}  // namespace

void add_examples(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    const auto found = examples().find(command->get_name());
    if (found == examples().end()) continue;
    std::string text = "Examples:\n";
    for (const Example& example : found->second)
      text += fmt::format("  {}\n        {}\n", example.command, example.what);
    text.pop_back();
    command->footer(text);
  }
}

std::string man_page(const CLI::App& app) {
  std::string text =
      ".\\\" Made by tandem manual; do not edit.\n"
      ".TH TANDEM 1\n.SH NAME\ntandem \\- simulates CNN inference on edge chips and searches for the best "
      "way to share "
      "the work\n.SH SYNOPSIS\n.B tandem\n.I COMMAND\n[arguments]\n.SH DESCRIPTION\n";
  text += troff(app.get_description()) + "\n.SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format(".SS \"tandem {}\"\n{}\n", command->get_name(), troff(command->get_description()));
    for (const CLI::Option* option : command->get_options()) {
      const std::string value = option->get_items_expected_max() > 0 && !option->get_lnames().empty()
                                    ? "\\fR \\fI" + troff(option->get_type_name())
                                    : "";
      text += fmt::format(".TP\n.B {}{}\n{}\n", troff(option->get_name(true, true)), value,
                          troff(option->get_description()));
    }
    const auto found = examples().find(command->get_name());
    if (found == examples().end()) continue;
    text += ".PP\nExamples:\n";
    for (const Example& example : found->second)
      text += fmt::format(".TP\n.B {}\n{}\n", troff(example.command), troff(example.what));
  }
  text +=
      ".SH EXIT STATUS\n0 success, 1 a check failed, 2 wrong input (with the place and what is allowed), 3 "
      "the simulation "
      "failed, 4 the launcher could not install or build; 130 a sweep was stopped with Ctrl-C, and can go "
      "on.\n.SH ENVIRONMENT\n"
      ".TP\n.B NO_COLOR\nset and not empty: no colours, ever\n"
      ".TP\n.B TANDEM_ROOT\nthe project's folder, for a program that was moved; default: where it was built\n"
      ".TP\n.B TANDEM_CACHE\nfolder of what is remembered between runs; default: build/cache of the project\n"
      ".TP\n.B TANDEM_RTL_DIR\nfolder of the Verilated accelerators\n"
      ".TP\n.B TANDEM_NO_INSTALL\n1: the launcher names missing packages instead of installing them\n";
  return text;
}

std::string bash_completion(const CLI::App& app) {
  std::string names = "test", cases, suites;
  for (const std::string& suite : evidence_suites()) suites += suite + " ";
  for (const CLI::App* command : commands_of(app)) {
    names += " " + command->get_name();
    std::string options;
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) options += " --" + name;
    }
    cases += fmt::format("    {}) options=\"{}\" ;;\n", command->get_name(),
                         options.empty() ? "" : options.substr(1));
  }
  return fmt::format(
      R"bash(# Made by tandem completion bash.
_tandem() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]-}}
  local options= kind= root front=
  COMPREPLY=()
  # Bash takes "=" for a word of its own.
  if [[ $word == = ]]; then
    before== word=
  fi
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "{} --help --version" -- "$word")
    return
  fi
  case $command in
{}  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    return
  fi
  case $before in
    --planner | --planners)
      options="accelerator-only cpu-only kernel-parallel cosched pipeit exact joint oracle"
      if [[ $before == --planners ]]; then options+=" all"; fi
      if [[ $word == *,* ]]; then front=${{word%,*}},; fi ;;
    --set)
      options="network= platform= accelerator= images= precision= seed= time_limit= schedule.planner= schedule.objective=
        schedule.cores= schedule.wait= schedule.file= fidelity.cpu= fidelity.accelerator= fidelity.tensors=" ;;
    --on) options="local slurm" ;;
    --objective) options="latency throughput energy edp" ;;
    describe) options="platform network run" ;;
    completion) options="bash" ;;
    =) options=
       case ${{COMP_WORDS[COMP_CWORD-2]-}}/${{COMP_WORDS[COMP_CWORD-1]}} in
         network/* | */network) kind=networks ;;
         platform/* | */platform) kind=platforms ;;
         schedule.planner/* | */schedule.planner)
           options="accelerator-only cpu-only kernel-parallel cosched pipeit exact joint oracle" ;;
         precision/* | */precision) options="int8 fp32" ;;
         fidelity.cpu/* | */fidelity.cpu) options="tile analytic" ;;
         fidelity.accelerator/* | */fidelity.accelerator) options="model rtl analytic" ;;
       esac ;;
    *) if [[ $command == validate ]]; then options="{}smoke"; else options=; fi ;;
  esac
  if [[ -n $options ]]; then
    mapfile -t COMPREPLY < <(compgen -P "$front" -W "$options" -- "${{word#"$front"}}")
    if [[ ${{COMPREPLY[0]-}} == *= ]]; then compopt -o nospace 2>/dev/null; fi
    return
  fi
  if [[ -z $kind ]]; then case $command in
    run | compare | plan) kind=runs ;;
    sweep) kind=sweeps ;;
    calibrate) kind=platforms ;;
    describe) kind=${{COMP_WORDS[2]-}}s ;;
  esac; fi
  # Names of the project's own files, then files.
  root=${{TANDEM_ROOT:-$(dirname "$(readlink -f "$(command -v "${{COMP_WORDS[0]}}")")")}}
  if [[ -n $kind && -d $root/configs/$kind ]]; then
    mapfile -t COMPREPLY < <(cd "$root/configs/$kind" && compgen -G "$word*.toml" | sed 's/[.]toml$//')
  fi
  mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$word")
}}
complete -o filenames -F _tandem tandem ./tandem
)bash",
      names, cases, suites);
}

}  // namespace tandem::cli
