// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/check_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/lowering/line_owners.h"
#include "models/lowering/offload.h"
#include "models/lowering/threads.h"

namespace tandem::lowering {

namespace {

class Resolver {
 public:
  Resolver(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
           const std::vector<LayerRole>& roles)
      : schedule_(schedule), model_(model), platform_(platform), roles_(roles) {
    for (network::LayerId id = 0; id < model.network->size(); ++id) ids_[model.network->layer(id).name] = id;
  }

  std::vector<ProgramItem> run() {
    if (schedule_.network != model_.network->name()) {
      problem("network",
              fmt::format("is for \"{}\", the run has \"{}\"", schedule_.network, model_.network->name()));
    }
    for (std::size_t i = 0; i < schedule_.items.size(); ++i)
      take(schedule_.items[i], fmt::format("item[{}]", i));
    std::stable_sort(items_.begin(), items_.end(),
                     [](const ProgramItem& a, const ProgramItem& b) { return a.layer < b.layer; });
    items_fit_ = problems_.empty();
    for (network::LayerId id = 0; id < model_.network->size(); ++id) check_cover(id);
    if (!problems_.empty()) throw InputError(std::move(problems_));
    count_threads(platform_, items_);
    give_lines_to_cores(*model_.network, platform_, items_);
    return std::move(items_);
  }

 private:
  void problem(const std::string& key, std::string message) {
    Problem& added = problems_.emplace_back();
    added.place.file = "schedule";
    added.key = key;
    added.message = std::move(message);
  }

  void take(const spec::WorkItem& item, const std::string& key) {
    const auto found = ids_.find(item.layer);
    if (found == ids_.end()) return problem(key, "layer \"" + item.layer + "\" is not in the network");
    const auto resource = find_resource(platform_, item.resource);
    if (!resource) {
      return problem(key, "resource \"" + item.resource + "\" is not on the platform; allowed is " +
                              join(resource_names(platform_)) + " or fewer cores of one");
    }
    const network::Shape shape = model_.network->layer(found->second).output;
    const network::OutputRange range{item.k0, item.k1, item.p0, item.p1};
    if (range.k0 < 0 || range.k0 >= range.k1 || range.k1 > shape.c || range.p0 < 0 || range.p0 >= range.p1 ||
        range.p1 > shape.h) {
      return problem(key, fmt::format("channels [{}, {}), rows [{}, {}) lie outside the layer's {}", range.k0,
                                      range.k1, range.p0, range.p1, to_string(shape)));
    }
    if (resource->accelerator >= 0 && !fits_accelerator(found->second, range, *resource, key)) return;
    const int block = channel_block(platform_);
    if (range.k0 % block != 0 || (range.k1 % block != 0 && range.k1 != shape.c)) {
      return problem(key, fmt::format("channels [{}, {}) do not lie on planes of {} channels", range.k0,
                                      range.k1, block));
    }
    ProgramItem& taken = items_.emplace_back();
    taken.layer = found->second;
    taken.resource = *resource;
    taken.range = range;
    taken.predicted = item.predicted;
    if (!item.kernel.empty()) take_kernel(item.kernel, taken, key);
  }

  void take_kernel(const std::string& name, ProgramItem& item, const std::string& key) {
    const std::string& layer = model_.network->layer(item.layer).name;
    if (item.resource.accelerator >= 0)
      return problem(key, "gives a kernel to " + item.resource.name + "; only cores have a choice");
    std::vector<std::string> possible;
    for (const cpu::Kernel kernel : cpu::possible_kernels(*model_.network, item.layer, model_.precision)) {
      possible.emplace_back(cpu::to_string(kernel));
      if (possible.back() == name) item.kernel = kernel;
    }
    if (item.kernel) return;
    problem(key, possible.empty() ? layer + " has no choice of kernels; leave the key out"
                                  : fmt::format("kernel \"{}\" cannot compute {}; allowed is one of {}", name,
                                                layer, join(possible)));
  }

  bool fits_accelerator(network::LayerId id, const network::OutputRange& range, const Resource& resource,
                        const std::string& key) {
    const accelerator::Array& array =
        platform_.accelerators[static_cast<std::size_t>(resource.accelerator)].array;
    const std::string refusal = offload_refusal(model_, id, array);
    if (!refusal.empty()) {
      problem(key, model_.network->layer(id).name + " cannot run on " + resource.name + ": " + refusal);
      return false;
    }
    const GroupShape shape = group_shape(*model_.network, id, array);
    const int end = range.k1 % shape.out_channels;
    if (range.k0 % shape.out_channels % array.tm != 0 || (end != 0 && end % array.tm != 0)) {
      problem(key, fmt::format("channels [{}, {}) do not lie on steps of the array's {} channels", range.k0,
                               range.k1, array.tm));
      return false;
    }
    return true;
  }

  // Two items of a layer must not overlap, and their areas must add up to the output.
  void check_cover(network::LayerId id) {
    const network::Layer& layer = model_.network->layer(id);
    std::vector<const ProgramItem*> own;
    for (const ProgramItem& item : items_) {
      if (item.layer == id) own.push_back(&item);
    }
    if (roles_[static_cast<std::size_t>(id)] != LayerRole::compute) {
      if (!own.empty()) problem(layer.name, "needs no work items: its output is where its inputs are");
      return;
    }
    std::int64_t area = 0;
    for (std::size_t i = 0; i < own.size(); ++i) {
      const auto& a = own[i]->range;
      area += std::int64_t{a.k1 - a.k0} * (a.p1 - a.p0);
      for (std::size_t j = 0; j < i; ++j) {
        const auto& b = own[j]->range;
        if (a.k0 < b.k1 && b.k0 < a.k1 && a.p0 < b.p1 && b.p0 < a.p1) {
          problem(layer.name, "two items write the same outputs: on " + own[j]->resource.name + " and " +
                                  own[i]->resource.name);
          return;
        }
      }
    }
    // An item that does not fit leaves a hole that is not worth a second message.
    if (area != std::int64_t{layer.output.c} * layer.output.h && items_fit_) {
      problem(layer.name, fmt::format("its items cover {} of {} channel rows", area,
                                      std::int64_t{layer.output.c} * layer.output.h));
    }
  }

  const spec::Schedule& schedule_;
  const network::Model& model_;
  const spec::Platform& platform_;
  const std::vector<LayerRole>& roles_;
  std::map<std::string, network::LayerId> ids_;
  std::vector<ProgramItem> items_;
  std::vector<Problem> problems_;
  bool items_fit_ = false;
};

}  // namespace

std::vector<ProgramItem> resolve_items(const spec::Schedule& schedule, const network::Model& model,
                                       const spec::Platform& platform, const std::vector<LayerRole>& roles) {
  return Resolver(schedule, model, platform, roles).run();
}

}  // namespace tandem::lowering
