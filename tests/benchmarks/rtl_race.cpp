// SPDX-License-Identifier: Apache-2.0
// Runs the same jobs on each of the given Verilated libraries (one array size), in turns, and prints how many
// cycles a second of CPU time each evaluates, and its median ratio to the first. With one library and one
// round it is what shows a compiler which paths of the model are hot. usage: rtl_race ROUNDS LIBRARY...
#include <dlfcn.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/benchmarks/ideal_memory.h"
#include "tests/rtl/random_job.h"

namespace {

using namespace tandem;

constexpr std::uint64_t kBase = 0x4000'0000;
constexpr int kLatency = 25;  // cycles, as in cosim_speed

const TandemAcceleratorApi& load(const std::string& path) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  void* const entry = dlsym(handle, "tandem_accelerator_api");
  if (entry == nullptr) throw std::runtime_error(path + " has no tandem_accelerator_api");
  return *reinterpret_cast<const TandemAcceleratorApi* (*)()>(entry)();
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

int race(int rounds, const std::vector<std::string>& paths) {
  std::vector<const TandemAcceleratorApi*> libraries;
  for (const std::string& path : paths) libraries.push_back(&load(path));
  const TandemAcceleratorApi& first = *libraries.at(0);
  const auto array = accelerator::parse_array(std::to_string(first.tm) + "x" + std::to_string(first.tn));
  for (const TandemAcceleratorApi* each : libraries)
    if (each->tm != first.tm || each->tn != first.tn)
      throw std::runtime_error("the libraries' arrays differ");

  rtl_test::Memory memory(kBase, std::size_t{8} << 20);
  Random random(1);
  std::uint64_t offset = 0;
  std::vector<std::uint64_t> jobs;
  // Deep and shallow, wide and narrow windows, strided, and one that waits for the bus.
  for (const auto& job :
       {rtl_test::layer_shape(128, 14, 32, 3, 1, 1), rtl_test::layer_shape(64, 28, 64, 1, 1, 0),
        rtl_test::layer_shape(16, 28, 64, 3, 1, 1), rtl_test::layer_shape(32, 28, 32, 3, 2, 1),
        rtl_test::layer_shape(512, 1, 128, 1, 1, 0)})
    jobs.push_back(rtl_test::place(job, array, memory, offset, random).descriptor);

  std::vector<std::unique_ptr<benchmarks::IdealMemory>> benches;
  for (const TandemAcceleratorApi* each : libraries)
    benches.push_back(std::make_unique<benchmarks::IdealMemory>(*each, memory, kLatency));
  std::vector<std::vector<double>> speeds(paths.size()), ratios(paths.size());
  std::int64_t cycles = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> now(paths.size());
    for (std::size_t turn = 0; turn < paths.size(); ++turn) {
      const std::size_t which = round % 2 == 0 ? turn : paths.size() - 1 - turn;
      cycles = 0;
      const double begin = cpu_seconds();
      for (const std::uint64_t job : jobs) cycles += benches[which]->run(job);
      now[which] = static_cast<double>(cycles) / (cpu_seconds() - begin) * 1e-6;
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
      speeds[i].push_back(now[i]);
      ratios[i].push_back(now[i] / now[0]);
    }
  }
  fmt::print("{} rounds of {} cycles, medians\n{:>9} {:>8}\n", rounds, cycles, "Mcycle/s", "ratio");
  for (std::size_t i = 0; i < paths.size(); ++i)
    fmt::print("{:>9.3f} {:>8.3f}  {}\n", median(speeds[i]), median(ratios[i]), paths[i]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3 || std::atoi(argv[1]) < 1) {
    fmt::print(stderr, "usage: rtl_race ROUNDS LIBRARY...\n");
    return 2;
  }
  return race(std::atoi(argv[1]), {argv + 2, argv + argc});
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
