// SPDX-License-Identifier: Apache-2.0
// What the ONNX import refuses, and that it names the file and the node.
#include <gtest/gtest.h>

#include <limits>

#include "models/network/onnx/import.h"
#include "tests/unit/onnx_writer.h"

namespace tandem::network {
namespace {

using test::Ints;
using test::OnnxWriter;

std::string error_of(const std::vector<std::uint8_t>& bytes) {
  try {
    import_onnx_bytes(bytes, "m.onnx");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_of(const OnnxWriter& writer) { return error_of(writer.bytes()); }

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

OnnxWriter with_input() {
  OnnxWriter writer;
  writer.input("data", {1, 4, 6, 6});
  return writer;
}

TEST(OnnxErrors, AnUnknownOperatorIsNamedWithItsNode) {
  OnnxWriter writer = with_input();
  writer.node("Resize", {"data"}, "bigger");
  writer.node("Sigmoid", {"data"}, "gate");
  writer.node("Mul", {"bigger", "gate"}, "product");
  writer.output("product");
  const std::string error = error_of(writer);
  expect_contains(error,
                  "m.onnx: bigger: operator \"Resize\" is not supported; supported are Add, AveragePool");
  expect_contains(error, "m.onnx: gate: operator \"Sigmoid\" is not supported");
  EXPECT_EQ(error.find("product"), std::string::npos) << error;  // its inputs are at fault
}

TEST(OnnxErrors, AnotherDomainsConvIsNotConv) {
  OnnxWriter writer = with_input();
  writer.node("Relu", {"data"}, "r").proto()->set_domain("com.example");
  writer.output("r");
  expect_contains(error_of(writer), "m.onnx: r: operator \"com.example.Relu\" is not supported");
}

TEST(OnnxErrors, ACycleIsNamedByItsNodes) {
  OnnxWriter writer = with_input();
  writer.node("Add", {"data", "c"}, "a");
  writer.node("Relu", {"a"}, "b");
  writer.node("Relu", {"b"}, "c");
  writer.output("c");
  EXPECT_EQ(error_of(writer), "m.onnx: a: is on a cycle: a -> b -> c -> a; a network must have none");
}

TEST(OnnxErrors, EveryTruncatedFileIsRefused) {
  OnnxWriter writer = with_input();
  writer.floats("w", {2, 4, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  writer.node("Conv", {"data", "w"}, "conv");
  writer.output("conv");
  const std::vector<std::uint8_t> whole = writer.bytes();
  ASSERT_EQ(error_of(whole), "no error");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string error =
        error_of(std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<long>(size)));
    EXPECT_EQ(error.substr(0, 7), "m.onnx:") << "cut to " << size << " bytes: " << error;
  }
  expect_contains(error_of(std::vector<std::uint8_t>(whole.begin(), whole.begin() + 40)), "truncated");
}

TEST(OnnxErrors, AFileThatIsNotThere) {
  try {
    import_onnx("no/such/file.onnx");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "no/such/file.onnx: cannot be read or is empty");
  }
}

TEST(OnnxErrors, AValueNobodyMakes) {
  OnnxWriter writer = with_input();
  writer.node("Add", {"data", "ghost"}, "sum");
  writer.output("sum");
  EXPECT_EQ(error_of(writer), "m.onnx: sum: reads \"ghost\", which nobody makes");
}

TEST(OnnxErrors, AnOutputNobodyMakes) {
  OnnxWriter writer = with_input();
  writer.node("Relu", {"data"}, "relu");
  writer.output("ghost");
  EXPECT_EQ(error_of(writer), "m.onnx: ghost: is the graph's output, but no layer makes it");
}

TEST(OnnxErrors, TwoOutputsOrNone) {
  OnnxWriter writer = with_input();
  writer.node("Relu", {"data"}, "relu");
  expect_contains(error_of(writer), "m.onnx: output: the graph has 0 outputs; one is supported");
  writer.output("relu");
  writer.output("data");
  expect_contains(error_of(writer), "m.onnx: output: the graph has 2 outputs; one is supported");
}

TEST(OnnxErrors, AnInputWithoutAFixedSize) {
  OnnxWriter writer;
  writer.input("data", {1, 3, 0, 224});
  auto* shape =
      writer.model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape->mutable_dim(2)->set_dim_param("height");
  writer.node("Relu", {"data"}, "relu");
  writer.output("relu");
  EXPECT_EQ(error_of(writer),
            "m.onnx: data: dimension 2 of the input is not fixed; give a fixed size from 1 to 65536");
}

TEST(OnnxErrors, AnAttributeThatIsNotUnderstood) {
  OnnxWriter writer = with_input();
  writer.node("MaxPool", {"data"}, "pool").set("kernel_shape", Ints{2, 2}).set("magic", std::int64_t{1});
  writer.output("pool");
  EXPECT_EQ(error_of(writer), "m.onnx: pool: attribute \"magic\" of MaxPool is not supported");
}

OnnxWriter with_weights(const Ints& dims, const std::vector<float>& values) {
  OnnxWriter writer = with_input();
  writer.floats("w", dims, values);
  writer.node("Conv", {"data", "w"}, "conv");
  writer.output("conv");
  return writer;
}

TEST(OnnxErrors, WeightsThatDoNotHoldWhatTheirShapeSays) {
  expect_contains(error_of(with_weights({2, 4, 1, 1}, {1, 2, 3})),
                  "m.onnx: conv: tensor \"w\" holds 3 elements where its shape has 8");
  expect_contains(error_of(with_weights({-2, 4, 1, 1}, {})),
                  "m.onnx: conv: tensor \"w\" has a side of -2; allowed is 0 to");
  expect_contains(error_of(with_weights({1 << 20, 1 << 20, 1 << 20, 1 << 20}, {})),
                  "tensor \"w\" has more than 268435456 elements");
  expect_contains(error_of(with_weights({1, 4, 1, 1}, {1, 2, 3, std::numeric_limits<float>::quiet_NaN()})),
                  "m.onnx: conv: not every value of the weights is finite");
  expect_contains(error_of(with_weights({1, 5, 1, 1}, {1, 2, 3, 4, 5})),
                  "m.onnx: conv: the weights are for 5 input channels in each of 1 groups; the input has 4");
}

TEST(OnnxErrors, AHugeConstantOfShapeCostsNoMemory) {
  OnnxWriter writer = with_input();
  writer.filled("w", {1 << 14, 4, 64, 64});
  writer.node("Conv", {"data", "w"}, "conv").set("pads", Ints{63, 63, 63, 63});
  writer.filled("b", {1 << 27});
  writer.node("Conv", {"data", "w", "b"}, "conv2").set("pads", Ints{63, 63, 63, 63});
  writer.output("conv2");
  expect_contains(error_of(writer), "m.onnx: conv2: the bias is a ConstantOfShape of 134217728 elements");
}

TEST(OnnxErrors, AnInitialiserNobodyReadsMayBeOfAnyType) {
  OnnxWriter writer = with_weights({2, 4, 1, 1}, std::vector<float>(8, 1));
  onnx::TensorProto* unused = writer.model.mutable_graph()->add_initializer();
  unused->set_name("unused");
  unused->set_data_type(onnx::TensorProto::STRING);
  EXPECT_EQ(error_of(writer), "no error");
}

TEST(OnnxErrors, ExternalDataIsRefused) {
  OnnxWriter writer = with_weights({2, 4, 1, 1}, {});
  onnx::TensorProto* tensor = writer.model.mutable_graph()->mutable_initializer(0);
  tensor->set_data_location(onnx::TensorProto::EXTERNAL);
  tensor->add_external_data()->set_key("location");
  expect_contains(error_of(writer),
                  "m.onnx: conv: tensor \"w\" is in an external file; save the model in one file");
}

TEST(OnnxErrors, HalfPrecisionWeightsAreNamed) {
  OnnxWriter writer = with_weights({2, 4, 1, 1}, {});
  writer.model.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
  expect_contains(error_of(writer), "m.onnx: conv: tensor \"w\" has elements of type FLOAT16; FLOAT");
}

TEST(OnnxErrors, ATransposeOutsideAShuffle) {
  OnnxWriter writer = with_input();
  writer.node("Transpose", {"data"}, "t").set("perm", Ints{0, 2, 3, 1});
  writer.output("t");
  expect_contains(error_of(writer), "m.onnx: t: Transpose is supported inside a channel shuffle");
}

TEST(OnnxErrors, ANewShapeWithoutSizesAndAConstantWithoutValue) {
  OnnxWriter writer = with_input();
  writer.node("GlobalAveragePool", {"data"}, "pool");
  writer.floats("w", {1, 4, 1, 1}, {1, 2, 3, 4});
  writer.node("Conv", {"pool", "w"}, "one");  // one element, which a shape of no sizes holds as well
  writer.ints("scalar", {});
  writer.node("Reshape", {"one", "scalar"}, "nothing");
  writer.node("Constant", {}, "empty");
  writer.output("nothing");
  const std::string error = error_of(writer);
  expect_contains(error,
                  "m.onnx: nothing: new shape [] is not supported; supported are [1, C] and [1, C, H, W]");
  expect_contains(error, "m.onnx: empty: has no value; supported are value, value_float");
}

TEST(OnnxErrors, APadBeforeSomethingElse) {
  OnnxWriter writer = with_input();
  writer.node("Pad", {"data"}, "pad").set("pads", Ints{0, 0, 1, 1, 0, 0, 1, 1});
  writer.node("Relu", {"pad"}, "relu");
  writer.node("MaxPool", {"pad"}, "pool").set("kernel_shape", Ints{3, 3});
  writer.node("Add", {"relu", "pool"}, "sum");
  writer.output("sum");
  const std::string error = error_of(writer);
  expect_contains(error, "m.onnx: relu: input \"pad\" was padded");
  expect_contains(error, "m.onnx: pool: a Pad before MaxPool is supported behind an activation only");
}

TEST(OnnxErrors, TheSecondOutputOfAPool) {
  OnnxWriter writer = with_input();
  writer.node("MaxPool", {"data"}, "pool").set("kernel_shape", Ints{2, 2}).proto()->add_output("where");
  writer.node("Relu", {"where"}, "relu");
  writer.output("relu");
  expect_contains(error_of(writer), "m.onnx: pool: output 1 of MaxPool is read; only the first is supported");
}

TEST(OnnxErrors, NamesWithControlCharactersAreMadePrintable) {
  OnnxWriter writer = with_input();
  writer.node("Warp", {"data"}, "a").proto()->set_name("bad\n\x01name\xff");
  writer.output("a");
  expect_contains(error_of(writer), "m.onnx: bad__name_: operator \"Warp\"");
}

}  // namespace
}  // namespace tandem::network
