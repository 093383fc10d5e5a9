// SPDX-License-Identifier: Apache-2.0
// rtl_campaign JOBS [ARRAY...]: that many random jobs, dealt evenly over the array sizes, through the
// Verilated RTL. Prints a summary and the coverage of the plan; exit code 1 when a job failed, each with its
// description.
//   --only I         job I of each array alone
//   --seed S         another campaign
//   --workers N      processes
//   --stop           at the first mismatch
//   --coverage FILE  the counts of all bins as CSV
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/rtl/campaign_job.h"

namespace {

using namespace tandem;
using namespace tandem::rtl_test;

struct Options {
  int jobs = 0;
  int only = -1;
  std::uint64_t seed = 2026;
  int workers = 2;
  bool stop = false;
  std::string coverage;
  std::vector<std::string> arrays;
};

// Of one array, counted by one worker.
struct Tally {
  std::int64_t jobs = 0, failed = 0, cycles = 0;
  double cpu_s = 0;
};

// What the workers count, in memory that all processes see.
class Shared {
 public:
  Shared(std::size_t workers, std::size_t arrays)
      : arrays_(arrays),
        tallies_(map<Tally>(workers * arrays)),
        counts_(map<std::uint64_t>(workers * coverage_bins())),
        workers_(workers) {}
  Tally& tally(std::size_t worker, std::size_t array) { return tallies_[worker * arrays_ + array]; }
  std::span<std::uint64_t> counts(std::size_t worker) {
    return {counts_ + worker * coverage_bins(), coverage_bins()};
  }
  Tally sum(std::size_t array) {
    Tally all;
    for (std::size_t worker = 0; worker < workers_; ++worker) {
      const Tally& one = tally(worker, array);
      all.jobs += one.jobs;
      all.failed += one.failed;
      all.cycles += one.cycles;
      all.cpu_s += one.cpu_s;
    }
    return all;
  }
  bool any_failed() {
    return std::any_of(tallies_, tallies_ + workers_ * arrays_,
                       [](const Tally& one) { return one.failed > 0; });
  }
  std::vector<std::uint64_t> all_counts() {
    std::vector<std::uint64_t> all(coverage_bins());
    for (std::size_t worker = 0; worker < workers_; ++worker) {
      for (std::size_t i = 0; i < all.size(); ++i) all[i] += counts(worker)[i];
    }
    return all;
  }

 private:
  template <class T>
  static T* map(std::size_t count) {
    void* const at =
        mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::runtime_error("no shared memory");
    return static_cast<T*>(at);  // zeros
  }
  std::size_t arrays_;
  Tally* tallies_;
  std::uint64_t* counts_;
  std::size_t workers_;
};

Options parse(int argc, char** argv) {
  Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw std::invalid_argument(words[i] + " needs a value");
      return words[++i];
    };
    if (words[i] == "--only") {
      options.only = std::stoi(value());
    } else if (words[i] == "--seed") {
      options.seed = std::stoull(value());
    } else if (words[i] == "--workers") {
      options.workers = std::max(1, std::stoi(value()));
    } else if (words[i] == "--stop") {
      options.stop = true;
    } else if (words[i] == "--coverage") {
      options.coverage = value();
    } else if (accelerator::parse_array(words[i].substr(0, words[i].find('@'))).tm != 0) {
      options.arrays.push_back(words[i]);
    } else {
      options.jobs = std::stoi(words[i]);
    }
  }
  if (options.arrays.empty()) {
    options.arrays = {"2x4", "2x32", "4x8", "4x32", "8x8", "8x32", "16x16", "32x4", "32x32"};
  }
  if (options.jobs <= 0 && options.only < 0) throw std::invalid_argument("how many jobs?");
  return options;
}

// Job j of the campaign is job j / arrays of array j % arrays.
void work(const Options& options, const std::vector<Variant>& variants, std::size_t worker, Shared& shared) {
  Coverage coverage(shared.counts(worker));
  const auto run = [&](std::size_t array, int index) {
    const std::clock_t begin = std::clock();
    CampaignResult result;
    try {
      result = run_campaign_job(variants[array], options.seed, index, coverage);
    } catch (const std::exception& error) {
      result.problem = error.what();
    }
    Tally& tally = shared.tally(worker, array);
    ++tally.jobs;
    tally.cycles += result.cycles;
    tally.cpu_s += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    if (result.problem.empty()) return;
    ++tally.failed;
    fmt::print(stderr, "{}\n  again: rtl_campaign --seed {} --only {} {}\n", result.problem, options.seed,
               index, options.arrays[array]);
  };
  if (options.only >= 0) {
    for (std::size_t array = 0; array < variants.size(); ++array) run(array, options.only);
    return;
  }
  for (auto job = worker; job < static_cast<std::size_t>(options.jobs);
       job += static_cast<std::size_t>(options.workers)) {
    if (options.stop && shared.any_failed()) return;
    run(job % variants.size(), static_cast<int>(job / variants.size()));
  }
}

std::int64_t jobs_done(Shared& shared, std::size_t arrays) {
  std::int64_t jobs = 0;
  for (std::size_t array = 0; array < arrays; ++array) jobs += shared.sum(array).jobs;
  return jobs;
}

// Waits for the workers; false when one did not end by itself.
bool watch(const Options& options, Shared& shared, std::vector<pid_t> workers) {
  const auto begin = std::chrono::steady_clock::now();
  const bool terminal = isatty(STDERR_FILENO) != 0;
  bool well = true;
  while (!workers.empty()) {
    std::erase_if(workers, [&](pid_t worker) {
      int status = 0;
      if (waitpid(worker, &status, WNOHANG) != worker) return false;
      well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
      return true;
    });
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    const std::int64_t done = jobs_done(shared, options.arrays.size());
    if (terminal && done > 0) {
      const double left =
          spent.count() / static_cast<double>(done) * static_cast<double>(options.jobs - done);
      fmt::print(stderr, "\r{} of {} jobs, {:.0f} s left ", done, options.jobs, left);
    }
    usleep(100'000);
  }
  if (terminal) fmt::print(stderr, "\r{:40}\r", "");
  return well;
}

int report(const Options& options, Shared& shared) {
  std::int64_t failed = 0;
  fmt::print("{:<8} {:>8} {:>10} {:>12} {:>8} {:>10}\n", "array", "jobs", "mismatches", "Mcycle", "CPU s",
             "jobs/CPU s");
  for (std::size_t array = 0; array < options.arrays.size(); ++array) {
    const Tally all = shared.sum(array);
    fmt::print("{:<8} {:>8} {:>10} {:>12.2f} {:>8.1f} {:>10.1f}\n", options.arrays[array], all.jobs,
               all.failed, static_cast<double>(all.cycles) * 1e-6, all.cpu_s,
               static_cast<double>(all.jobs) / std::max(all.cpu_s, 1e-6));
    failed += all.failed;
  }
  const std::vector<std::uint64_t> counts = shared.all_counts();
  fmt::print("\n{}", coverage_table(counts));
  if (!options.coverage.empty()) std::ofstream(options.coverage) << coverage_csv(counts);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options = parse(argc, argv);
  if (options.only >= 0) options.workers = 1;
  std::vector<Variant> variants;
  for (const std::string& array : options.arrays) variants.push_back(load_variant(array));
  Shared shared(static_cast<std::size_t>(options.workers), variants.size());
  std::vector<pid_t> workers;
  for (std::size_t worker = 0; worker < static_cast<std::size_t>(options.workers); ++worker) {
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no new process");
    if (child == 0) {
      try {
        work(options, variants, worker, shared);
      } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        _exit(1);
      }
      _exit(0);
    }
    workers.push_back(child);
  }
  const bool well = watch(options, shared, workers);
  const int code = report(options, shared);
  if (!well) fmt::print(stderr, "a worker ended early\n");
  return well ? code : 1;
} catch (const std::invalid_argument& error) {
  fmt::print(stderr,
             "{}\nusage: rtl_campaign JOBS [ARRAY...] [--only I] [--seed S] [--workers N] [--stop] "
             "[--coverage FILE]\n",
             error.what());
  return 2;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
