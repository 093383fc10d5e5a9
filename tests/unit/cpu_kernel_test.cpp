// SPDX-License-Identifier: Apache-2.0
// Which kernel the libraries take for a layer.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/cpu/kernel.h"
#include "tests/unit/sketch.h"

namespace tandem::cpu {
namespace {

using network::LayerKind;
using network::Precision;
using test::conv;
using test::fully_connected;
using test::pool;
using test::Sketch;
using test::square;

spec::CoreType core_of(const char* name) { return spec::read_core_type(name); }

Kernel kernel_of(const network::Shape& input, const network::Layer& layer, const char* core = "a53",
                 Precision precision = Precision::fp32, int threads = 4) {
  const auto network = Sketch(input).add(layer).build();
  return choose_kernel(*network, 1, precision, core_of(core), threads);
}

TEST(ChooseKernel, ByKindOfLayer) {
  EXPECT_EQ(kernel_of({64, 28, 28}, conv("l", 64, square(3, 1, 1), 64)), Kernel::depthwise);
  EXPECT_EQ(kernel_of({64, 7, 7}, fully_connected("l", 100)), Kernel::gemv);
  EXPECT_EQ(kernel_of({64, 7, 7}, conv("l", 100, square(7))), Kernel::gemv) << "one output pixel";
  EXPECT_EQ(kernel_of({64, 28, 28}, pool(LayerKind::max_pool, "l", square(3, 1, 1))), Kernel::element_wise);
}

TEST(ChooseKernel, WinogradIsForFloats3x3OfStride1WithEnoughChannels) {
  EXPECT_TRUE(is_winograd(kernel_of({64, 28, 28}, conv("l", 64, square(3, 1, 1)))));
  EXPECT_TRUE(is_winograd(kernel_of({64, 28, 28}, conv("l", 64, square(3, 1, 1), 4))));
  EXPECT_FALSE(is_winograd(kernel_of({64, 28, 28}, conv("l", 64, square(3, 1, 1), 8))))
      << "8 channels a group";
  EXPECT_FALSE(is_winograd(kernel_of({64, 28, 28}, conv("l", 64, square(3, 2, 1)))));
  EXPECT_FALSE(is_winograd(kernel_of({64, 28, 28}, conv("l", 64, square(5, 1, 2)))));
  EXPECT_EQ(kernel_of({64, 28, 28}, conv("l", 64, square(3, 1, 1)), "a53", Precision::int8),
            Kernel::interleaved);
}

TEST(ChooseKernel, ALibraryWithoutAKernelTakesWhatItHas) {
  const auto network = Sketch({64, 28, 28}).add(conv("l", 64, square(3, 1, 1))).build();
  spec::CoreType core = core_of("a53");
  core.library.hybrid = false;
  EXPECT_EQ(choose_kernel(*network, 1, Precision::fp32, core, 4), Kernel::winograd_interleaved);
  core.library.winograd = false;
  EXPECT_EQ(choose_kernel(*network, 1, Precision::fp32, core, 4), Kernel::interleaved);
}

TEST(PossibleKernels, HoldTheLibrarysChoice) {
  const network::Layer layers[] = {conv("l", 64, square(3, 1, 1)), conv("l", 64, square(1)),
                                   conv("l", 64, square(3, 1, 1), 64), conv("l", 10, square(28)),
                                   fully_connected("l", 10)};
  for (const network::Layer& layer : layers) {
    const auto network = Sketch({64, 28, 28}).add(layer).build();
    for (const Precision precision : {Precision::fp32, Precision::int8}) {
      const std::vector<Kernel> possible = possible_kernels(*network, 1, precision);
      for (const char* core : {"a53", "a72"}) {
        const Kernel chosen = choose_kernel(*network, 1, precision, core_of(core), 4);
        EXPECT_EQ(std::count(possible.begin(), possible.end(), chosen), 1) << to_string(chosen);
      }
    }
  }
  const auto pooling = Sketch({64, 28, 28}).add(pool(LayerKind::max_pool, "l", square(2))).build();
  EXPECT_TRUE(possible_kernels(*pooling, 1, Precision::fp32).empty());
}

// The estimate of a product of 196 x 512 x 512 on an A53: interleaved 200 x 516 x 512 / 2.777 + 4 x 200 x 512
// / 0.987 + 4 x 2 x 200 x 516 / 0.898 = 20.36 M cycles, hybrid 196 x 512 x 512 / 1.43 = 35.9 M. With the
// generic constants: 7.69 M and 7.71 M; at 49 rows 2.16 M against 1.93 M.
TEST(ChooseKernel, TheCheaperProductByTheLibrarysEstimate) {
  const network::Layer pointwise = conv("l", 512, square(1));
  EXPECT_EQ(kernel_of({512, 14, 14}, pointwise, "a53"), Kernel::interleaved);
  EXPECT_EQ(kernel_of({512, 14, 14}, pointwise, "a72", Precision::fp32, 2), Kernel::interleaved);
  EXPECT_EQ(kernel_of({512, 7, 7}, pointwise, "a72", Precision::fp32, 2), Kernel::hybrid);
}

TEST(ChooseKernel, FewRowsForManyThreadsSpeakAgainstTheInterleavedKernel) {
  // 13x13 pixels are 16 tiles: two blocks of rows, four threads.
  const network::Layer layer = conv("l", 384, square(3, 1, 1));
  EXPECT_EQ(kernel_of({256, 13, 13}, layer, "a53", Precision::fp32, 4), Kernel::winograd_hybrid);
  EXPECT_EQ(kernel_of({256, 13, 13}, layer, "a53", Precision::fp32, 1), Kernel::winograd_interleaved);
}

TEST(NeedsIm2col, UnlessTheInputIsReadAsItLies) {
  const auto needs = [](const network::Shape& input, const network::Layer& layer) {
    return needs_im2col(Sketch(input).add(layer).build()->layer(1), {});
  };
  EXPECT_FALSE(needs({64, 28, 28}, conv("l", 64, square(1))));
  EXPECT_TRUE(needs({64, 28, 28}, conv("l", 64, square(1, 2))));
  EXPECT_TRUE(needs({64, 28, 28}, conv("l", 64, square(5, 1, 2))));
  EXPECT_FALSE(needs({64, 7, 7}, conv("l", 64, square(7)))) << "one pixel is the input itself";
}

}  // namespace
}  // namespace tandem::cpu
