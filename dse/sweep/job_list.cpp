// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/job_list.h"

#include <fstream>
#include <sstream>

#include "models/core/error.h"

namespace tandem::sweep {

namespace {
constexpr const char* kHeader = "tandem jobs 1\t";
}

void write_job_list(const std::string& path, const JobList& list) {
  std::ofstream file(path, std::ios::binary);
  file << kHeader << list.level << '\n';
  for (const Job& job : list.jobs) {
    file << job.id;
    for (const std::string& assignment : job.assignments) {
      if (assignment.find_first_of("\t\n") != std::string::npos)
        throw InputError({path, 0, 0}, "",
                         "cannot hold \"" + assignment + "\": it has a tab or a line's end");
      file << '\t' << assignment;
    }
    file << '\n';
  }
  if (!file.flush()) throw InputError({path, 0, 0}, "", "cannot be written");
}

JobList read_job_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  JobList list;
  std::string line;
  const std::string header = kHeader;
  if (!std::getline(file, line) || !line.starts_with(header))
    throw InputError({path, 1, 0}, "", "is no list of jobs; tandem sweep --on slurm writes them");
  list.level = line.substr(header.size());
  for (int number = 2; std::getline(file, line); ++number) {
    std::istringstream words(line);
    Job& job = list.jobs.emplace_back();
    std::getline(words, job.id, '\t');
    for (std::string word; std::getline(words, word, '\t');) job.assignments.push_back(word);
    if (job.id.empty()) throw InputError({path, number, 0}, "", "has no id");
  }
  return list;
}

}  // namespace tandem::sweep
