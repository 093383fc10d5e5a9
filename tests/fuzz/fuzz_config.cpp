// SPDX-License-Identifier: Apache-2.0
// Any bytes as any configuration file: only InputError may come out, and a network that was accepted must
// survive being written and read again. The first byte chooses the reader.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "dse/check/verify.h"
#include "dse/pipeline/certificate.h"
#include "dse/pipeline/cost_csv.h"
#include "dse/sweep/space.h"
#include "models/network/graph.h"
#include "models/spec/platform.h"
#include "models/spec/run.h"
#include "models/spec/schedule.h"
#include "models/toml/reader.h"

namespace {

// The readers that take a path get a file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& text) : descriptor_(memfd_create("fuzz.toml", 0)) {
    if (descriptor_ < 0 ||
        write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      std::abort();
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void read_network(const std::string& text) {
  const tandem::network::Network network = tandem::network::parse_network_toml(text, "fuzz.toml");
  const std::string written = tandem::network::write_network_toml(network);
  const tandem::network::Network again = tandem::network::parse_network_toml(written, "written.toml");
  if (tandem::network::write_network_toml(again) != written) std::abort();
}

// The first line is the assignment of --set, the rest the file.
void set_and_read(const std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const tandem::toml_reader::Document document =
      tandem::toml_reader::Document::parse_text(text.substr(std::min(end + 1, text.size())), "fuzz.toml");
  tandem::toml_reader::Document changed = document;
  changed.set(text.substr(0, end));
  const tandem::toml_reader::Table root = changed.root();
  for (const std::string& key : root.keys()) root.strings(key);
  changed.finish();
}

// A table that was accepted and is small must be planned, and its certificate hold.
void read_costs(const std::string& text) {
  const tandem::pipeline::CostTable table = tandem::pipeline::read_cost_csv(MemoryFile(text).path(), "");
  if (!tandem::pipeline::too_large(table).empty() || table.size() > 20) return;
  const tandem::pipeline::Exact exact(table);
  const tandem::pipeline::Plan plan = exact.least_period();
  std::istringstream written(tandem::pipeline::certificate(table, exact, {{}, plan, plan.period, true}));
  if (!tandem::check::wrong(tandem::check::read_statement(written)).empty()) std::abort();
}

void check_certificate(const std::string& text) {
  std::istringstream stream(text);
  try {
    tandem::check::wrong(tandem::check::read_statement(stream));
  } catch (const tandem::check::Unreadable&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0]) {
      case 'p':
        tandem::spec::read_platform(MemoryFile(text).path());
        break;
      case 'r':
        tandem::spec::read_run(MemoryFile(text).path(), {});
        break;
      case 's':
        tandem::spec::read_schedule(MemoryFile(text).path());
        break;
      case 'c':
        read_costs(text);
        break;
      case 'k':
        check_certificate(text);
        break;
      case 'w': {
        const tandem::sweep::Sweep sweep = tandem::sweep::read_sweep(MemoryFile(text).path());
        const tandem::sweep::Space space(sweep);
        for (const auto& point : tandem::sweep::random_points(space, space.groups().front(), 3, 1))
          space.assignments(point);
        break;
      }
      case 't':
        set_and_read(text);
        break;
      default:
        read_network(text);
        break;
    }
  } catch (const tandem::InputError& error) {
    if (error.problems().empty()) std::abort();
  }
  return 0;
}
