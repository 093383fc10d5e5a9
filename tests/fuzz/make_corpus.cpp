// SPDX-License-Identifier: Apache-2.0
// Writes the fuzzers' first inputs: make_corpus CONFIGS_FOLDER OUT_FOLDER makes a folder for each reader from
// the project's own files, and OUT_FOLDER/onnx from its smallest network and some operators that this does
// not use.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "dse/sweep/store.h"
#include "models/latency/published_model.h"
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

void save_files(const fs::path& configs, const char* folder, const fs::path& out) {
  fs::create_directories(out);
  for (const auto& entry : fs::directory_iterator(configs / folder)) {
    if (entry.path().extension() == ".toml") save(out / entry.path().stem(), load(entry.path()));
  }
}

void save_text(const fs::path& out, const std::string& text) {
  fs::create_directories(out.parent_path());
  save(out, text);
}

// A folder for each reader of tests/fuzz/fuzz_readers.cpp.
void save_configs(const fs::path& configs, const fs::path& out) {
  const std::pair<const char*, const char*> folders[] = {{"networks", "network"},
                                                         {"platforms", "platform"},
                                                         {"cores", "core"},
                                                         {"runs", "run"},
                                                         {"sweeps", "sweep"}};
  for (const auto& [folder, reader] : folders) save_files(configs, folder, out / reader);
  save_text(out / "network" / "kinds",
            "name = 'n'\ninput = [4, 9, 9]\n"
            "[[layer]]\nname = 's'\nkind = 'channel_shuffle'\ngroups = 2\n"
            "[[layer]]\nname = 'b'\nkind = 'batch_norm'\nactivation = 'relu'\n"
            "[[layer]]\nname = 'a'\nkind = 'activation'\nfunction = 'relu6'\n"
            "[[layer]]\nname = 'r'\nkind = 'reshape'\nshape = [9, 9, 4]\n"
            "[[layer]]\nname = 'f'\nkind = 'flatten'\n");
  save_text(out / "run" / "faults",
            "platform = 'ultra96'\nnetwork = 'tiny'\n[schedule]\nplanner = 'cosched'\n"
            "[[fault]]\nkind = 'slave-error'\nat = 'accelerator0'\naccess = 'read'\nbeat = 12\n"
            "[[fault]]\nkind = 'slow-memory'\nfrom = '1 us'\nlength = '2 us'\ndelay = '3 us'\n"
            "[[fault]]\nkind = 'lost-interrupt'\nat = 'accelerator0'\nnumber = 2\n");
  save_text(out / "schedule" / "two",
            "format = 1\nnetwork = 'tiny'\nplanner = 'cosched'\nwait = 'polling'\nqueue_depth = 2\n"
            "images_in_flight = 3\npredicted_latency = '5 ms'\n"
            "[[stage]]\nfirst_layer = 'a'\nlast_layer = 'b'\nresources = ['a53x4', 'accelerator0']\n"
            "[[item]]\nlayer = 'a'\nresource = 'a53x4'\nchannels = [0, 8]\nrows = [0, 4]\n"
            "predicted = '1 us'\nkernel = 'gemv'\n"
            "[[operating_point]]\nlayer = 'a'\ncluster = 'a53'\nfrequency = '600 MHz'\n");
  save_text(out / "set" / "list",
            "schedule.cores=[\"a53x4\"]\nplatform = \"ultra96\"\n[schedule]\ncores = []\n");
  const std::string costs =
      "network,layer,core_type,cores,time_ms\nn,a,x,1,2\nn,a,x,2,1.5\nn,b,x,1,3\n"
      "n,b,x,2,1\nn,a,accelerator0,1,0.5\nn,b,accelerator0,1,9e2\n";
  const std::string certificate =
      "tandem-certificate 1\nnetwork n\nbackground 0\ntype 2 core x\nlayer 0 a\nlayer 1 0 b\n"
      "group 1\nhand_over 3 5\ntime 10 20\ntake_in 1 2\nenergy 4 5\nobjective throughput\n"
      "limit none\nstage 0 0\nstage 0 1\nperiod 24\nlatency 34\nenergy_of_image 9\n"
      "refutation reach\nreach 0 0\nreach 1 1\nreach 2 1\nbound 24\nend\n";
  save_text(out / "costs" / "two", costs);
  save_text(out / "certificate" / "two", certificate);
  save_text(out / "table" / "two", certificate + "table\n" + costs);
  const fs::path measured = configs / "calibration";
  save_text(out / "parts" / "rk3399pro", load(measured / "armcl_rk3399pro_parts.csv").substr(0, 2000));
  save_text(out / "threads" / "scaling", load(measured / "armcl_thread_scaling.csv").substr(0, 2000));
  save_text(out / "throughput" / "clusters", load(measured / "armcl_cluster_throughput.csv").substr(0, 2000));
  save_text(out / "splits" / "parts", load(measured / "parts.toml"));
  tandem::latency::PublishedModel model;
  model.platform = "ultra96";
  model.cores = "a53x4";
  model.array = {.tm = 8, .tn = 32};
  model.unit = {1e-9, 2e-9, 3e-10, 4e-5};
  save_text(out / "published" / "ultra96", tandem::latency::write_published_model(model));
  save_text(out / "jobs" / "two", "level\trtl\nid1\timages=2\tnetwork=tiny\nid2\timages=3\n");
}

// A store with a sweep of two points as a file, and cells of one.
void save_stores(const fs::path& out) {
  fs::create_directories(out);
  const fs::path file = out / "made.db";
  {
    tandem::sweep::Store store(file.string(), tandem::sweep::Store::Use::write);
    tandem::sweep::Outcome outcome;
    outcome.metrics = tandem::sweep::write_metrics({{"latency_ms", 1.5}, {"energy_mj", 2}});
    store.put("a", outcome, {"code", "content"});
    store.begin_sweep({"s", "definition", "s"});
    store.add_member("s", 0, {"tile", "a", {{"images", "2"}}});
  }
  const std::string bytes = load(file);
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) fs::remove(file.string() + suffix);
  save(out / "file", "f" + bytes);
  save(out / "cells",
       std::string("cNULL\n\n\n{\"latency_ms\":1.5,\"a\":null}\n1\n0.5\ntile\n{\"images\":\"2\"}\n"));
  save(out / "failed", std::string("ccheck\nwhy\nlog\nNULL\n1\n0.5\n\n{\"images\":2}\n"));
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
  fs::create_directories(out / "onnx");
  save_configs(configs, out);
  save_stores(out / "store");
  save_operators(out / "onnx");
  const auto tiny = tandem::network::read_network_toml((configs / "networks" / "tiny.toml").string());
  save(out / "onnx" / "tiny", tandem::network::test::NetworkExporter(tiny).run());
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
