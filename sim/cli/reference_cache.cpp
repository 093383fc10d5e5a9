// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/reference_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "models/core/locate.h"
#include "models/core/sha256.h"
#include "models/network/kernels/prepare.h"

namespace tandem::cli {

namespace fs = std::filesystem;

std::string cache_folder() {
  const char* chosen = std::getenv("TANDEM_CACHE");
  if (chosen != nullptr && *chosen != '\0') return chosen;
  return (fs::path(project_root()) / "build" / "cache").string();
}

namespace {

// The program itself is part of the key: a changed kernel must not meet an old answer.
std::string program_stamp() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return "unknown";
  const auto size = fs::file_size(self, error);
  const auto time = fs::last_write_time(self, error).time_since_epoch().count();
  return fmt::format("{} {} {}", self.string(), size, time);
}

std::string content_hash(const network::Network& network, network::Precision precision, std::uint64_t seed,
                         const std::string& part) {
  Sha256 hash;
  const auto add = [&](const std::string& text) { hash.update(text.c_str(), text.size() + 1); };
  add(program_stamp());
  add(network::write_network_toml(network));
  add(to_string(precision));
  add(fmt::format("{} {}", seed, part));
  for (const network::Layer& layer : network.layers()) {
    if (!layer.parameters) continue;
    for (const auto* values : {&layer.parameters->weights, &layer.parameters->bias, &layer.parameters->scale,
                               &layer.parameters->shift}) {
      hash.update(values->data(), values->size() * sizeof(float));
    }
  }
  return hash.hex();
}

std::optional<std::string> load(const std::string& key) {
  std::ifstream file(fs::path(cache_folder()) / key, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  // The last line is the hash of what stands before it.
  const std::string all = text.str();
  if (all.size() < 65 || all.back() != '\n') return std::nullopt;
  const std::string body = all.substr(0, all.size() - 65);
  if (sha256_hex(body) + "\n" != all.substr(all.size() - 65)) return std::nullopt;
  return body;
}

void save(const std::string& key, const std::string& body) {
  std::error_code ignored;
  fs::create_directories(cache_folder(), ignored);
  const fs::path temporary = fs::path(cache_folder()) / fmt::format("{}.{}", key, getpid());
  {
    std::ofstream file(temporary, std::ios::binary);
    file << body << sha256_hex(body) << '\n';
    if (!file) return;
  }
  fs::rename(temporary, fs::path(cache_folder()) / key, ignored);
}

std::string quantization_text(const std::vector<network::TensorQuantization>& all) {
  std::string text;
  for (const auto& one : all) text += fmt::format("{:a} {}\n", one.scale, one.zero_point);
  return text;
}

std::optional<std::vector<network::TensorQuantization>> parse_quantization(const std::string& text,
                                                                           int layers) {
  std::vector<network::TensorQuantization> all;
  std::istringstream lines(text);
  std::string scale;
  int zero_point = 0;
  while (lines >> scale >> zero_point) all.push_back({std::strtod(scale.c_str(), nullptr), zero_point});
  if (static_cast<int>(all.size()) != layers) return std::nullopt;
  return all;
}

}  // namespace

Prepared prepare(std::shared_ptr<const network::Network> network, network::Precision precision,
                 std::uint64_t seed, int images) {
  Prepared prepared;
  const std::string model_key = content_hash(*network, precision, seed, "quantization");
  std::optional<std::vector<network::TensorQuantization>> known;
  if (precision == network::Precision::int8) {
    if (const auto text = load(model_key)) known = parse_quantization(*text, network->size());
  }
  prepared.model = network::prepare_model(network, precision, seed, known ? &*known : nullptr);
  if (precision == network::Precision::int8 && !known)
    save(model_key, quantization_text(prepared.model.quantization));

  const std::string key =
      content_hash(*network, precision, seed, fmt::format("outputs of {} images", images));
  if (const auto text = load(key)) {
    prepared.reference_sha256 = *text;
    return prepared;
  }
  std::vector<network::Tensor> outputs;
  for (int image = 0; image < images; ++image) {
    std::vector<network::Tensor> all = run_reference(prepared.model, make_image(prepared.model, image));
    outputs.push_back(std::move(all[static_cast<std::size_t>(network->output())]));
  }
  prepared.reference_sha256 = network::tensors_sha256(outputs);
  save(key, prepared.reference_sha256);
  return prepared;
}

}  // namespace tandem::cli
