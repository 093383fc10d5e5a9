// SPDX-License-Identifier: Apache-2.0
#include "models/network/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "models/network/order.h"
#include "models/network/shapes.h"

namespace tandem::network {

namespace {

using Problems = std::vector<Problem>;

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

void throw_if_any(Problems& problems) {
  if (problems.empty()) return;
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  throw InputError(std::move(problems));
}

std::map<std::string, int> index_by_name(const std::vector<Layer>& layers, Problems& problems) {
  std::map<std::string, int> index;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    if (layer.name.empty()) {
      problems.push_back({layer.place, "", fmt::format("layer {} has no name; every layer needs one", i)});
    } else if (!index.emplace(layer.name, static_cast<int>(i)).second) {
      problems.push_back({layer.place, layer.name, "is the name of two layers; names must differ"});
    }
  }
  return index;
}

// inputs[i]: positions in `layers` of what layers[i] reads.
std::vector<std::vector<int>> resolve_inputs(const std::vector<Layer>& layers,
                                             const std::vector<std::vector<std::string>>& input_names,
                                             const std::map<std::string, int>& index, Problems& problems) {
  std::vector<std::vector<int>> inputs(layers.size());
  for (std::size_t i = 0; i < layers.size() && i < input_names.size(); ++i) {
    for (const std::string& name : input_names[i]) {
      const auto found = index.find(name);
      if (found != index.end()) {
        inputs[i].push_back(found->second);
        continue;
      }
      std::vector<std::string> names;
      for (const auto& [known, position] : index) names.push_back(known);
      const std::string near = nearest_name(name, names);
      problems.push_back({layers[i].place, layers[i].name,
                          fmt::format("reads {}, which is no layer{}", quoted(name),
                                      near.empty() ? "" : "; did you mean " + quoted(near) + "?")});
    }
  }
  return inputs;
}

std::vector<int> order_layers(const std::vector<Layer>& layers, const std::vector<std::vector<int>>& inputs) {
  std::vector<std::pair<int, int>> edges;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (const int input : inputs[i]) edges.emplace_back(input, static_cast<int>(i));
  }
  Order order = stable_topological_order(static_cast<int>(layers.size()), edges);
  Problems problems;
  for (const std::vector<int>& cycle : order.cycles) {
    const Layer& first = layers[static_cast<std::size_t>(cycle.front())];
    std::string walk;
    for (const int position : cycle) walk += layers[static_cast<std::size_t>(position)].name + " -> ";
    problems.push_back(
        {first.place, first.name, "is on a cycle: " + walk + first.name + "; a network must have none"});
  }
  throw_if_any(problems);
  return order.sequence;
}

// A layer behind a wrong one says nothing: its complaint would be about the other's.
void infer_shapes(std::vector<Layer>& layers, Problems& problems) {
  std::vector<bool> known(layers.size(), false);
  for (std::size_t id = 0; id < layers.size(); ++id) {
    Layer& layer = layers[id];
    std::vector<Shape> shapes;
    bool inputs_known = true;
    for (const LayerId input : layer.inputs) {
      inputs_known = inputs_known && known[static_cast<std::size_t>(input)];
      shapes.push_back(layers[static_cast<std::size_t>(input)].output);
    }
    if (!inputs_known) continue;
    std::vector<std::string> messages;
    layer.output = infer_shape(layer, shapes, messages);
    known[id] = messages.empty();
    for (std::string& message : messages) problems.push_back({layer.place, layer.name, std::move(message)});
  }
}

}  // namespace

Network Network::build(std::string name, std::vector<Layer> layers,
                       const std::vector<std::vector<std::string>>& input_names, const Place& place) {
  const auto is_input = [](const Layer& layer) { return layer.kind == LayerKind::input; };
  Problems problems;
  if (std::none_of(layers.begin(), layers.end(), is_input)) {
    problems.push_back({place, "", "the network has no input; it needs one or more"});
  }
  if (std::all_of(layers.begin(), layers.end(), is_input)) {
    problems.push_back({place, "", "the network has no layers; it needs one or more behind its input"});
  }
  if (layers.size() > static_cast<std::size_t>(kMaxLayers)) {
    throw InputError(place, "",
                     fmt::format("has {} layers; at most {} are allowed", layers.size(), kMaxLayers));
  }
  const std::map<std::string, int> index = index_by_name(layers, problems);
  const std::vector<std::vector<int>> inputs = resolve_inputs(layers, input_names, index, problems);
  throw_if_any(problems);

  const std::vector<int> sequence = order_layers(layers, inputs);
  std::vector<LayerId> id_of(layers.size());
  for (std::size_t id = 0; id < sequence.size(); ++id)
    id_of[static_cast<std::size_t>(sequence[id])] = static_cast<LayerId>(id);

  Network network;
  network.name_ = std::move(name);
  network.consumers_.resize(layers.size());
  for (const int position : sequence) {
    const auto from = static_cast<std::size_t>(position);
    Layer layer = std::move(layers[from]);
    layer.inputs.clear();
    for (const int input : inputs[from]) layer.inputs.push_back(id_of[static_cast<std::size_t>(input)]);
    for (const LayerId input : layer.inputs) {
      std::vector<LayerId>& readers = network.consumers_[static_cast<std::size_t>(input)];
      if (readers.empty() || readers.back() != id_of[from]) readers.push_back(id_of[from]);
    }
    network.layers_.push_back(std::move(layer));
  }
  infer_shapes(network.layers_, problems);

  std::vector<LayerId> unread;
  for (LayerId id = 0; id < network.size(); ++id) {
    if (network.consumers(id).empty()) unread.push_back(id);
  }
  network.output_ = unread.back();  // the last layer in order has no reader
  unread.pop_back();
  for (const LayerId id : unread) {
    const Layer& layer = network.layer(id);
    problems.push_back({layer.place, layer.name,
                        "is read by nobody, and the output is " +
                            quoted(network.layer(network.output_).name) +
                            "; only one layer may be left unread"});
  }
  throw_if_any(problems);
  return network;
}

std::int64_t Network::macs(LayerId id) const {
  return layer(id).inputs.empty() ? 0 : mac_count(layer(id), input_shape(id));
}

std::int64_t Network::conv_macs() const {
  std::int64_t sum = 0;
  for (LayerId id = 0; id < size(); ++id) {
    if (layer(id).kind == LayerKind::conv) sum += macs(id);
  }
  return sum;
}

std::int64_t Network::total_macs() const {
  std::int64_t sum = 0;
  for (LayerId id = 0; id < size(); ++id) sum += macs(id);
  return sum;
}

bool Network::is_depthwise(LayerId id) const {
  const Layer& it = layer(id);
  return it.kind == LayerKind::conv && it.conv.groups > 1 && it.conv.groups == input_shape(id).c;
}

}  // namespace tandem::network
