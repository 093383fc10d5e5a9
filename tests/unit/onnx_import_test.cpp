// SPDX-License-Identifier: Apache-2.0
// How single operators are mapped, folded and fused.
#include <gtest/gtest.h>

#include "models/network/onnx/import.h"
#include "tests/unit/onnx_writer.h"

namespace tandem::network {
namespace {

using test::Ints;
using test::OnnxWriter;

Network import(const OnnxWriter& writer) { return import_onnx_bytes(writer.bytes(), "m.onnx").network; }

std::string kinds(const Network& network) {
  std::vector<std::string> names;
  for (const Layer& layer : network.layers()) names.emplace_back(to_string(layer.kind));
  return join(names);
}

// data 4x6x6 -> Conv "conv" with 2 outputs and 1x1 weights 1..8, bias 10, 20.
OnnxWriter with_conv(std::int64_t opset = 9, bool raw = false) {
  OnnxWriter writer(opset);
  writer.input("data", {1, 4, 6, 6});
  writer.floats("w", {2, 4, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8}, raw);
  writer.floats("b", {2}, {10, 20}, raw);
  writer.node("Conv", {"data", "w", "b"}, "conv");
  return writer;
}

TEST(OnnxImport, WeightsComeFromFloatDataAndRawData) {
  for (const bool raw : {false, true}) {
    OnnxWriter writer = with_conv(9, raw);
    writer.output("conv");
    const Network network = import(writer);
    ASSERT_NE(network.layer(1).parameters, nullptr);
    EXPECT_EQ(network.layer(1).parameters->weights, (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(network.layer(1).parameters->bias, (std::vector<float>{10, 20}));
  }
}

TEST(OnnxImport, ActivationsGoIntoTheirOnlyProducer) {
  OnnxWriter writer = with_conv();
  writer.node("Relu", {"conv"}, "relu");
  writer.node("Clip", {"relu"}, "clip").set("min", 0.0F).set("max", 6.0F);
  writer.output("clip");
  const Network network = import(writer);
  EXPECT_EQ(kinds(network), "input, conv, activation");
  EXPECT_EQ(network.layer(1).activation, Activation::relu);
  EXPECT_EQ(network.layer(2).activation, Activation::relu6);
}

TEST(OnnxImport, ClipTakesItsBoundsFromInputsToo) {
  OnnxWriter writer = with_conv(11);
  writer.floats("low", {}, {0});
  writer.floats("high", {}, {6});
  writer.node("Clip", {"conv", "low", "high"}, "clip");
  writer.output("clip");
  EXPECT_EQ(import(writer).layer(1).activation, Activation::relu6);
}

TEST(OnnxImport, AnActivationStaysAloneWhereItsProducerHasAnotherReader) {
  OnnxWriter writer = with_conv();
  writer.node("Relu", {"conv"}, "relu");
  writer.node("Add", {"conv", "relu"}, "sum");
  writer.output("sum");
  const Network network = import(writer);
  EXPECT_EQ(kinds(network), "input, conv, activation, add");
  EXPECT_EQ(network.layer(1).activation, Activation::none);
}

TEST(OnnxImport, AnIdentityDoesNotHideAnotherReader) {
  OnnxWriter writer = with_conv();
  writer.node("Identity", {"conv"}, "same");
  writer.node("Relu", {"same"}, "relu");
  writer.node("Sum", {"same", "relu"}, "sum");
  writer.output("sum");
  EXPECT_EQ(kinds(import(writer)), "input, conv, activation, add");
}

void add_norm(OnnxWriter& writer, const std::string& from, std::size_t channels) {
  const Ints dims = {static_cast<std::int64_t>(channels)};
  writer.floats("gamma", dims, std::vector<float>(channels, 3));
  writer.floats("beta", dims, std::vector<float>(channels, 5));
  writer.floats("mean", dims, std::vector<float>(channels, 7));
  writer.floats("var", dims, std::vector<float>(channels, 4));
  writer.node("BatchNormalization", {from, "gamma", "beta", "mean", "var"}, "norm").set("epsilon", 0.0F);
}

TEST(OnnxImport, BatchNormFoldsIntoTheConvolutionBefore) {
  OnnxWriter writer = with_conv();
  add_norm(writer, "conv", 2);
  writer.node("Relu", {"norm"}, "relu");
  writer.output("relu");
  const Network network = import(writer);
  ASSERT_EQ(kinds(network), "input, conv");
  // scale = 3 / sqrt(4), shift = 5 - 7 * scale
  EXPECT_EQ(network.layer(1).parameters->weights, (std::vector<float>{1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12}));
  EXPECT_EQ(network.layer(1).parameters->bias, (std::vector<float>{15 - 5.5, 30 - 5.5}));
  EXPECT_EQ(network.layer(1).activation, Activation::relu);
}

TEST(OnnxImport, BatchNormStandsAloneWhereItCannotFold) {
  OnnxWriter writer = with_conv();
  add_norm(writer, "conv", 2);
  writer.node("Add", {"norm", "conv"}, "sum");
  writer.output("sum");
  const Network network = import(writer);
  ASSERT_EQ(kinds(network), "input, conv, batch_norm, add");
  EXPECT_EQ(network.layer(2).parameters->scale, (std::vector<float>{1.5, 1.5}));
  EXPECT_EQ(network.layer(2).parameters->shift, (std::vector<float>{-5.5, -5.5}));

  OnnxWriter before;
  before.input("data", {1, 4, 6, 6});
  add_norm(before, "data", 4);
  before.output("norm");
  EXPECT_EQ(kinds(import(before)), "input, batch_norm");
}

TEST(OnnxImport, AConstantOfShapeIsNoWeight) {
  OnnxWriter writer;
  writer.input("data", {1, 4, 6, 6});
  writer.filled("w", {65536, 4, 1, 1});
  writer.filled("b", {65536});
  writer.node("Conv", {"data", "w", "b"}, "conv").set("strides", Ints{6, 6});
  writer.output("conv");
  const Network network = import(writer);
  EXPECT_EQ(network.layer(1).parameters, nullptr);
  EXPECT_TRUE(network.layer(1).conv.bias);
  EXPECT_EQ(network.macs(1), 65536 * 4);
}

TEST(OnnxImport, GemmAndMatMulBecomeFullyConnected) {
  for (const bool by_output : {false, true}) {
    OnnxWriter writer;
    writer.input("data", {1, 3});
    writer.floats("w", by_output ? Ints{2, 3} : Ints{3, 2},
                  by_output ? std::vector<float>{1, 2, 3, 4, 5, 6} : std::vector<float>{1, 4, 2, 5, 3, 6});
    writer.floats("b", {1, 2}, {7, 8});
    if (by_output) {
      writer.node("Gemm", {"data", "w", "b"}, "fc").set("transB", std::int64_t{1});
      writer.output("fc");
    } else {
      writer.node("MatMul", {"data", "w"}, "product");
      writer.node("Add", {"b", "product"}, "sum");
      writer.output("sum");
    }
    const Network network = import(writer);
    ASSERT_EQ(kinds(network), "input, fully_connected");
    EXPECT_EQ(network.layer(1).parameters->weights, (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(network.layer(1).parameters->bias, (std::vector<float>{7, 8}));
  }
}

TEST(OnnxImport, ReshapeOfWeightsAndOfValues) {
  OnnxWriter writer = with_conv();
  writer.ints("flat", {0, -1});
  writer.node("Reshape", {"conv", "flat"}, "flattened");
  writer.floats("fw", {1, 5, 72}, std::vector<float>(360, 0.5F));
  writer.ints("two", {5, -1});
  writer.node("Reshape", {"fw", "two"}, "fw2");
  writer.node("Gemm", {"flattened", "fw2"}, "fc").set("transB", std::int64_t{1});
  writer.ints("back", {1, 5, 1, 1});
  writer.node("Reshape", {"fc", "back"}, "image");
  writer.output("image");
  const Network network = import(writer);
  EXPECT_EQ(kinds(network), "input, conv, flatten, fully_connected, reshape");
  EXPECT_EQ(network.layer(2).output, (Shape{72, 1, 1}));
  EXPECT_FALSE(network.layer(3).conv.bias);
}

TEST(OnnxImport, ReshapeTransposeReshapeIsAChannelShuffle) {
  for (const bool joined : {false, true}) {
    OnnxWriter writer;
    writer.input("data", {1, 6, 4, 5});
    writer.ints("split", joined ? Ints{1, 3, 2, 20} : Ints{1, 3, 2, 4, 5});
    writer.ints("whole", {1, -1, 4, 5});
    writer.node("Reshape", {"data", "split"}, "r1");
    writer.node("Transpose", {"r1"}, "t").set("perm", joined ? Ints{0, 2, 1, 3} : Ints{0, 2, 1, 3, 4});
    writer.node("Reshape", {"t", "whole"}, "shuffled");
    writer.output("shuffled");
    const Network network = import(writer);
    ASSERT_EQ(kinds(network), "input, channel_shuffle");
    EXPECT_EQ(network.layer(1).shuffle_groups, 3);
  }
}

TEST(OnnxImport, APadGoesIntoTheConvolutionBehindIt) {
  OnnxWriter writer;
  writer.input("data", {1, 4, 6, 6});
  writer.node("Pad", {"data"}, "pad").set("pads", Ints{0, 0, 1, 2, 0, 0, 3, 4});
  writer.floats("w", {1, 4, 3, 3}, std::vector<float>(36, 1));
  writer.node("Conv", {"pad", "w"}, "conv").set("pads", Ints{1, 1, 1, 1});
  writer.output("conv");
  const Network network = import(writer);
  EXPECT_EQ(kinds(network), "input, conv");
  EXPECT_EQ(network.layer(1).window, (Window{3, 3, 1, 1, 2, 4, 3, 5, 1, 1}));
}

TEST(OnnxImport, TheZerosOfAPadCountInAnAverage) {
  OnnxWriter writer;
  writer.input("data", {1, 4, 6, 6});
  writer.node("Pad", {"data"}, "pad").set("pads", Ints{0, 0, 1, 1, 0, 0, 1, 1});
  writer.node("AveragePool", {"pad"}, "pool").set("kernel_shape", Ints{2, 2});
  writer.output("pool");
  const Network network = import(writer);
  EXPECT_TRUE(network.layer(1).pool.count_include_pad);
  EXPECT_EQ(network.layer(1).output, (Shape{4, 7, 7}));
}

Window same_window(const char* mode) {
  OnnxWriter writer;
  writer.input("data", {1, 1, 6, 7});
  writer.floats("w", {1, 1, 3, 3}, std::vector<float>(9, 1));
  writer.node("Conv", {"data", "w"}, "conv").set("strides", Ints{2, 2}).set("auto_pad", mode);
  writer.output("conv");
  return import(writer).layer(1).window;
}

TEST(OnnxImport, AutomaticPadding) {
  EXPECT_EQ(same_window("SAME_UPPER"), (Window{3, 3, 2, 2, 0, 1, 1, 1, 1, 1}));
  EXPECT_EQ(same_window("SAME_LOWER"), (Window{3, 3, 2, 2, 1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(same_window("VALID"), (Window{3, 3, 2, 2, 0, 0, 0, 0, 1, 1}));
}

TEST(OnnxImport, WhatDoesNotReachTheOutputIsLeftOut) {
  OnnxWriter writer = with_conv();
  writer.node("MaxPool", {"conv"}, "unused").set("kernel_shape", Ints{2, 2});
  writer.output("conv");
  EXPECT_EQ(kinds(import(writer)), "input, conv");
}

TEST(OnnxImport, NodesInAnyOrderAndNamesUsedTwice) {
  OnnxWriter writer;
  writer.input("data", {1, 4, 6, 6});
  writer.node("Dropout", {"a"}, "b").proto()->set_name("twin");
  writer.node("Dropout", {"data"}, "a").proto()->set_name("twin");
  writer.output("b");
  const Network network = import(writer);
  EXPECT_EQ(network.layer(1).name, "twin");
  EXPECT_EQ(network.layer(2).name, "twin_2");
}

TEST(OnnxImport, ANewerVersionIsOnlyAWarning) {
  OnnxWriter writer = with_conv(99);
  writer.output("conv");
  writer.model.set_ir_version(12);
  const OnnxImport import = import_onnx_bytes(writer.bytes(), "m.onnx");
  ASSERT_EQ(import.warnings.size(), 2u);
  EXPECT_EQ(to_string(import.warnings[1]), "m.onnx: ir_version: is 12; the file is read as version 8");
}

}  // namespace
}  // namespace tandem::network
