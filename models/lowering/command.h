// SPDX-License-Identifier: Apache-2.0
// What a core executes: a list of 64-byte commands in simulated memory, fetched over the bus one after the
// other. Layout: sixteen little-endian 32-bit words, see docs/architecture.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/cpu/share.h"

namespace tandem::lowering {

enum class Opcode : std::uint32_t {
  stop = 1,
  image_begin,  // host core: the image arrives in its tensor
  image_end,    // host core: the output tensor is complete
  layer_begin,  // host core: the layer's clock starts
  layer_end,
  compute,            // a share of an item's output; the item's last share to finish makes its bytes real
  start_accelerator,  // write the doorbell with the job's address
  wait_accelerator,   // wait until `unit` has done every job it was given, then acknowledge its interrupt
  clean,              // write dirty lines of a range back to memory
  invalidate,         // drop a range's lines
  barrier,            // wait until `participants` cores have arrived
  repeat,             // go back to `address` until the commands between have run `participants` times
  operating_point,    // the core's cluster changes to a frequency of `bytes` Hz; 0: back to the run's own
  // Micro-benchmarks of the memory, for whoever writes a program by hand:
  load_chain,  // `participants` loads, each of an address the last one gave, all over a range of 64 * 2^n
               // bytes
  copy,        // a range to the range behind it
  fill,        // writes the range behind a range
  // Between the stages of a pipeline, whose images done are counted at `address`, one counter a stage:
  await_stage,  // until stage `unit` is done with so many images that with `participants` more it is ahead of
                // those this core has posted
  post_stage,   // stage `unit`, this core's, is done with one more image
};
inline constexpr Opcode kLastOpcode = Opcode::post_stage;

struct Command {
  Opcode opcode = Opcode::stop;
  std::uint32_t layer = 0;
  std::uint32_t item = 0;          // index into Program::items (compute)
  std::uint32_t unit = 0;          // accelerator index (start, wait); stage (await, post)
  std::uint32_t participants = 0;  // barrier; shares of the item (compute)
  cpu::Share share{};              // compute
  std::uint64_t address = 0;       // job, or range of clean and invalidate
  std::uint64_t bytes = 0;
  bool polls = false;      // start, wait, barrier, await: waits awake, by reading STATUS or spinning
  std::uint32_t copy = 0;  // of tensors that exist several times (compute): see Program::placement_of
};

inline constexpr std::size_t kCommandBytes = 64;
using CommandWords = std::array<std::uint32_t, kCommandBytes / 4>;

CommandWords encode(const Command& command);
// SimulationError when the words are no command: the core ran off its program.
Command decode(const CommandWords& words);

}  // namespace tandem::lowering
