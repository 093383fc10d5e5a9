// SPDX-License-Identifier: Apache-2.0
// soak IMAGES: that many inferences of the smallest network in one simulation, and what became of the memory.
// A run keeps the times of every layer of every image, because they are its result; all else must be given
// back. So the heap after the result is gone is compared between a tenth of the images and all of them: it
// may grow by 1 %. Exit code 1 when it does by more, or when the tensors are not the reference's.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "sim/kernel/systemc.h"
#include "tests/platform/child_run.h"

namespace {

using namespace tandem;

struct Heap {
  std::int64_t before = 0, most = 0,
               after = 0;  // bytes in use: of the run's start, seen at an image's end, behind it
  bool exact = false;
};

std::int64_t in_use() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

Heap soak(const sim::Bench& bench, int images) {
  const std::string reference = sim::reference_sha256(bench.model, images);
  std::istringstream words(sim::text_from_child([&] {
    Heap heap;
    heap.before = in_use();
    sim::MachineOptions options;
    options.rtl = false;
    options.progress = [&](int, int) { heap.most = std::max(heap.most, in_use()); };
    {
      const spec::RunResult result =
          sim::simulate(bench.platform, bench.model, bench.schedule, images, options);
      heap.exact = result.output_sha256 == reference;
    }
    heap.after = in_use();
    return fmt::format("{} {} {} {}", heap.before, heap.most, heap.after, heap.exact ? 1 : 0);
  }));
  Heap heap;
  words >> heap.before >> heap.most >> heap.after >> heap.exact;
  return heap;
}

}  // namespace

int sc_main(int count, char** arguments) try {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  const int images = count > 1 ? std::atoi(arguments[1]) : 0;
  if (images < 10) {
    fmt::print(stderr, "usage: soak IMAGES (10 and more)\n");
    return 2;
  }
  const sim::Bench bench =
      sim::make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cosched);
  fmt::print("{:>8} {:>14} {:>14} {:>16}  {}\n", "images", "heap before", "most in run", "after, bytes",
             "output");
  Heap heaps[2];
  const int counts[2] = {images / 10, images};
  bool exact = true;
  for (int i = 0; i < 2; ++i) {
    heaps[i] = soak(bench, counts[i]);
    exact = exact && heaps[i].exact;
    fmt::print("{:>8} {:>14} {:>14} {:>16}  {}\n", counts[i], heaps[i].before, heaps[i].most, heaps[i].after,
               heaps[i].exact ? "exact" : "DIFFERS");
  }
  const double growth =
      100.0 * (static_cast<double>(heaps[1].after) / static_cast<double>(heaps[0].after) - 1.0);
  fmt::print(
      "growth of what is not given back: {:.3f} % (allowed 1 %); the result holds about {} bytes an image\n",
      growth, (heaps[1].most - heaps[0].most) / (counts[1] - counts[0]));
  return exact && growth < 1.0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 2;
}
