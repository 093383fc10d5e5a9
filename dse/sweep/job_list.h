// SPDX-License-Identifier: Apache-2.0
// Jobs as a file, for a process on another machine: a line with the level, then a line a job, its id and its
// assignments apart by tabs.
#pragma once

#include <string>
#include <vector>

#include "dse/sweep/conduct.h"

namespace tandem::sweep {

struct JobList {
  std::string level;
  std::vector<Job> jobs;  // without provenance
};

// InputError when the file cannot be written, or an assignment holds a tab or a line's end (as no TOML value
// written by this program does).
void write_job_list(const std::string& path, const JobList& list);
JobList read_job_list(const std::string& path);  // InputError with the line

}  // namespace tandem::sweep
