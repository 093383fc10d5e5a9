// SPDX-License-Identifier: Apache-2.0
// What a run file with its --set assignments becomes, and every way it can be wrong.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/spec/run.h"
#include "tests/unit/config_text.h"

namespace tandem::spec {
namespace {

using test::ConfigText;

ConfigText quickstart() { return ConfigText::shipped("configs/runs/quickstart.toml"); }

// What is said of the quickstart with these assignments.
std::string with(const std::vector<std::string>& assignments) {
  return quickstart().messages([&](const std::string& path) { read_run(path, assignments); });
}

std::string said(const ConfigText& text) {
  return text.messages([](const std::string& path) { read_run(path, {}); });
}

TEST(RunFile, BecomesARun) {
  const auto run = read_run("configs/runs/quickstart.toml", {});
  EXPECT_EQ(run.platform, "ultra96");
  EXPECT_EQ(run.network, "squeezenet_v1_1");
  EXPECT_EQ(run.images, 1);
  EXPECT_TRUE(run.int8);
  EXPECT_FALSE(run.array);
  EXPECT_EQ(run.planner, Planner::cosched);
  EXPECT_EQ(run.schedule_file, "");
  EXPECT_TRUE(run.cores.empty());
  EXPECT_FALSE(run.wait) << "what the schedule says";
  EXPECT_EQ(run.accelerator, AcceleratorFidelity::rtl);
}

TEST(RunFile, AssignmentsReplaceAndAddKeys) {
  const auto run =
      read_run("configs/runs/quickstart.toml",
               {"network=tiny", "images=3", "precision=fp32", "accelerator=16x16", "schedule.planner=oracle",
                "schedule.cores=a53x2", "frequency.a53=600 MHz", "schedule.wait=polling",
                "fidelity.accelerator=model", "seed=9", "time_limit=5 ms"});
  EXPECT_EQ(run.network, "tiny");
  EXPECT_EQ(run.images, 3);
  EXPECT_FALSE(run.int8);
  EXPECT_EQ(to_string(run.array.value()), "16x16");
  EXPECT_EQ(run.planner, Planner::oracle);
  EXPECT_EQ(run.wait, WaitPolicy::polling);
  EXPECT_EQ(run.cores, (std::vector<std::string>{"a53x2"}));
  EXPECT_EQ(run.frequency, (std::map<std::string, Hertz>{{"a53", Hertz(600'000'000)}}));
  EXPECT_EQ(run.accelerator, AcceleratorFidelity::model);
  EXPECT_EQ(run.seed, 9u);
  EXPECT_EQ(run.time_limit, Picoseconds(5'000'000'000));
}

TEST(RunFile, AQuantumIsASize) {
  EXPECT_EQ(read_run("configs/runs/quickstart.toml", {}).quantum, kQuantum);
  EXPECT_EQ(read_run("configs/runs/quickstart.toml", {"fidelity.quantum=4 KiB"}).quantum, Bytes(4096));
  EXPECT_THROW(read_run("configs/runs/quickstart.toml", {"fidelity.quantum=1023 B"}), InputError);
  EXPECT_THROW(read_run("configs/runs/quickstart.toml", {"fidelity.quantum=2 MiB"}), InputError);
}

TEST(RunFile, NamesTheExtensionsOfTheLatencyModel) {
  const Extensions all = read_run("configs/runs/quickstart.toml", {}).extensions;
  EXPECT_TRUE(all.contention && all.thread_start && all.cold_inputs && all.wait_policy);
  const Extensions none = read_run("configs/runs/quickstart.toml", {"schedule.extensions=[]"}).extensions;
  EXPECT_FALSE(none.contention || none.thread_start || none.cold_inputs || none.wait_policy);
  const Extensions one =
      read_run("configs/runs/quickstart.toml", {"schedule.extensions=cold_inputs"}).extensions;
  EXPECT_TRUE(one.cold_inputs && !one.contention && !one.thread_start && !one.wait_policy);
  EXPECT_NE(with({"schedule.extensions=[\"contension\"]"})
                .find("schedule.extensions: \"contension\" is unknown; allowed is any of contention, "
                      "thread_start, cold_inputs, wait_policy, did you mean \"contention\"?"),
            std::string::npos);
}

TEST(RunFile, AScheduleFileTakesThePlaceOfThePlanner) {
  ConfigText text = quickstart();
  text.replace("planner   = \"cosched\"", "file = \"mine.toml\"");
  EXPECT_EQ(read_run(text.write().path(), {}).schedule_file, "mine.toml");
}

TEST(RunErrors, AWrongPlannerSaysTheNearestAndAll) {
  const std::string message = with({"schedule.planner=coshed"});
  EXPECT_NE(
      message.find("schedule.planner: \"coshed\" is unknown, did you mean \"cosched\"?; allowed is one of "
                   "accelerator-only, cpu-only, cosched, oracle"),
      std::string::npos)
      << message;
}

TEST(RunFile, AFileThatIsSetReplacesThePlannerAndTheOtherWayRound) {
  ConfigText text = quickstart();
  EXPECT_EQ(read_run(text.write().path(), {"schedule.file=mine.toml"}).schedule_file, "mine.toml");
  text.replace("planner   = \"cosched\"", "file = \"mine.toml\"");
  const auto planned = read_run(text.write().path(), {"schedule.planner=oracle"});
  EXPECT_EQ(planned.schedule_file, "");
  EXPECT_EQ(planned.planner, Planner::oracle);
  EXPECT_THROW(read_run(text.write().path(), {"schedule.planner=oracle", "schedule.file=a.toml"}),
               InputError);
}

TEST(RunErrors, APlannerAndAFile) {
  ConfigText text = quickstart();
  text.replace("objective = \"latency\"", "file = \"mine.toml\"");
  const std::string message = said(text);
  EXPECT_EQ(message, "f.toml:" + std::to_string(text.line_of("planner   =")) +
                         ":13: schedule.planner: stands beside \"file\"; give one of the two");
}

TEST(RunErrors, NoImages) {
  ConfigText text = quickstart();
  text.replace("images    = 1", "images    = 0");
  EXPECT_EQ(said(text), "f.toml:" + std::to_string(text.line_of("images    =")) +
                            ":13: images: is 0; allowed is 1 to 100000");
}

TEST(RunErrors, AWrongArrayIsOneProblem) {
  for (const char* value : {"\"8x7\"", "\"\""}) {
    const std::string message = with({std::string("accelerator=") + value});
    EXPECT_NE(message.find(std::string("accelerator: ") + value + " is no array; allowed is TmxTn"),
              std::string::npos)
        << message;
    EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 0) << message;
  }
  const std::string number = with({"accelerator=8"});
  EXPECT_NE(number.find("accelerator: is an integer; give a string"), std::string::npos) << number;
  EXPECT_EQ(std::count(number.begin(), number.end(), '\n'), 0) << number;
}

TEST(RunErrors, AFrequencyWithoutUnit) {
  EXPECT_NE(with({"frequency.a53=1200"}).find("frequency.a53: "), std::string::npos);
  EXPECT_NE(with({"frequency.a53=1200 KiB"}).find("frequency.a53: is \"1200 KiB\"; give"), std::string::npos);
}

TEST(RunErrors, AnUnknownRun) {
  try {
    read_run("quickstrat", {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"quickstart\"?"), std::string::npos)
        << error.what();
  }
}

TEST(RunErrors, AllAtOnce) {
  ConfigText text = quickstart();
  text.replace("\"int8\"", "\"int16\"")
      .replace("images    = 1", "imgaes    = 1")
      .replace("\"rtl\"", "\"gate\"");
  text.replace("objective = \"latency\"", "objective = \"beauty\"");
  const std::string message = said(text);
  for (const char* part : {"imgaes: ", "did you mean \"images\"?", "precision: \"int16\" is unknown",
                           "schedule.objective: \"beauty\"", "fidelity.accelerator: \"gate\" is unknown"}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in\n" << message;
  }
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 3) << message;
}

TEST(PlannerNames, GoBothWays) {
  for (const std::string& name : planner_names()) EXPECT_EQ(to_string(planner_from(name, "")), name);
  try {
    planner_from("cpu_only", "--planners");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              "--planners: \"cpu_only\" is unknown, did you mean \"cpu-only\"?; allowed is one of "
              "accelerator-only, "
              "cpu-only, cosched, oracle, kernel-parallel, pipeit, exact, joint");
  }
}

}  // namespace
}  // namespace tandem::spec
