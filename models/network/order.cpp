// SPDX-License-Identifier: Apache-2.0
#include "models/network/order.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/range/iterator_range.hpp>
#include <functional>
#include <queue>

namespace tandem::network {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

// Walks backwards inside one component until a vertex repeats: that closes a cycle.
std::vector<int> cycle_through(const Graph& graph, const std::vector<int>& component, int start) {
  std::vector<int> walk = {start};
  std::vector<int> position(component.size(), -1);
  position[static_cast<std::size_t>(start)] = 0;
  for (;;) {
    const auto here = static_cast<Graph::vertex_descriptor>(walk.back());
    int next = -1;
    for (const auto edge : boost::make_iterator_range(boost::in_edges(here, graph))) {
      const auto source = static_cast<int>(boost::source(edge, graph));
      if (component[static_cast<std::size_t>(source)] == component[here] && (next < 0 || source < next)) {
        next = source;
      }
    }
    int& seen = position[static_cast<std::size_t>(next)];
    if (seen >= 0) {
      std::vector<int> cycle(walk.begin() + seen, walk.end());
      std::reverse(cycle.begin(), cycle.end());
      std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
      return cycle;
    }
    seen = static_cast<int>(walk.size());
    walk.push_back(next);
  }
}

std::vector<std::vector<int>> find_cycles(const Graph& graph) {
  std::vector<int> component(boost::num_vertices(graph));
  const int components = boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  // A component is a knot when it has an edge inside itself; its first vertex in file order is the start.
  std::vector<bool> is_knot(static_cast<std::size_t>(components), false);
  for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
    const int from = component[boost::source(edge, graph)];
    if (from == component[boost::target(edge, graph)]) is_knot[static_cast<std::size_t>(from)] = true;
  }
  std::vector<std::vector<int>> cycles;
  for (std::size_t vertex = 0; vertex < component.size(); ++vertex) {
    const auto knot = static_cast<std::size_t>(component[vertex]);
    if (!is_knot[knot]) continue;
    is_knot[knot] = false;
    cycles.push_back(cycle_through(graph, component, static_cast<int>(vertex)));
  }
  return cycles;
}

}  // namespace

Order stable_topological_order(int count, const std::vector<std::pair<int, int>>& edges) {
  Graph graph(static_cast<std::size_t>(count));
  for (const auto& [before, after] : edges) {
    boost::add_edge(static_cast<std::size_t>(before), static_cast<std::size_t>(after), graph);
  }
  Order order;
  std::vector<std::size_t> waiting(boost::num_vertices(graph));
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (const auto vertex : boost::make_iterator_range(boost::vertices(graph))) {
    waiting[vertex] = boost::in_degree(vertex, graph);
    if (waiting[vertex] == 0) ready.push(vertex);
  }
  while (!ready.empty()) {
    const std::size_t vertex = ready.top();
    ready.pop();
    order.sequence.push_back(static_cast<int>(vertex));
    for (const auto edge : boost::make_iterator_range(boost::out_edges(vertex, graph))) {
      if (--waiting[boost::target(edge, graph)] == 0) ready.push(boost::target(edge, graph));
    }
  }
  if (order.sequence.size() < boost::num_vertices(graph)) {
    order.sequence.clear();
    order.cycles = find_cycles(graph);
  }
  return order;
}

}  // namespace tandem::network
