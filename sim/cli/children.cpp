// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/children.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "models/core/end_child.h"
#include "models/core/error.h"

namespace tandem::cli {

namespace {

// First byte of what a child sends.
constexpr char kResult = 'r';
constexpr char kInputError = 'i';
constexpr char kSimulationError = 's';

struct Child {
  int index = 0;
  pid_t pid = 0;
  int pipe = -1;
  std::string received;
};

void write_all(int file, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = write(file, text.data() + sent, text.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);
    sent += static_cast<std::size_t>(n);
  }
}

[[noreturn]] void child_main(int index, int pipe, pid_t parent, const std::function<std::string(int)>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a point of a sweep is a child itself, and may be killed
  if (getppid() != parent) _exit(1);
  std::string message;
  try {
    message = kResult + work(index);
  } catch (const InputError& error) {
    message = std::string(1, kInputError) + error.what();
  } catch (const std::exception& error) {
    message = std::string(1, kSimulationError) + error.what();
  }
  write_all(pipe, message);
  end_child(0);
}

Child start(int index, const std::function<std::string(int)>& work) {
  int ends[2];
  if (pipe(ends) != 0)
    throw SimulationError(fmt::format("no pipe to a child process: {}", std::strerror(errno)));
  const pid_t parent = getpid();
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    child_main(index, ends[1], parent, work);
  }
  if (pid < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    throw SimulationError(fmt::format("no child process: {}", std::strerror(error)));
  }
  close(ends[1]);
  return {index, pid, ends[0], {}};
}

int reap(const Child& child) {
  close(child.pipe);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string finish(const Child& child) {
  const int status = reap(child);
  if (WIFSIGNALED(status)) {
    throw SimulationError(fmt::format("a simulation process ended with signal {} ({})", WTERMSIG(status),
                                      strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) != 0) {
    throw SimulationError(fmt::format("a simulation process ended with exit code {}", WEXITSTATUS(status)));
  }
  if (child.received.empty()) throw SimulationError("a simulation process ended without a result");
  std::string text = child.received.substr(1);
  if (child.received[0] == kInputError) throw InputError({{}, "", text});
  if (child.received[0] == kSimulationError) throw SimulationError(text);
  return text;
}

class Pool {
 public:
  ~Pool() {  // after an error: nobody waits for the others
    for (Child& child : running_) {
      kill(child.pid, SIGKILL);
      reap(child);
    }
  }
  std::vector<Child> running_;
};

}  // namespace

std::vector<std::string> run_in_children(int count, int parallel, const std::function<std::string(int)>& work,
                                         const std::function<void(int done)>& progress) {
  std::vector<std::string> results(static_cast<std::size_t>(count));
  Pool pool;
  int next = 0;
  int done = 0;
  while (done < count) {
    while (next < count && static_cast<int>(pool.running_.size()) < parallel)
      pool.running_.push_back(start(next++, work));
    std::vector<pollfd> watched;
    for (const Child& child : pool.running_) watched.push_back({child.pipe, POLLIN, 0});
    if (poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw SimulationError(fmt::format("waiting for child processes: {}", std::strerror(errno)));
    }
    for (std::size_t i = watched.size(); i-- > 0;) {
      if (watched[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t n = read(watched[i].fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n > 0) {
        pool.running_[i].received.append(buffer, static_cast<std::size_t>(n));
        continue;
      }
      Child child = pool.running_[i];
      pool.running_.erase(pool.running_.begin() + static_cast<std::ptrdiff_t>(i));
      results[static_cast<std::size_t>(child.index)] = finish(child);
      if (progress)
        progress(++done);
      else
        ++done;
    }
  }
  return results;
}

}  // namespace tandem::cli
