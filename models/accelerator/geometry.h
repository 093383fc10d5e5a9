// SPDX-License-Identifier: Apache-2.0
// What a job is on a given array: the constants of its tile loop and the bands of input rows. encode(),
// tile(), both timing models and the RTL all follow these numbers.
//
//   for each band of output rows                      input rows of all channels sit in the feature buffer
//     for each group of Tm output channels
//       for each slice of input channel chunks (Tn)   its weights sit in the weight buffer
//         for each output pixel of the band, for each chunk, ky, kx: one cycle
//
// The features of a slice's chunks are read before its first weights. A grouped job's output group loops over
// its own chunk (Tm > Tn: its Tm / Tn chunks) only; a folded job has one plane and one chunk.
//
// The feature buffer has `banks` banks of 16-byte words. Plane p of the input lies in bank p % banks; the
// planes of chunk c start `c * segment_words` words into the band. A segment is the run of beats that holds
// the band's input rows of one plane as they lie in memory. The beats of a folded job's plane go round its
// first max(1, Tn / 16) banks.
#pragma once

#include <cstdint>

#include "models/accelerator/array.h"
#include "models/accelerator/job.h"

namespace tandem::accelerator {

inline constexpr int kBeatBytes = 16;
inline constexpr int kBurstBeats = 16;
inline constexpr std::int64_t kPageBytes = 4096;
inline constexpr int kQuantBytes = 16;  // one channel's entry
inline constexpr int kQuantSlots = 8;   // quantisation tables of Tm channels the accelerator holds

struct Geometry {
  int block = 0;           // channels of an output plane
  int in_block = 0;        // channels of an input plane
  int banks = 0;           // banks in use: planes that make one chunk, or those a folded plane goes round
  int out_planes = 0;      // planes that Tm channels make
  int in_planes = 0;       // of the job's input
  int written_planes = 0;  // of the job's output
  int chunks = 0;          // of the job's input: ceil(in_channels / Tn)
  int group_chunks = 0;    // of them each output group reads
  int groups = 0;          // ceil(out_channels / Tm)
  int steps_across = 0;    // the kernel's columns, or as many folded steps as cover them
  int across_pixels = 0;   // from one of these steps to the next
  int steps_per_chunk = 0;
  int raw_beats = 1;  // least cycles between two results: the beats of an output plane's int32 pixel
  int slices = 0;
  int slice_words = 0;            // steps whose weights a full slice holds
  int last_slice_words = 0;       // and the last one
  std::int64_t bank_words = 0;    // of the feature buffer
  std::int64_t weight_words = 0;  // of the whole weight ring
  std::int64_t rows_extent = 0;   // input rows under one output row
};

// Chunks of the input, counted from its start, that output group `group` needs up to and with its slice.
int chunks_needed(const ConvJob& job, const Array& array, const Geometry& geometry, int group, int slice);

// Bytes of one output pixel of a plane.
constexpr std::int64_t out_pixel_bytes(const ConvJob& job, const Geometry& geometry) {
  return std::int64_t{geometry.block} * (job.raw ? 4 : 1);
}

// Needs chunks_per_slice; with 0 the slice fields stay 0.
Geometry geometry_of(const ConvJob& job, const Array& array);

struct Band {
  int row = 0, rows = 0;            // output rows
  int top = 0;                      // first input row of the window, may be negative
  int in_begin = 0, in_end = 0;     // input rows held, at least one
  std::int64_t segment_offset = 0;  // bytes from the plane's start, a multiple of a beat
  std::int64_t head = 0;            // bytes from there to the first row held
  std::int64_t segment_words = 0;
  std::int64_t words = 0;  // of every bank
};

Band band_at(const ConvJob& job, const Geometry& geometry, int row);

}  // namespace tandem::accelerator
