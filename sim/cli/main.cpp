// SPDX-License-Identifier: Apache-2.0
// The program: reads the command line, calls the command, turns how it failed into the exit code.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <systemc>

#include "dse/sweep/store.h"
#include "models/core/error.h"
#include "sim/cli/command_words.h"
#include "sim/cli/commands.h"
#include "sim/cli/complaint.h"
#include "sim/cli/evidence.h"
#include "sim/cli/manual.h"
#include "sim/cli/measured_throughput.h"

namespace {

using namespace tandem;

// As a shell would take it again.
std::string command_line(int argc, char** argv) {
  std::string line = "tandem";
  for (int i = 1; i < argc; ++i) line += " " + cli::shell_word(argv[i]);
  return line;
}

int run_program(int argc, char** argv) {
  CLI::App app{
      "Tandem simulates CNN inference on edge chips and searches for the best way to share the work between\n"
      "big.LITTLE cores and an accelerator.\n\n"
      "First run:   tandem run quickstart\n"
      "First page:  tandem run quickstart --out out/first && tandem report out/first\n"
      "More:        tandem COMMAND --help shows examples\n"
      "Tests:       tandem test, the launcher's own, builds and runs them all",
      "tandem"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "tandem 0.1.0");
  int code = 0;
  cli::RunArguments arguments;
  arguments.command = command_line(argc, argv);
  const auto add_run_options = [&](CLI::App* command) {
    CLI::Option* file =
        command->add_option("run", arguments.run_file, "run file, or a name in configs/runs")->required();
    command->add_option("--set", arguments.assignments, "change a key of the run file: key=value")
        ->allow_extra_args(false);
    command->add_flag("--json", arguments.json, "print one JSON object and nothing else");
    return file;
  };

  CLI::App* run = app.add_subcommand("run", "simulate one run");
  add_run_options(run);
  run->add_option(
      "--out", arguments.out,
      "folder for result.json, layers.csv, timeline.json, schedule.toml, and what tandem report needs");
  run->add_option("--trace", arguments.trace,
                  "write the timeline, for Perfetto or speedscope, to this JSON file");
  run->add_option(
      "--waves", arguments.waves,
      "write every signal of the accelerator's RTL to this FST file, and a GTKWave save file beside it");
  run->add_option("--waves-from", arguments.waves_from, "first simulated time to write, as in '20 us'");
  run->add_option("--waves-for", arguments.waves_for, "how much simulated time to write");
  run->callback([&] { code = cli::run_command(arguments); });

  std::vector<std::string> planners;
  CLI::App* compare = app.add_subcommand("compare", "the same run under several planners");
  add_run_options(compare);
  compare
      ->add_option("--planners", planners,
                   "e.g. accelerator-only,cosched,a53x4; all: every cluster and planner but the oracle")
      ->required()
      ->delimiter(',');
  compare->add_option("--out", arguments.out,
                      "folder for comparison.json, of which tandem report makes a page");
  compare->callback([&] { code = cli::compare_command(arguments, planners); });

  cli::PlanArguments planning;
  CLI::App* plan = app.add_subcommand("plan", "make a schedule without simulating it");
  add_run_options(plan)->required(false);
  plan->add_option("--planner", planning.planner, "instead of the run file's; without one, exact");
  plan->add_option("--objective", planning.objective, "throughput, latency or energy");
  plan->add_option("--min-throughput", planning.min_throughput, "images a second a pipeline must make")
      ->check(CLI::Range(0.0, 1e6));
  plan->add_option("--costs", planning.costs, "CSV of layer times: network,layer,core_type,cores,time_ms");
  plan->add_option("--network", planning.network, "which network of the table, where it has several");
  plan->add_flag("--front", planning.front, "every pipeline that none beats in both throughput and energy");
  plan->add_option("--refine", planning.refine, "simulate a pipeline and plan again, so many times at most")
      ->check(CLI::Range(0, 100));
  plan->add_option("--certificate", planning.certificate, "write the proof, for tandem-check, to this file");
  plan->add_option("--save", planning.save, "write the schedule to this TOML file");
  plan->callback([&] {
    planning.run = arguments;
    code = cli::plan_command(planning);
  });

  std::string what;
  std::string name;
  bool json = false;
  CLI::App* describe = app.add_subcommand("describe", "show a platform, network or run");
  describe->add_option("what", what, "platform, network or run")->required();
  describe->add_option("name", name, "its name, or a file")->required();
  describe->add_flag("--json", json, "print one JSON object and nothing else");
  describe->callback([&] { code = cli::describe_command(what, name, json); });

  std::string model;
  std::string out;
  CLI::App* import_onnx = app.add_subcommand("import", "turn an ONNX model into a network file");
  import_onnx->add_option("model", model, "the ONNX file")->required();
  import_onnx->add_option("--out", out, "the TOML file to write; default: stdout");
  import_onnx->callback([&] { code = cli::import_command(model, out); });

  std::string measured = "configs/calibration/armcl_rk3399pro_parts.csv";
  std::string parts = "configs/calibration/parts.toml";
  int rounds = 2;
  CLI::App* calibrate = app.add_subcommand("calibrate", "fit a platform's core types to measured times");
  calibrate->add_option("platform", name, "platform file, or a name in configs/platforms")->required();
  calibrate->add_option("--measured", measured, "CSV of measured parts")->capture_default_str();
  calibrate->add_option("--parts", parts, "which layers a part is")->capture_default_str();
  calibrate->add_option("--rounds", rounds, "of simulation and fit")
      ->capture_default_str()
      ->check(CLI::Range(1, 20));
  std::string throughput;
  calibrate->add_option("--throughput", throughput,
                        "fit the pace of the board's library to this CSV of whole clusters instead");
  std::string model_file, array;
  bool model_rtl = false;
  calibrate->add_option(
      "--out", model_file,
      "fit the published latency model to layers simulated on the platform instead, write it here");
  calibrate->add_option("--accelerator", array, "with --out: the array, instead of the platform's (8x32)");
  calibrate->add_flag("--rtl", model_rtl, "with --out: simulate the RTL, not its cycle model");
  std::string stages, precision = "fp32";
  std::vector<std::string> networks = {"mobilenet_v1", "squeezenet", "alexnet", "googlenet", "resnet50"};
  calibrate->add_option("--stages", stages,
                        "fit the performance model of Pipe-it to simulated networks instead, write the cost "
                        "table it predicts here");
  calibrate->add_option("--networks", networks, "with --stages: two or more, each predicted from the others")
      ->delimiter(',')
      ->capture_default_str();
  calibrate->add_option("--precision", precision, "with --stages")
      ->check(CLI::IsMember({"fp32", "int8"}))
      ->capture_default_str();
  calibrate->callback([&] {
    if (!stages.empty()) {
      code = cli::calibrate_stages_command(name, networks, precision, stages);
      return;
    }
    if (!model_file.empty()) {
      code = cli::calibrate_model_command(name, array, model_rtl, model_file);
      return;
    }
    code = throughput.empty() ? cli::calibrate_command(name, measured, parts, rounds, out)
                              : cli::calibrate_throughput_command(name, throughput, parts);
  });
  calibrate->add_option("--csv", out, "write every row with its work to this file");

  std::vector<std::string> suites;
  std::string golden;
  bool update = false;
  CLI::App* validate = app.add_subcommand(
      "validate", "hold the simulator against saved figures, measured boards and closed forms");
  validate->add_option(
      "suites", suites,
      "folders of configs/runs, or " + join(tandem::cli::evidence_suites()) + "; default: all");
  validate->add_option("--golden", golden, "folder of the saved figures; default: tests/golden");
  validate->add_flag("--update", update, "save today's figures as the golden ones");
  validate->add_flag("--json", json, "print one JSON object and nothing else");
  std::string page;
  validate->add_option("--page", page, "write the evidence as Markdown to this file");
  validate->callback([&] { code = cli::validate_command(suites, golden, update, json, page); });

  cli::SweepArguments sweep_arguments;
  CLI::App* sweep = app.add_subcommand("sweep", "compute the points of a design space, and answer");
  sweep->add_option("sweep", sweep_arguments.sweep_file, "sweep file, or a name in configs/sweeps")
      ->required();
  sweep->add_option("--jobs", sweep_arguments.jobs, "points at once; default: the machine's cores")
      ->check(CLI::Range(1, 1024));
  sweep->add_option("--store", sweep_arguments.store, "SQLite file of results; default: NAME.db here");
  sweep->add_option("--on", sweep_arguments.on, "where the points are computed: local, or slurm")
      ->capture_default_str()
      ->check(CLI::IsMember({"local", "slurm"}));
  sweep->add_option("--tasks", sweep_arguments.tasks, "tasks of a Slurm array, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  sweep->add_option("--shard", sweep_arguments.shard, "compute a list of jobs (what a Slurm task does)");
  sweep->add_flag("--dry-run", sweep_arguments.dry, "only show the space, its size and a sample");
  sweep->add_flag("--json", sweep_arguments.json, "print one JSON object and nothing else on stdout");
  sweep->callback([&] { code = cli::sweep_command(sweep_arguments); });

  CLI::App* export_store = app.add_subcommand("export", "write a store's points as CSV");
  export_store->add_option("store", name, "SQLite file that tandem sweep made")->required();
  export_store->add_option("--out", out, "CSV file to write; default: stdout");
  export_store->callback([&] { code = cli::export_command(name, out); });

  cli::ReportArguments report_arguments;
  CLI::App* report =
      app.add_subcommand("report", "make a page, one HTML file, of a run, a comparison or a sweep");
  report
      ->add_option("source", report_arguments.source,
                   "folder of run --out or compare --out, a result as JSON, or a sweep's store")
      ->required();
  report->add_option("--out", report_arguments.out, "HTML file to write")->capture_default_str();
  report->add_option("--sweep", report_arguments.sweep, "which sweep of the store; default: its only one");
  report->callback([&] { code = cli::report_command(report_arguments); });

  std::string shell;
  CLI::App* completion =
      app.add_subcommand("completion", "print what makes a shell complete commands, options and names");
  completion->add_option("shell", shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  completion->callback([&] { fmt::print("{}", cli::bash_completion(app)); });
  app.add_subcommand("manual", "print the manual page")->callback([&] {
    fmt::print("{}", cli::man_page(app));
  });
  cli::add_examples(app);

  if (argc > 1 && argv[1][0] != '-') {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), argv[1]) == names.end()) {
      const std::string near = nearest_name(argv[1], names);
      throw InputError({"tandem", 0, 0}, "",
                       fmt::format("\"{}\" is no command{}; allowed is one of {}", argv[1],
                                   near.empty() ? "" : ", did you mean \"" + near + "\"?", join(names)));
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return code;
}

// What was printed has arrived: on a full disk an answer must not end in the middle with success.
void finish_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "standard output");
}

}  // namespace

int sc_main(int argc, char** argv) {
  try {
    const int code = run_program(argc, argv);
    finish_output();
    return code;
  } catch (const InputError& error) {
    fmt::print(stderr, "{}", cli::complaint(error, cli::wants_colour(2)));
    return 2;
  } catch (const CheckError& error) {
    fmt::print(stderr, "tandem: check failed: {}\n", error.what());
    return 1;
  } catch (const SimulationError& error) {
    fmt::print(stderr, "tandem: simulation failed: {}\n", error.what());
    return 3;
  } catch (const std::system_error& error) {
    fmt::print(stderr, "tandem: cannot be written: {}\n", error.what());
    return 3;
  } catch (const sweep::StoreError& error) {
    fmt::print(stderr, "tandem: {}\n", error.what());
    return 3;
  } catch (const std::exception& error) {
    fmt::print(stderr, "tandem: internal error: {}\n", error.what());
    return 3;
  }
}

int main(int argc, char** argv) {
  // SystemC prints its copyright unless told not to; stdout belongs to the answers.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
