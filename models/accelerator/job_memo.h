// SPDX-License-Identifier: Apache-2.0
// Answers to questions about jobs, remembered: planners and sweeps ask for the same shapes over and over.
// What is remembered are pure functions of the question, so no result depends on what was asked before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "models/accelerator/array.h"
#include "models/accelerator/job.h"

namespace tandem::accelerator {

// The job without where it lies and what its numbers mean: what time and tiles depend on.
inline ConvJob shape_of(const ConvJob& job) {
  ConvJob bare = job;
  bare.id = 0;
  bare.rounding = Rounding::half_up;
  bare.input = bare.output = bare.weights = bare.quant = 0;
  bare.in_zero_point = bare.out_zero_point = bare.clamp_min = bare.clamp_max = 0;
  return bare;
}

// `Extra`: what else the answer depends on; comparable.
template <class Extra, class Answer>
class JobMemo {
 public:
  struct Question {
    ConvJob shape;
    Array array;
    Extra extra;
    bool operator==(const Question&) const = default;
  };

  // The remembered answer, else that of `make()`.
  template <class Make>
  const Answer& answer(const ConvJob& job, const Array& array, const Extra& extra, const Make& make) {
    const Question question{shape_of(job), array, extra};
    const auto found = known_.find(question);
    if (found != known_.end()) return found->second;
    if (known_.size() >= kMost) known_.clear();
    return known_.emplace(question, make()).first->second;
  }

 private:
  static constexpr std::size_t kMost = 1 << 17;

  // Of the fields that differ most; equality looks at all.
  struct Hash {
    std::size_t operator()(const Question& question) const {
      const ConvJob& job = question.shape;
      std::uint64_t hash = question.extra.hash();
      for (const std::int64_t value :
           {std::int64_t{job.in_channels}, std::int64_t{job.out_channels}, std::int64_t{job.in_h},
            std::int64_t{job.in_w}, std::int64_t{job.kernel_h}, std::int64_t{job.row_begin},
            std::int64_t{job.row_end}, std::int64_t{job.stride_h}, std::int64_t{job.band_rows},
            std::int64_t{job.chunks_per_slice}, std::int64_t{question.array.tm},
            std::int64_t{question.array.tn}}) {
        hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
      }
      return static_cast<std::size_t>(hash);
    }
  };
  std::unordered_map<Question, Answer, Hash> known_;
};

}  // namespace tandem::accelerator
