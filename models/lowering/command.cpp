// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/command.h"

#include <fmt/format.h>

#include "models/core/error.h"

namespace tandem::lowering {

namespace {
constexpr std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
constexpr std::uint64_t wide(std::uint32_t low_word, std::uint32_t high_word) {
  return low_word | (std::uint64_t{high_word} << 32);
}
}  // namespace

CommandWords encode(const Command& command) {
  CommandWords words{};
  words[0] = static_cast<std::uint32_t>(command.opcode);
  words[1] = command.layer;
  words[2] = command.item;
  words[3] = command.unit;
  words[4] = command.participants;
  words[5] = static_cast<std::uint32_t>(command.share.k0);
  words[6] = static_cast<std::uint32_t>(command.share.k1);
  words[7] = static_cast<std::uint32_t>(command.share.m0);
  words[8] = static_cast<std::uint32_t>(command.share.m1);
  words[9] = low(command.address);
  words[10] = high(command.address);
  words[11] = low(command.bytes);
  words[12] = high(command.bytes);
  words[13] = command.polls ? 1 : 0;
  words[14] = command.copy;
  return words;
}

Command decode(const CommandWords& words) {
  if (words[0] < static_cast<std::uint32_t>(Opcode::stop) ||
      words[0] > static_cast<std::uint32_t>(kLastOpcode)) {
    throw SimulationError(fmt::format("a core fetched {:#010x}, which is no command", words[0]));
  }
  Command command;
  command.opcode = static_cast<Opcode>(words[0]);
  command.layer = words[1];
  command.item = words[2];
  command.unit = words[3];
  command.participants = words[4];
  command.share = {static_cast<int>(words[5]), static_cast<int>(words[6]), words[7], words[8]};
  command.address = wide(words[9], words[10]);
  command.bytes = wide(words[11], words[12]);
  command.polls = words[13] != 0;
  command.copy = words[14];
  return command;
}

}  // namespace tandem::lowering
