// SPDX-License-Identifier: Apache-2.0
// The steps of a kernel over all threads: nothing is computed twice or left out, what a step reads the one
// before has written, and everything stays inside its buffers.
#include <gtest/gtest.h>

#include <map>

#include "models/lowering/kernel_steps.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::Precision;
using test::conv;
using test::model_of_sizes;
using test::Sketch;
using test::square;

class StepsOf : public testing::Test {
 protected:
  // Steps of every thread.
  std::vector<std::vector<KernelStep>> of(const Sketch& sketch, int threads,
                                          Precision precision = Precision::fp32,
                                          const spec::Library& library = {},
                                          std::optional<cpu::Kernel> kernel = {}) {
    model_ = model_of_sizes(sketch.build(), precision);
    platform_ = spec::read_platform("hikey970");
    platform_.library = library;
    for (spec::Cluster& cluster : platform_.clusters) cluster.core.library = library;
    placement_ = place(model_, platform_);
    const network::LayerId id = model_.network->output();
    const network::Shape output = model_.network->layer(id).output;
    std::vector<std::vector<KernelStep>> all;
    const spec::CoreType& core = platform_.clusters[1].core;
    const cpu::Share item = cpu::whole(output);
    for (const cpu::Share& share : thread_shares(model_, placement_, core, id, item, threads, kernel))
      all.push_back(kernel_steps(model_, placement_, core, id, {1, threads, item, share, kernel}));
    return all;
  }

  // How often each byte of `target` is in a list of step `step`, over all threads; all inside it.
  template <class List>
  std::map<std::int64_t, int> cover(const std::vector<std::vector<KernelStep>>& all, std::size_t step,
                                    const AddressRange& target, const List& list) {
    std::map<std::int64_t, int> times;  // bytes by how often
    std::vector<int> seen(static_cast<std::size_t>(target.bytes), 0);
    for (const auto& steps : all) {
      if (steps.size() <= step) continue;
      for (const AddressRange& range : list(steps[step])) {
        const auto from = static_cast<std::int64_t>(range.address - target.address);
        EXPECT_GE(from, 0);
        EXPECT_LE(from + range.bytes, target.bytes);
        for (std::int64_t i = from; i < from + range.bytes; ++i) ++seen[static_cast<std::size_t>(i)];
      }
    }
    for (const int count : seen) ++times[count];
    return times;
  }

  network::Model model_;
  spec::Platform platform_;
  Placement placement_;
};

const auto reads = [](const KernelStep& step) { return step.reads; };
const auto writes = [](const KernelStep& step) { return step.writes; };
const auto weights = [](const KernelStep& step) { return step.weights; };

TEST_F(StepsOf, Im2colWritesItsMatrixOnceAndTheProductReadsItOnce) {
  const auto all = of(Sketch({12, 20, 20}).add(conv("l", 24, square(5, 1, 2))), 4);
  const std::int64_t bytes = std::int64_t{400} * 12 * 25 * 4;
  const AddressRange matrix{placement_.workspaces[1].inputs.address, bytes};
  for (const auto& steps : all) ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(cover(all, 0, matrix, writes), (std::map<std::int64_t, int>{{1, static_cast<int>(bytes)}}));
  EXPECT_EQ(cover(all, 1, matrix, reads), (std::map<std::int64_t, int>{{1, static_cast<int>(bytes)}}));
  double moved = 0;
  for (const auto& steps : all) moved += steps[0].work.moved_bytes;
  EXPECT_EQ(moved, static_cast<double>(bytes));
}

TEST_F(StepsOf, AnOldLibraryPassesOverTheDataMoreOften) {
  const spec::Library old = spec::read_platform("hikey970").library;
  network::Layer pointwise = conv("l", 24, square(1));
  pointwise.activation = network::Activation::relu;
  const auto all = of(Sketch({12, 20, 20}).add(pointwise), 4, Precision::fp32, old);
  const std::int64_t matrix_bytes = std::int64_t{400} * 12 * 4, output_bytes = std::int64_t{400} * 24 * 4;
  const AddressRange matrix{placement_.workspaces[1].inputs.address, matrix_bytes};
  const AddressRange rows{placement_.workspaces[1].results.address, output_bytes};
  const AddressRange output{placement_.layers[1].output.address, output_bytes};
  const auto once = [](std::int64_t bytes) {
    return std::map<std::int64_t, int>{{1, static_cast<int>(bytes)}};
  };
  for (const auto& steps : all) ASSERT_EQ(steps.size(), 4u) << "im2col, product, col2im, activation";
  EXPECT_EQ(cover(all, 0, matrix, writes), once(matrix_bytes));
  EXPECT_EQ(cover(all, 1, rows, writes), once(output_bytes));
  EXPECT_EQ(cover(all, 2, rows, reads), once(output_bytes));
  EXPECT_EQ(cover(all, 2, output, writes), once(output_bytes));
  EXPECT_EQ(cover(all, 3, output, reads), once(output_bytes));
  EXPECT_EQ(cover(all, 3, output, writes), once(output_bytes));
}

TEST_F(StepsOf, AnOldLibrarysVectorsWalkThePagesOfTheirWeights) {
  const auto sketch = Sketch({16, 2, 2}).add(test::fully_connected("l", 24));
  EXPECT_FALSE(of(sketch, 1)[0][0].page_walks);
  const auto all = of(sketch, 1, Precision::fp32, spec::read_platform("hikey970").library);
  EXPECT_TRUE(all[0][0].page_walks);
  EXPECT_FALSE(all[0][0].weights_ahead);
  EXPECT_FALSE(all[0][0].overlapped);
}

TEST_F(StepsOf, WinogradTransformsMultipliesAndTransformsBack) {
  const auto all = of(Sketch({32, 24, 24}).add(conv("l", 48, square(3, 1, 1))), 4);
  const std::int64_t tile = 36 * 4, tiles = 36;
  const AddressRange inputs{placement_.workspaces[1].inputs.address, tiles * tile * 32};
  const AddressRange results{placement_.workspaces[1].results.address, tiles * tile * 48};
  const AddressRange transformed = placement_.layers[1].transformed;
  EXPECT_EQ(transformed.bytes, std::int64_t{48} * 32 * 36 * 4);
  const auto once = [](const AddressRange& range) {
    return std::map<std::int64_t, int>{{1, static_cast<int>(range.bytes)}};
  };
  for (const auto& steps : all) ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(cover(all, 0, inputs, writes), once(inputs));
  EXPECT_EQ(cover(all, 1, inputs, reads), once(inputs));
  EXPECT_EQ(cover(all, 1, results, writes), once(results));
  EXPECT_EQ(cover(all, 2, results, reads), once(results));
  EXPECT_EQ(cover(all, 1, transformed, weights),
            (std::map<std::int64_t, int>{{4, static_cast<int>(transformed.bytes)}}))
      << "rows are dealt: every thread reads all weights";
}

TEST_F(StepsOf, WhereChannelsAreDealtTheInputIsTransformedOnceAndWeightsAreReadOnce) {
  const auto all = of(Sketch({64, 4, 4}).add(conv("l", 128, square(3, 1, 1))), 4);
  const AddressRange inputs{placement_.workspaces[1].inputs.address, 36 * 4 * 64};
  const AddressRange transformed = placement_.layers[1].transformed;
  EXPECT_EQ(cover(all, 0, inputs, writes),
            (std::map<std::int64_t, int>{{1, static_cast<int>(inputs.bytes)}}));
  EXPECT_EQ(cover(all, 1, transformed, weights),
            (std::map<std::int64_t, int>{{1, static_cast<int>(transformed.bytes)}}));
}

TEST_F(StepsOf, AHybridProductDealsChannelsSoThatWeightsAreReadOnce) {
  const auto all = of(Sketch({12, 20, 20}).add(conv("l", 128, square(5, 1, 2))), 4, Precision::fp32, {},
                      cpu::Kernel::hybrid);
  const auto times = [](int count, std::int64_t bytes) {
    return std::map<std::int64_t, int>{{count, static_cast<int>(bytes)}};
  };
  const std::int64_t bytes = std::int64_t{400} * 12 * 25 * 4;
  const AddressRange matrix{placement_.workspaces[1].inputs.address, bytes};
  const AddressRange own = placement_.layers[1].weights;
  EXPECT_EQ(cover(all, 0, matrix, writes), times(1, bytes)) << "im2col is dealt by pixels still";
  EXPECT_EQ(cover(all, 1, matrix, reads), times(4, bytes));
  EXPECT_EQ(cover(all, 1, own, weights), times(1, own.bytes));
  std::int64_t input_bytes = 0;
  for (const auto& steps : all) {
    EXPECT_FALSE(steps[0].reads_shared);
    EXPECT_TRUE(steps[1].reads_shared);
    EXPECT_EQ(steps[1].work.macs, all[0][1].work.macs) << "128 channels go round";
    for (const AddressRange& range : steps[0].reads) input_bytes += range.bytes;
  }
  // Rows above and below the pixels of a thread are read by its neighbour too.
  const std::int64_t input = placement_.layers[0].output.layout.bytes();
  EXPECT_GE(input_bytes, input);
  EXPECT_LT(input_bytes, 2 * input) << "not all of it by each";
}

TEST_F(StepsOf, FewTilesOfAHybridWinogradGoRoundByChannels) {
  const Sketch sketch = Sketch({64, 7, 7}).add(conv("l", 64, square(3, 1, 1)));
  const auto one = of(sketch, 1, Precision::fp32, {}, cpu::Kernel::winograd_hybrid);
  const auto all = of(sketch, 4, Precision::fp32, {}, cpu::Kernel::winograd_hybrid);
  for (const auto& steps : all) EXPECT_EQ(steps[1].work.macs, one[0][1].work.macs / 4);
}

TEST_F(StepsOf, AJoinThatCopiesIsAKernelForEachInput) {
  const auto all = of(Sketch({32, 6, 6})
                          .add(conv("a", 32, square(1)))
                          .add(conv("b", 32, square(1)), {"a"})
                          .add(test::layer_of(network::LayerKind::concat, "l"), {"a", "b"}),
                      2, Precision::fp32, {.concat_copies = true});
  ASSERT_EQ(all[0].size(), 1u);
  EXPECT_EQ(all[0][0].work.launches, 2);
}

TEST_F(StepsOf, ADeepInterleavedProductBringsItsSumsBackOnceAFurtherBlock) {
  // Depth 800 is three blocks of 341.
  const auto all = of(Sketch({32, 40, 40}).add(conv("l", 24, square(5, 1, 2))), 4);
  const cpu::Work& work = all[0][1].work;
  EXPECT_EQ(work.moved_bytes, 4 * 400.0 * 800 + 3 * 4 * 400.0 * 24);
  std::int64_t bytes = 0;
  for (const AddressRange& range : all[0][1].writes) bytes += range.bytes;
  EXPECT_EQ(bytes, 3 * 400 * 24 * 4);
}

TEST_F(StepsOf, Int8KnowsNoWinograd) {
  const auto all = of(Sketch({32, 24, 24}).add(conv("l", 48, square(3, 1, 1))), 4, Precision::int8);
  EXPECT_EQ(all[0].size(), 2u);
  EXPECT_EQ(placement_.layers[1].transformed.bytes, 0);
}

TEST_F(StepsOf, NothingIsNoStep) { EXPECT_TRUE(kernel_steps(model_, placement_, {}, 0, {}).empty()); }

}  // namespace
}  // namespace tandem::lowering
