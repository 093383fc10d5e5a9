// SPDX-License-Identifier: Apache-2.0
// The ONNX project's vectors of the quantised operators through the RTL. Stored uint8 values x become x -
// 128. Weights have no zero point in a job, so w - zero point is packed; where that is no int8 it is the sum
// of two, and the job reads every input channel twice. Integer operators use raw results, QLinear ones round
// half to even. Every vector of the four operators is expressible and must be equal; a new one must be added
// here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"
#include "tests/unit/onnx_vector_layers.h"

namespace tandem::rtl_test {
namespace {

namespace regs = tandem::regs::accelerator;
using accelerator::Array;
using accelerator::ConvJob;
using network::test::OnnxVector;
using network::test::VectorTensor;

// A convolution of one image in the terms of an operator.
struct Problem {
  ConvJob job;                 // shape and window
  std::vector<int> input;      // stored, [channel][row][column]
  std::vector<int> weights;    // stored, [output channel][input channel][kernel]
  int input_zero_point = 0;    // stored
  int weight_zero_point = 0;   // stored
  std::vector<double> scales;  // of the output channels; none: raw sums
  int output_zero_point = 0;   // stored
};

struct FixedPoint {
  std::int32_t multiplier = 1;
  std::uint32_t shift = 0;
};

FixedPoint fixed_point(double scale) {
  int exponent = 0;
  const auto mantissa = static_cast<std::int64_t>(std::llround(std::ldexp(std::frexp(scale, &exponent), 31)));
  // A mantissa rounded up to 1 is one half, twice.
  const bool one = mantissa == std::int64_t{1} << 31;
  return {static_cast<std::int32_t>(one ? mantissa / 2 : mantissa),
          static_cast<std::uint32_t>(31 - exponent - (one ? 1 : 0))};
}

class Runner {
 public:
  explicit Runner(const std::string& array)
      : variant_(load_variant(array)), memory_(0x40000000, std::size_t{256} << 10) {}

  // The stored output values, [channel][row][column].
  std::vector<int> run(Problem problem) {
    split_weights(problem);
    ConvJob job = lay_out(problem);
    Bench bench(variant_, memory_, Timing{}, 1);
    bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
    bench.ring(memory_.base());
    EXPECT_TRUE(bench.wait_for_interrupt(1'000'000));
    EXPECT_EQ(bench.read_register(regs::kIrqStatusOffset).data, regs::kIrqStatusDoneMask);
    EXPECT_TRUE(bench.violations().empty());
    const network::BlockedLayout out = output_layout(job, variant_.array);
    std::vector<int> stored;
    for (int k = 0; k < job.out_channels; ++k) {
      for (int y = 0; y < job.out_h; ++y) {
        for (int x = 0; x < job.out_w; ++x) {
          const auto* const at = memory_.at(job.output + static_cast<std::uint64_t>(out.offset(k, y, x)), 1);
          std::int32_t value = static_cast<std::int8_t>(*at) + 128;
          if (job.raw) std::memcpy(&value, at, sizeof value);
          stored.push_back(value);
        }
      }
    }
    return stored;
  }

 private:
  // Weights without their zero point, as int8: of twice the input channels where they need nine bits.
  static void split_weights(Problem& problem) {
    for (int& weight : problem.weights) weight -= problem.weight_zero_point;
    const auto [least, most] = std::minmax_element(problem.weights.begin(), problem.weights.end());
    if (*least >= -128 && *most <= 127) return;
    ConvJob& job = problem.job;
    const auto taps = static_cast<std::size_t>(job.kernel_h) * static_cast<std::size_t>(job.kernel_w);
    std::vector<int> halves;
    for (std::size_t at = 0; at < problem.weights.size();
         at += static_cast<std::size_t>(job.in_channels) * taps) {
      for (const bool rest : {false, true}) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(job.in_channels) * taps; ++i) {
          const int weight = problem.weights[at + i];
          const int part = std::clamp(weight, -128, 127);
          halves.push_back(rest ? weight - part : part);
        }
      }
    }
    problem.weights = halves;
    const std::vector<int> once = problem.input;
    problem.input.insert(problem.input.end(), once.begin(), once.end());
    job.in_channels *= 2;
  }

  // Descriptor at the memory's start, then input, weights, table, output.
  ConvJob lay_out(const Problem& problem) {
    const Array& array = variant_.array;
    ConvJob job = problem.job;
    job.raw = problem.scales.empty();
    job.rounding = accelerator::Rounding::half_even;
    job.in_zero_point = problem.input_zero_point - 128;
    job.out_zero_point = problem.output_zero_point - 128;
    job.row_end = job.out_h;
    const network::BlockedLayout in = input_layout(job, array);
    job.in_plane_stride = in.plane_stride();
    job.out_plane_stride = output_layout(job, array).plane_stride();
    job.input = memory_.base() + 0x1000;
    job.weights = memory_.base() + 0x10000;
    job.quant = memory_.base() + 0x20000;
    job.output = memory_.base() + 0x30000;
    EXPECT_EQ(accelerator::tile(job, array), std::nullopt);
    std::size_t at = 0;
    for (int c = 0; c < job.in_channels; ++c) {
      for (int y = 0; y < job.in_h; ++y) {
        for (int x = 0; x < job.in_w; ++x) {
          *memory_.at(job.input + static_cast<std::uint64_t>(in.offset(c, y, x)), 1) =
              static_cast<std::uint8_t>(problem.input.at(at++) - 128);
        }
      }
    }
    std::vector<std::int8_t> weights;
    for (const int weight : problem.weights) weights.push_back(static_cast<std::int8_t>(weight));
    const accelerator::WeightShape shape{job.out_channels, job.in_channels, job.kernel_h, job.kernel_w,
                                         accelerator::Form::dense};
    const auto packed = accelerator::pack_weights(weights, shape, array);
    std::memcpy(memory_.at(job.weights, static_cast<std::int64_t>(packed.size())), packed.data(),
                packed.size());
    const std::size_t depth = weights.size() / static_cast<std::size_t>(job.out_channels);
    for (int k = 0; k < job.out_channels; ++k) {
      std::int32_t sum = 0;
      for (std::size_t i = 0; i < depth; ++i) sum += weights[static_cast<std::size_t>(k) * depth + i];
      const FixedPoint factor =
          job.raw ? FixedPoint{}
                  : fixed_point(problem.scales.at(static_cast<std::size_t>(k) % problem.scales.size()));
      const std::uint32_t entry[4] = {static_cast<std::uint32_t>(-job.in_zero_point * sum),
                                      static_cast<std::uint32_t>(factor.multiplier), factor.shift, 0};
      std::memcpy(memory_.at(job.quant + static_cast<std::uint64_t>(16 * k), 16), entry, sizeof entry);
    }
    const auto words = accelerator::encode(job, array);
    std::memcpy(memory_.at(memory_.base(), accelerator::kJobBytes), words.data(), accelerator::kJobBytes);
    return job;
  }

  Variant variant_;
  Memory memory_;
};

int zero_point(const OnnxVector& vector, int node_input) {
  const int at = vector.position(node_input);
  return at < 0 ? 0 : vector.input(static_cast<std::size_t>(at)).i.at(0);
}

std::vector<double> scales_of(const OnnxVector& vector, std::size_t x, std::size_t w, std::size_t y) {
  std::vector<double> scales;
  for (const float scale : vector.input(w).f) {
    scales.push_back(static_cast<double>(vector.input(x).f.at(0)) * static_cast<double>(scale) /
                     static_cast<double>(vector.input(y).f.at(0)));
  }
  return scales;
}

std::vector<int> part(const std::vector<int>& values, int index, int parts) {
  const auto size = values.size() / static_cast<std::size_t>(parts);
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(size * static_cast<std::size_t>(index));
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

// Where an operator keeps its inputs.
struct Inputs {
  std::size_t w;       // of the graph
  int x_zero, w_zero;  // of the node
};

void check_conv(const OnnxVector& vector, Problem problem, const Inputs& inputs) {
  const auto batch = network::test::images_of(vector.input(0));
  const VectorTensor& weights = vector.input(inputs.w);
  const auto window = network::test::window_of(vector, batch.shape, {weights.dims.at(2), weights.dims.at(3)});
  ConvJob& job = problem.job;
  job.in_channels = batch.shape.c;
  job.in_h = batch.shape.h;
  job.in_w = batch.shape.w;
  job.out_channels = weights.dims.at(0);
  job.out_h = vector.output().dims.at(2);
  job.out_w = vector.output().dims.at(3);
  job.kernel_h = window.kernel_h;
  job.kernel_w = window.kernel_w;
  job.stride_h = window.stride_h;
  job.stride_w = window.stride_w;
  job.pad_top = window.pad_top;
  job.pad_left = window.pad_left;
  job.dilation_h = window.dilation_h;
  job.dilation_w = window.dilation_w;
  ASSERT_EQ(vector.integer("group", 1), 1);
  problem.weights = weights.i;
  problem.input_zero_point = zero_point(vector, inputs.x_zero);
  problem.weight_zero_point = zero_point(vector, inputs.w_zero);
  for (const char* const array : {"8x32", "16x16", "2x32", "32x4"}) {
    Runner runner(array);
    std::vector<int> all;
    for (int image = 0; image < batch.images; ++image) {
      problem.input = part(vector.input(0).i, image, batch.images);
      const std::vector<int> one = runner.run(problem);
      all.insert(all.end(), one.begin(), one.end());
    }
    EXPECT_EQ(all, vector.output().i) << array;
  }
}

// [...][M][K] times [...][K][N]: a pixel a row of the left matrix, a job a matrix of the batch.
void check_matmul(const OnnxVector& vector, Problem problem, const Inputs& inputs) {
  const VectorTensor& a = vector.input(0);
  const VectorTensor& b = vector.input(inputs.w);
  const std::size_t rank = a.dims.size();
  const int batch = a.product(0, rank - 2);
  ASSERT_EQ(b.product(0, b.dims.size() - 2), batch);
  ConvJob& job = problem.job;
  job.in_channels = a.dims.at(rank - 1);
  job.in_h = job.out_h = 1;
  job.in_w = job.out_w = a.dims.at(rank - 2);
  job.out_channels = b.dims.back();
  problem.input_zero_point = zero_point(vector, inputs.x_zero);
  problem.weight_zero_point = zero_point(vector, inputs.w_zero);
  const auto transposed = [](const std::vector<int>& matrix, int columns) {
    const auto width = static_cast<std::size_t>(columns);
    std::vector<int> result;
    for (std::size_t column = 0; column < width; ++column) {
      for (std::size_t at = column; at < matrix.size(); at += width) result.push_back(matrix[at]);
    }
    return result;
  };
  for (const char* const array : {"8x32", "16x16", "2x32", "32x4"}) {
    Runner runner(array);
    std::vector<int> all;
    for (int i = 0; i < batch; ++i) {
      problem.input = transposed(part(a.i, i, batch), job.in_channels);
      problem.weights = transposed(part(b.i, i, batch), job.out_channels);
      const std::vector<int> one = transposed(runner.run(problem), job.in_w);
      all.insert(all.end(), one.begin(), one.end());
    }
    EXPECT_EQ(all, vector.output().i) << array;
  }
}

void conv_integer(const OnnxVector& vector) { check_conv(vector, {}, {1, 2, 3}); }
void matmul_integer(const OnnxVector& vector) { check_matmul(vector, {}, {1, 2, 3}); }

Problem qlinear(const OnnxVector& vector) {
  Problem problem;
  problem.scales = scales_of(vector, 1, 4, 6);
  problem.output_zero_point = zero_point(vector, 7);
  return problem;
}
void qlinear_conv(const OnnxVector& vector) { check_conv(vector, qlinear(vector), {3, 2, 5}); }
void qlinear_matmul(const OnnxVector& vector) { check_matmul(vector, qlinear(vector), {3, 2, 5}); }

struct Case {
  const char* name;  // of the vector's folder, without "test_"
  void (*check)(const OnnxVector&);
};

const Case kCases[] = {
    {"basic_convinteger", conv_integer},
    {"convinteger_with_padding", conv_integer},
    {"convinteger_without_padding", conv_integer},
    {"matmulinteger", matmul_integer},
    {"qlinearconv", qlinear_conv},
    {"qlinearmatmul_2D", qlinear_matmul},
    {"qlinearmatmul_3D", qlinear_matmul},
};

class OnnxVectorsInRtl : public testing::TestWithParam<Case> {};

TEST_P(OnnxVectorsInRtl, AreEqual) { GetParam().check(OnnxVector(std::string("test_") + GetParam().name)); }

INSTANTIATE_TEST_SUITE_P(Node, OnnxVectorsInRtl, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

TEST(OnnxVectorsInRtl, AreAllThatTheTestSuiteHas) {
  std::set<std::string> known;
  for (const Case& one : kCases) known.insert(std::string("test_") + one.name);
  for (const auto& entry : std::filesystem::directory_iterator(network::test::kOnnxVectors)) {
    const std::string name = entry.path().filename();
    const bool quantised = name.find("convinteger") != std::string::npos ||
                           name.find("matmulinteger") != std::string::npos ||
                           name.find("qlinear") != std::string::npos;
    if (quantised) {
      EXPECT_TRUE(known.count(name) == 1) << name;
    }
  }
}

}  // namespace
}  // namespace tandem::rtl_test
