// SPDX-License-Identifier: Apache-2.0
// Every convolution's rows and channels are dealt at random between cores and accelerator, whichever is
// above: where they meet inside a cache line, both write it, and the port does not snoop.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <tuple>

#include "models/core/random.h"
#include "models/lowering/offload.h"
#include "tests/platform/machine_bench.h"
#include "tests/unit/sketch.h"

namespace tandem::sim {
namespace {

// Rows of 9 and 5 pixels end inside lines, whatever the plane's channels.
Bench small_network(const std::string& array) {
  Bench bench;
  bench.platform = spec::read_platform("ultra96");
  bench.platform.accelerators.front().array = accelerator::parse_array(array);
  bench.model =
      network::prepare_model(test::Sketch({8, 11, 9})
                                 .add(test::conv("a", 40, test::square(3, 1, 1)))
                                 .add(test::conv("b", 48, test::square(1)))
                                 .add(test::pool(network::LayerKind::max_pool, "pool", test::square(3, 2, 1)))
                                 .add(test::conv("c", 36, test::square(3, 1, 1), 4))
                                 .add(test::conv("d", 20, test::square(1)))
                                 .build(),
                             network::Precision::int8, 1);
  const plan::Problem problem{bench.model, bench.platform, {"a53x4"}, {}, "test"};
  bench.schedule = plan::plan_cpu_only(problem);
  return bench;
}

class RowsThatMeet : public testing::TestWithParam<std::tuple<std::string, int, bool>> {
 protected:
  static spec::Schedule random_schedule(const Bench& bench, Random& random) {
    spec::Schedule schedule = bench.schedule;
    std::erase_if(schedule.items, [](const spec::WorkItem& item) { return item.resource == "accelerator0"; });
    std::vector<spec::WorkItem> dealt;
    for (const spec::WorkItem& item : schedule.items) {
      const network::LayerId id = test::id_of(*bench.model.network, item.layer);
      const network::Shape output = bench.model.network->layer(id).output;
      const accelerator::Array& array = bench.platform.accelerators.front().array;
      const bool offloads = lowering::offload_refusal(bench.model, id, array).empty();
      if (!offloads || output.h < 2) {
        dealt.push_back(item);
        continue;
      }
      const int most = static_cast<int>(divide_up(output.c, array.tm)) - 1;
      const int split = array.tm * static_cast<int>(random.below(static_cast<std::uint64_t>(most + 1)));
      const int row = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(output.h - 1)));
      const bool unit_above = random.below(2) == 0;
      if (split > 0) dealt.push_back({item.layer, "accelerator0", 0, split, 0, output.h});
      dealt.push_back({item.layer, unit_above ? "accelerator0" : "a53x4", split, output.c, 0, row});
      dealt.push_back({item.layer, unit_above ? "a53x4" : "accelerator0", split, output.c, row, output.h});
    }
    schedule.items = dealt;
    return schedule;
  }
};

std::string name_of(const testing::TestParamInfo<RowsThatMeet::ParamType>& test) {
  return fmt::format("{}Seed{}", std::get<0>(test.param), std::get<1>(test.param));
}

TEST_P(RowsThatMeet, GiveTheSameBytes) {
  const auto& [array, seed, rtl] = GetParam();
  const Bench bench = small_network(array);
  Random random(static_cast<std::uint64_t>(seed));
  const spec::Schedule schedule = random_schedule(bench, random);
  MachineOptions options;
  options.rtl = rtl;
  std::size_t met = 0;
  options.tamper = [&](lowering::Program& program) { met = program.written_twice.size(); };
  EXPECT_EQ(simulate(bench.platform, bench.model, schedule, 2, options).output_sha256,
            reference_sha256(bench.model, 2));
  EXPECT_GT(met, 0u);
}

INSTANTIATE_TEST_SUITE_P(Model, RowsThatMeet,
                         testing::Combine(testing::Values<std::string>("2x32", "4x32", "8x32", "16x16"),
                                          testing::Range(1, 6), testing::Values(false)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Rtl, RowsThatMeet,
                         testing::Combine(testing::Values<std::string>("8x32"), testing::Range(6, 8),
                                          testing::Values(true)),
                         name_of);

// Without the leave to write such lines twice the checker of stale data would see a lost write.
TEST(RowsThatMeetUnforeseen, AreALostWrite) {
  Bench bench = small_network("8x32");
  for (spec::WorkItem& item : bench.schedule.items) {
    if (item.layer != "b") continue;
    const spec::WorkItem lower{item.layer, "a53x4", item.k0, item.k1, 1, item.p1};
    item.resource = "accelerator0";
    item.p1 = 1;
    bench.schedule.items.push_back(lower);
    break;
  }
  MachineOptions options;
  options.rtl = false;
  options.tamper = [](lowering::Program& program) { program.written_twice.clear(); };
  try {
    simulate(bench.platform, bench.model, bench.schedule, 2, options);
    FAIL() << "ran";
  } catch (const SimulationError& error) {
    EXPECT_NE(std::string(error.what()).find("lost write"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tandem::sim
