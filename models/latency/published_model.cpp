// SPDX-License-Identifier: Apache-2.0
#include "models/latency/published_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "models/energy/least_squares.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/network/layout.h"
#include "models/toml/reader.h"

namespace tandem::latency {

namespace {

constexpr int kFormat = 1;

double lines_of(double bytes) { return bytes / network::kCacheLineBytes; }

std::vector<double> unit_factors(const LayerDescriptor& layer, int pes) {
  const double passes = std::ceil(layer.channels / pes);
  const double bytes = layer.input_bytes + layer.filter * layer.channels + layer.pixels * layer.channels;
  return {layer.filter * layer.pixels * passes, layer.pixels * passes, bytes, 1.0};
}

std::vector<double> core_factors(const LayerDescriptor& layer) {
  return {layer.filter * layer.pixels * layer.channels, layer.filter * layer.pixels,
          layer.pixels * layer.channels, layer.filter * layer.channels, 1.0};
}

template <std::size_t N>
double product(const std::array<double, N>& coefficients, const std::vector<double>& factors) {
  double sum = 0;
  for (std::size_t i = 0; i < N; ++i) sum += coefficients[i] * factors[i];
  return sum;
}

// Relative residuals: each equation over its own value.
template <std::size_t N>
void fit_one(std::array<double, N>& coefficients, const std::vector<std::vector<double>>& factors,
             const std::vector<double>& values) {
  const std::vector<double> found = energy::relative_least_squares(factors, values);
  std::copy(found.begin(), found.end(), coefficients.begin());
}

template <class Predict, class Measured>
double mean_error(const std::vector<PublishedSample>& samples, const Predict& predict,
                  const Measured& measured) {
  double sum = 0;
  for (const PublishedSample& sample : samples) sum += std::abs(predict(sample) / measured(sample) - 1);
  return samples.empty() ? 0 : 100 * sum / static_cast<double>(samples.size());
}

std::string list(const double* begin, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{}\"{:.9g}\"", i == 0 ? "" : ", ", begin[i]);
  return "[" + text + "]";
}

}  // namespace

LayerDescriptor descriptor_of(const network::Network& network, network::LayerId layer, int channels) {
  const network::ConvShape shape = network::conv_shape(network, layer);
  const network::Shape output = network.layer(layer).output;
  LayerDescriptor descriptor;
  const int channels_of_group = shape.input.c / shape.groups;
  descriptor.filter = static_cast<double>(channels_of_group) * shape.window.kernel_h * shape.window.kernel_w;
  descriptor.pixels = static_cast<double>(output.h) * output.w;
  descriptor.channels = channels;
  descriptor.input_bytes = static_cast<double>(shape.input.c) * shape.input.h * shape.input.w;
  descriptor.input_lines = lines_of(descriptor.input_bytes);
  return descriptor;
}

double PublishedModel::unit_seconds(const LayerDescriptor& layer) const {
  return product(unit, unit_factors(layer, array.tm));
}
double PublishedModel::core_seconds(const LayerDescriptor& layer) const {
  return product(core, core_factors(layer));
}
double PublishedModel::coherence_seconds(double lines) const { return coherence[0] * lines + coherence[1]; }

Picoseconds PublishedModel::split_layer(const network::Network& network, network::LayerId layer, int split,
                                        bool coherent) const {
  const network::Shape output = network.layer(layer).output;
  const int rest = output.c - split;
  double seconds = 0;
  if (split > 0) seconds = unit_seconds(descriptor_of(network, layer, split));
  if (rest > 0) {
    const LayerDescriptor own = descriptor_of(network, layer, rest);
    const double lines = own.input_lines + lines_of(own.pixels * rest);
    seconds = std::max(seconds, core_seconds(own) + (coherent ? 0 : coherence_seconds(lines)));
  }
  return Picoseconds(std::llround(std::max(seconds, 0.0) * 1e12));
}

void fit(PublishedModel& model, const std::vector<PublishedSample>& fitted,
         const std::vector<PublishedSample>& others) {
  std::vector<PublishedSample> maintained;
  std::vector<std::vector<double>> unit, core, lines;
  std::vector<double> unit_times, core_times, line_times;
  for (const PublishedSample& sample : fitted) {
    unit.push_back(unit_factors(sample.layer, model.array.tm));
    unit_times.push_back(sample.unit_seconds);
    core.push_back(core_factors(sample.layer));
    core_times.push_back(sample.core_seconds);
    if (sample.coherence_seconds <= 0) continue;
    maintained.push_back(sample);
    lines.push_back({sample.lines, 1.0});
    line_times.push_back(sample.coherence_seconds);
  }
  fit_one(model.unit, unit, unit_times);
  fit_one(model.core, core, core_times);
  const auto of_unit = [&](const PublishedSample& one) { return model.unit_seconds(one.layer); };
  const auto of_cores = [&](const PublishedSample& one) { return model.core_seconds(one.layer); };
  const auto on_unit = [](const PublishedSample& one) { return one.unit_seconds; };
  const auto on_cores = [](const PublishedSample& one) { return one.core_seconds; };
  if (!lines.empty()) {
    fit_one(model.coherence, lines, line_times);
    model.coherence_residual = mean_error(
        maintained, [&](const PublishedSample& one) { return model.coherence_seconds(one.lines); },
        [](const PublishedSample& one) { return one.coherence_seconds; });
  }
  model.unit_residual = mean_error(fitted, of_unit, on_unit);
  model.core_residual = mean_error(fitted, of_cores, on_cores);
  model.unit_error = mean_error(others, of_unit, on_unit);
  model.core_error = mean_error(others, of_cores, on_cores);
  model.fitted = static_cast<int>(fitted.size());
  model.others = static_cast<int>(others.size());
}

std::string write_published_model(const PublishedModel& model) {
  std::string text = fmt::format(
      "# The published latency model of a platform; made by tandem calibrate. Coefficients in seconds.\n"
      "format = {}\nplatform = {}\naccelerator = \"{}\"\ngroup = {}\nfitted = {}\nothers = {}\n\n",
      kFormat, toml_reader::quote(model.platform), accelerator::to_string(model.array),
      toml_reader::quote(model.cores), model.fitted, model.others);
  text += fmt::format(
      "[unit]  # of a MAC of one PE, an output of one PE, a byte, a job\ncoefficients = {}\n"
      "residual_percent = {:.4f}\nerror_percent = {:.4f}  # of layers that were not fitted\n\n",
      list(model.unit.data(), model.unit.size()), model.unit_residual, model.unit_error);
  text += fmt::format(
      "[cores]  # of a MAC, an unrolled input element, a result, a weight, a layer\ncoefficients = {}\n"
      "residual_percent = {:.4f}\nerror_percent = {:.4f}\n\n",
      list(model.core.data(), model.core.size()), model.core_residual, model.core_error);
  text += fmt::format("[coherence]  # of a line, a layer\ncoefficients = {}\nresidual_percent = {:.4f}\n",
                      list(model.coherence.data(), model.coherence.size()), model.coherence_residual);
  return text;
}

namespace {

template <std::size_t N>
void read_list(const toml_reader::Table& table, std::array<double, N>& into) {
  const std::vector<std::string> texts = table.strings("coefficients");
  bool numbers = texts.size() == N;
  for (std::size_t i = 0; numbers && i < N; ++i) {
    char* end = nullptr;
    into[i] = std::strtod(texts[i].c_str(), &end);
    numbers = !texts[i].empty() && *end == '\0' && std::isfinite(into[i]);
  }
  if (!numbers) table.problem("coefficients", fmt::format("is no list of {} numbers in quotes", N));
}

}  // namespace

PublishedModel read_published_model(const std::string& path) {
  toml_reader::Document document = toml_reader::Document::parse_file(path);
  const toml_reader::Table root = document.root();
  PublishedModel model;
  root.integer("format", kFormat, kFormat);
  model.platform = root.string("platform");
  const std::string array = root.string("accelerator");
  model.array = accelerator::parse_array(array);
  if (model.array.tm == 0)
    root.problem("accelerator", "is no array; allowed is " + std::string(accelerator::kAllowedArrays));
  model.cores = root.string("group");
  model.fitted = static_cast<int>(root.integer("fitted", 0, 1'000'000));
  model.others = static_cast<int>(root.integer("others", 0, 1'000'000));
  const toml_reader::Table unit = root.table("unit"), cores = root.table("cores"),
                           coherence = root.table("coherence");
  read_list(unit, model.unit);
  read_list(cores, model.core);
  read_list(coherence, model.coherence);
  model.unit_residual = unit.number("residual_percent", 0, 1e9);
  model.unit_error = unit.number("error_percent", 0, 1e9);
  model.core_residual = cores.number("residual_percent", 0, 1e9);
  model.core_error = cores.number("error_percent", 0, 1e9);
  model.coherence_residual = coherence.number("residual_percent", 0, 1e9);
  document.finish();
  return model;
}

}  // namespace tandem::latency
