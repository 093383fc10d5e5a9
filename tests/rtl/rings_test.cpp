// SPDX-License-Identifier: Apache-2.0
// Jobs larger than the rings of features and of weights: the loader comes round while the array still reads,
// and must wait.
#include "models/accelerator/geometry.h"
#include "tests/rtl/two_jobs.h"

namespace tandem::rtl_test {
namespace {

class Rings : public TwoJobs {
 protected:
  // Runs on a memory that answers at once, so that loads are as far ahead of the array as they can be.
  void run(const accelerator::ConvJob& job) {
    memory_ = Memory(0x40000000, std::size_t{4} << 20);
    place_jobs(job);
    Bench bench(variant_, memory_, Timing{2, 2, 0, 0, false}, 1);
    start(bench);
    ASSERT_TRUE(bench.wait_for_interrupt(kLimit));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
    expect_output(first_);
    expect_clean(bench);
  }
};

// Bands of more than half a ring each: the second must wait until the first has been read.
TEST_F(Rings, FeaturesBeyondTheirRingWaitForTheArray) {
  accelerator::ConvJob job = layer_shape(512, 28, 8, 3, 1, 1);
  job.band_rows = 8;
  job.chunks_per_slice = 16;
  const std::int64_t band = std::int64_t{job.band_rows + 2} * job.in_w * job.in_channels;
  ASSERT_LT(band, variant_.array.feature_bytes);
  ASSERT_GT(2 * band, variant_.array.feature_bytes);
  run(job);
}

TEST_F(Rings, WeightsBeyondTheirRingWaitForTheArray) {
  const accelerator::ConvJob job = layer_shape(256, 8, 128, 3, 1, 1);
  ASSERT_GT(accelerator::packed_weight_bytes(job, variant_.array), 2 * variant_.array.weight_bytes);
  run(job);
}

}  // namespace
}  // namespace tandem::rtl_test
