// SPDX-License-Identifier: Apache-2.0
// What goes wrong in a run on purpose: its `[[fault]]` tables. A fault says what happens, to whom and when;
// what the machine makes of it is the simulation's business.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/error.h"
#include "models/core/quantity.h"
#include "models/spec/platform.h"

namespace tandem::toml_reader {
class Table;
}

namespace tandem::spec {

enum class FaultKind {
  slave_error,     // the answer to one beat is SLVERR
  decode_error,    // ... DECERR
  no_answer,       // the burst of one beat is never answered
  slow_memory,     // for a while every answer comes later
  lost_interrupt,  // one interrupt of an accelerator never reaches a core
};

struct Fault {
  FaultKind kind = FaultKind::slave_error;
  Place place;              // of its table
  std::string at;           // a cluster or an accelerator; of slow_memory also empty: all of them
  bool write = false;       // which of its accesses
  std::int64_t beat = 0;    // which beat of these, in the order of their answers, from 0 at the run's start
  Picoseconds from{0};      // of slow_memory: answers of memory from this moment on
  Picoseconds length{0};    // for so long; 0: to the end
  Picoseconds delay{0};     // come so much later
  std::int64_t number = 1;  // of the interrupt, from 1
};

// A fault and what became of it.
struct FaultResult {
  std::string what;       // to_string of it
  bool happened = false;  // it met something
  Picoseconds when{0};    // for the first time
  std::uint64_t address = 0;
};

Fault read_fault(const toml_reader::Table& table);
// InputError when a fault names what the platform does not have.
void check_faults(const std::vector<Fault>& faults, const Platform& platform);

const char* to_string(FaultKind kind);
std::string to_string(const Fault& fault);  // "slave-error at beat 12 of the reads of accelerator0"

}  // namespace tandem::spec
