// SPDX-License-Identifier: Apache-2.0
// Any bytes as any text file that the program reads: only InputError may come out, and what was accepted must
// survive being written and read again where it can be written. The environment's TANDEM_FUZZ_READER names
// the reader.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "dse/check/table.h"
#include "dse/check/verify.h"
#include "dse/pipeline/certificate.h"
#include "dse/pipeline/cost_csv.h"
#include "dse/sweep/job_list.h"
#include "dse/sweep/space.h"
#include "models/latency/published_model.h"
#include "models/network/graph.h"
#include "models/spec/measured.h"
#include "models/spec/platform.h"
#include "models/spec/run.h"
#include "models/spec/schedule.h"
#include "models/toml/reader.h"
#include "tests/fuzz/memory_file.h"

namespace {

using namespace tandem;
using fuzz::MemoryFile;

void read_network(const std::string& text) {
  const network::Network network = network::parse_network_toml(text, "fuzz.toml");
  const std::string written = network::write_network_toml(network);
  const network::Network again = network::parse_network_toml(written, "written.toml");
  if (network::write_network_toml(again) != written) std::abort();
}

// The first line is the assignment of --set, the rest the file.
void set_and_read(const std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const toml_reader::Document document =
      toml_reader::Document::parse_text(text.substr(std::min(end + 1, text.size())), "fuzz.toml");
  toml_reader::Document changed = document;
  changed.set(text.substr(0, end));
  const toml_reader::Table root = changed.root();
  for (const std::string& key : root.keys()) root.strings(key);
  changed.finish();
}

constexpr double kMostStates = 1e5;  // of a plan that is computed for every input

// A table that was accepted and is small must be planned, and its certificate hold, also against the table.
void read_costs(const std::string& text) {
  const pipeline::CostTable table = pipeline::read_cost_csv(MemoryFile(text).path(), "");
  double states = table.size();
  for (const pipeline::ResourceType& type : table.types) states *= type.count + 1;
  if (!pipeline::too_large(table).empty() || table.size() > 20 || states > kMostStates) return;
  const pipeline::Exact exact(table);
  const pipeline::Plan plan = exact.least_period();
  std::istringstream written(pipeline::certificate(table, exact, {{}, plan, plan.period, true}));
  const check::Statement statement = check::read_statement(written);
  if (!check::wrong(statement).empty()) std::abort();
}

void check_certificate(const std::string& text) {
  std::istringstream stream(text);
  try {
    check::wrong(check::read_statement(stream));
  } catch (const check::Unreadable&) {
  }
}

// The statement, a line "table", and the CSV it is held against.
void check_against_table(const std::string& text) {
  const std::string between = "\ntable\n";
  const std::size_t end = text.find(between);
  if (end == std::string::npos) return;
  std::istringstream statement(text.substr(0, end + 1)), csv(text.substr(end + between.size()));
  try {
    const check::Statement read = check::read_statement(statement);
    if (check::wrong(read).empty()) static_cast<void>(check::differs_from_table(read, csv));
  } catch (const check::Unreadable&) {
  }
}

void read_published(const std::string& text) {
  const latency::PublishedModel model = latency::read_published_model(MemoryFile(text).path());
  const std::string written = latency::write_published_model(model);
  const latency::PublishedModel again = latency::read_published_model(MemoryFile(written).path());
  if (latency::write_published_model(again) != written) std::abort();
}

void read_schedule(const std::string& text) {
  const spec::Schedule schedule = spec::read_schedule(MemoryFile(text).path());
  const std::string written = spec::write_schedule_toml(schedule);
  const spec::Schedule again = spec::read_schedule(MemoryFile(written).path());
  if (spec::write_schedule_toml(again) != written) std::abort();
}

void read_sweep(const std::string& text) {
  const sweep::Sweep sweep = sweep::read_sweep(MemoryFile(text).path());
  const sweep::Space space(sweep);
  for (const auto& point : sweep::random_points(space, space.groups().front(), 3, 1))
    static_cast<void>(space.assignments(point));
}

struct Reader {
  const char* name;
  void (*read)(const std::string& text);
};
constexpr Reader kReaders[] = {
    {"network", read_network},
    {"platform", [](const std::string& text) { spec::read_platform(MemoryFile(text).path()); }},
    {"core", [](const std::string& text) { spec::read_core_type(MemoryFile(text).path()); }},
    {"run", [](const std::string& text) { spec::read_run(MemoryFile(text).path(), {}); }},
    {"schedule", read_schedule},
    {"sweep", read_sweep},
    {"set", set_and_read},
    {"costs", read_costs},
    {"certificate", check_certificate},
    {"table", check_against_table},
    {"parts", [](const std::string& text) { spec::read_measured_parts(MemoryFile(text).path()); }},
    {"threads", [](const std::string& text) { spec::read_measured_threads(MemoryFile(text).path()); }},
    {"throughput", [](const std::string& text) { spec::read_measured_throughput(MemoryFile(text).path()); }},
    {"splits", [](const std::string& text) { spec::read_network_parts(MemoryFile(text).path()); }},
    {"published", read_published},
    {"jobs", [](const std::string& text) { sweep::read_job_list(MemoryFile(text).path()); }},
};

const Reader* chosen() {
  const char* const name = std::getenv("TANDEM_FUZZ_READER");
  for (const Reader& reader : kReaders) {
    if (name != nullptr && reader.name == std::string(name)) return &reader;
  }
  std::fputs("TANDEM_FUZZ_READER must name one of:", stderr);
  for (const Reader& reader : kReaders) std::fprintf(stderr, " %s", reader.name);
  std::fputc('\n', stderr);
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Reader* const reader = chosen();
  try {
    reader->read(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const InputError& error) {
    if (error.problems().empty()) std::abort();
  }
  return 0;
}
