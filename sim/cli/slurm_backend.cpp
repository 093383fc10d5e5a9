// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/slurm_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "dse/sweep/job_list.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "sim/cli/command_words.h"
#include "sim/cli/program_output.h"

namespace tandem::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPause{1};  // between two looks at the queue
constexpr int kMostSilence = 120;          // looks that may fail one after the other: a controller restarts

void write_whole(const fs::path& path, const std::string& text) {
  if (!(std::ofstream(path, std::ios::binary) << text).flush())
    throw SimulationError(path.string() + " cannot be written; is the disk full?");
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Tasks of an array that have not ended; nothing when the queue does not answer.
std::optional<std::set<int>> waiting_tasks(const std::string& array) {
  const ProgramOutput queue =
      run_program({"squeue", "--noheader", "--array", "--jobs=" + array, "--format=%K %T"});
  // A job that ended long ago is forgotten.
  if (queue.code != 0 && queue.errors.find("Invalid job id") != std::string::npos) return std::set<int>{};
  if (queue.code != 0) return std::nullopt;
  std::set<int> tasks;
  std::istringstream lines(queue.out);
  int task = 0;
  for (std::string state; lines >> task >> state;) {
    if (state != "COMPLETED") tasks.insert(task);
  }
  return tasks;
}

}  // namespace

// Jobs without a result yet, by id.
struct SlurmBackend::Wanted {
  const std::vector<sweep::Job>& jobs;
  const Done& done;
  std::map<std::string, std::size_t> open;

  void take(const fs::path& store) {
    if (!fs::exists(store)) return;
    std::map<std::string, sweep::Outcome> outcomes;
    try {
      outcomes = sweep::Store(store.string(), sweep::Store::Use::read).outcomes();
    } catch (const std::exception&) {
      return;  // torn by what ended its task: its points are computed again
    }
    for (auto& [id, outcome] : outcomes) {
      const auto found = open.find(id);
      if (found == open.end()) continue;
      done(found->second, std::move(outcome));
      open.erase(found);
    }
  }
};

SlurmBackend::SlurmBackend(const sweep::Sweep& sweep, const std::string& store, int tasks)
    : sweep_(sweep), folder_(fs::absolute(store + ".slurm")), tasks_(tasks) {
  for (const char* const program : {"sbatch", "squeue", "scancel"}) {
    if (run_program({program, "--version"}).code != 0) {
      throw InputError({"--on", 0, 0}, "", fmt::format("slurm needs its command {} in the PATH", program));
    }
  }
}

SlurmBackend::~SlurmBackend() { cancel(); }

void SlurmBackend::cancel() {
  if (!array_.empty()) run_program({"scancel", array_});
  array_.clear();
}

fs::path SlurmBackend::file_of(int shard, const char* ending) const {
  return folder_ / fmt::format("shard-{}.{}", shard, ending);
}

void SlurmBackend::compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done,
                           const Tick& tick) {
  if (jobs.empty()) return;
  Wanted wanted{jobs, done, {}};
  for (std::size_t i = 0; i < jobs.size(); ++i) wanted.open.emplace(jobs[i].id, i);
  recover(wanted, tick);
  for (int attempt = 0; attempt < sweep_.limits_of_point.attempts && !wanted.open.empty(); ++attempt) {
    submit(wanted, level);
    follow(wanted, tick);
  }
  for (const auto& [id, index] : wanted.open) {
    sweep::Outcome lost;
    lost.status = sweep::Outcome::Status::failed;
    lost.failure = "killed";
    lost.reason = "its Slurm task ended without a result";
    lost.attempts = sweep_.limits_of_point.attempts;
    done(index, std::move(lost));
  }
  fs::remove_all(folder_);
}

// What an earlier start left behind.
void SlurmBackend::recover(Wanted& wanted, const Tick& tick) {
  std::ifstream number(folder_ / "array");
  std::string array;
  if (number >> array) {
    run_program({"scancel", array});
    for (int look = 0; look < kMostSilence; ++look) {
      const auto waiting = waiting_tasks(array);
      if (waiting && waiting->empty()) break;
      std::this_thread::sleep_for(kPause);
      tick();
    }
  }
  number.close();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    if (entry.path().extension() == ".db") wanted.take(entry.path());
  }
  fs::remove_all(folder_);
}

void SlurmBackend::submit(const Wanted& wanted, const std::string& level) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  std::vector<std::size_t> order;
  for (const auto& [id, index] : wanted.open) order.push_back(index);
  std::sort(order.begin(), order.end());
  shards_ = static_cast<int>(std::min<std::size_t>(order.size(), static_cast<std::size_t>(tasks_)));
  std::vector<sweep::JobList> lists(static_cast<std::size_t>(shards_));
  // Dealt one by one: neighbours in a space cost much the same, so the shards do.
  for (std::size_t i = 0; i < order.size(); ++i)
    lists[i % lists.size()].jobs.push_back(wanted.jobs[order[i]]);
  for (int shard = 0; shard < shards_; ++shard) {
    lists[static_cast<std::size_t>(shard)].level = level;
    sweep::write_job_list(file_of(shard, "jobs").string(), lists[static_cast<std::size_t>(shard)]);
  }
  const std::string script = (folder_ / "task.sh").string();
  write_whole(script, fmt::format("#!/bin/sh\nexec {} sweep {} --jobs 1 --shard "
                                  "{}/shard-$SLURM_ARRAY_TASK_ID.jobs --store "
                                  "{}/shard-$SLURM_ARRAY_TASK_ID.db\n",
                                  shell_word(fs::read_symlink("/proc/self/exe").string()),
                                  shell_word(fs::absolute(sweep_.file).string()),
                                  shell_word(folder_.string()), shell_word(folder_.string())));
  const ProgramOutput submitted = run_program(
      {"sbatch", "--parsable", "--job-name=tandem-" + sweep_.name, "--ntasks=1", "--cpus-per-task=1",
       fmt::format("--array=0-{}", shards_ - 1), "--export=ALL,TANDEM_ROOT=" + project_root(),
       "--output=" + (folder_ / "shard-%a.log").string(), script});
  if (submitted.code != 0) throw SimulationError("sbatch refuses the sweep: " + first_line(submitted.errors));
  array_ = first_line(submitted.out).substr(0, submitted.out.find_first_of(";\n"));
  write_whole(folder_ / "array", array_ + "\n");
}

void SlurmBackend::follow(Wanted& wanted, const Tick& tick) {
  std::set<int> taken;
  for (int silence = 0; static_cast<int>(taken.size()) < shards_;) {
    std::this_thread::sleep_for(kPause);
    tick();
    const auto waiting = waiting_tasks(array_);
    if (!waiting) {
      if (++silence > kMostSilence)
        throw SimulationError("squeue does not answer any more; start the sweep again");
      continue;
    }
    silence = 0;
    for (int shard = 0; shard < shards_; ++shard) {
      if (waiting->contains(shard) || !taken.insert(shard).second) continue;
      wanted.take(file_of(shard, "db"));
    }
  }
  array_.clear();
}

}  // namespace tandem::cli
