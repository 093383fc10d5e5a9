// SPDX-License-Identifier: Apache-2.0
// Writes the fuzzers' first inputs: make_corpus CONFIGS_FOLDER OUT_FOLDER makes OUT_FOLDER/config from the
// project's own configuration files, and OUT_FOLDER/onnx from its smallest network and some operators that
// this does not use.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/unit/onnx_writer.h"

namespace {

namespace fs = std::filesystem;
using tandem::network::test::Ints;
using tandem::network::test::OnnxWriter;

template <class Bytes>
void save(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string load(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The letter that makes the config fuzzer take the right reader.
void save_configs(const fs::path& configs, const fs::path& out) {
  const std::pair<const char*, const char*> folders[] = {
      {"networks", "n"}, {"platforms", "p"}, {"runs", "r"}, {"schedules", "s"}, {"sweeps", "w"}};
  for (const auto& [folder, letter] : folders) {
    if (!fs::is_directory(configs / folder)) continue;
    for (const auto& entry : fs::directory_iterator(configs / folder)) {
      save(out / (std::string(folder) + "_" + entry.path().stem().string()), letter + load(entry.path()));
    }
  }
  save(out / "set",
       std::string("tschedule.cores=[\"a53x4\"]\nplatform = \"ultra96\"\n[schedule]\ncores = []\n"));
  save(out / "costs",
       std::string("cnetwork,layer,core_type,cores,time_ms\nn,a,x,1,2\nn,a,x,2,1.5\nn,b,x,1,3\n"
                   "n,b,x,2,1\nn,a,accelerator0,1,0.5\nn,b,accelerator0,1,9e2\n"));
  save(out / "certificate",
       std::string("ktandem-certificate 1\nnetwork n\nbackground 0\ntype 2 core x\nlayer 0 a\nlayer 1 0 b\n"
                   "group 1\nhand_over 3 5\ntime 10 20\ntake_in 1 2\nenergy 4 5\nobjective throughput\n"
                   "limit none\nstage 0 0\nstage 0 1\nperiod 24\nlatency 34\nenergy_of_image 9\n"
                   "refutation reach\nreach 0 0\nreach 1 1\nreach 2 1\nbound 24\nend\n"));
  save(out / "kinds", std::string("nname = 'n'\ninput = [4, 9, 9]\n"
                                  "[[layer]]\nname = 's'\nkind = 'channel_shuffle'\ngroups = 2\n"
                                  "[[layer]]\nname = 'b'\nkind = 'batch_norm'\nactivation = 'relu'\n"
                                  "[[layer]]\nname = 'a'\nkind = 'activation'\nfunction = 'relu6'\n"
                                  "[[layer]]\nname = 'r'\nkind = 'reshape'\nshape = [9, 9, 4]\n"
                                  "[[layer]]\nname = 'f'\nkind = 'flatten'\n"));
}

void save_operators(const fs::path& out) {
  OnnxWriter writer(11);
  writer.input("data", {1, 4, 6, 6});
  writer.ints("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  writer.node("Pad", {"data", "pads"}, "pad");
  writer.floats("w", {4, 1, 3, 3}, std::vector<float>(36, 0.5F));
  writer.node("Conv", {"pad", "w"}, "conv").set("group", std::int64_t{4}).set("auto_pad", "VALID");
  writer.floats("four", {4}, {1, 2, 3, 4});
  writer.node("BatchNormalization", {"conv", "four", "four", "four", "four"}, "norm").set("epsilon", 1e-5F);
  writer.floats("low", {}, {0}, true);
  writer.floats("high", {}, {6}, true);
  writer.node("Clip", {"norm", "low", "high"}, "clip");
  writer.ints("split", {1, 2, 2, 6, 6});
  writer.node("Reshape", {"clip", "split"}, "r1");
  writer.node("Transpose", {"r1"}, "turned").set("perm", Ints{0, 2, 1, 3, 4});
  writer.ints("whole", {1, 4, 6, 6});
  writer.node("Reshape", {"turned", "whole"}, "r2");
  writer.node("Identity", {"r2"}, "same");
  writer.node("Sum", {"same", "data"}, "sum");
  writer.ints("flat", {0, -1});
  writer.node("Reshape", {"sum", "flat"}, "r3");
  writer.floats("m", {144, 2}, std::vector<float>(288, 0.25F));
  writer.node("MatMul", {"r3", "m"}, "product");
  writer.floats("two", {2}, {1, 2});
  writer.node("Add", {"product", "two"}, "biased");
  writer.node("Softmax", {"biased"}, "prob");
  writer.output("prob");
  save(out / "operators", writer.bytes());

  OnnxWriter cycle;
  cycle.input("data", {1, 1, 2, 2});
  cycle.node("Add", {"data", "b"}, "a");
  cycle.node("Relu", {"a"}, "b");
  cycle.output("b");
  save(out / "cycle", cycle.bytes());
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) throw std::runtime_error("usage: make_corpus CONFIGS_FOLDER OUT_FOLDER");
  const fs::path configs = arguments[1];
  const fs::path out = arguments[2];
  fs::create_directories(out / "config");
  fs::create_directories(out / "onnx");
  save_configs(configs, out / "config");
  save_operators(out / "onnx");
  const auto tiny = tandem::network::read_network_toml((configs / "networks" / "tiny.toml").string());
  save(out / "onnx" / "tiny", tandem::network::test::NetworkExporter(tiny).run());
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
