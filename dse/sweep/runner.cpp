// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/runner.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <new>

#include "models/core/end_child.h"
#include "models/core/error.h"

namespace tandem::sweep {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kLogBytes = 4096;
constexpr double kTick = 0.5;     // seconds between two ticks, at most
constexpr double kToLeave = 5.0;  // what a child may take to end after its last point

// What a child sends for each of its points, in their order.
struct Header {
  char kind;  // r result, or the first letter of the failure
  std::uint64_t bytes;
};

const std::vector<std::string> kFailures = {"check", "input", "memory", "simulation"};

void send(int pipe, char kind, const std::string& text) {
  std::string message(sizeof(Header), '\0');
  Header header{};
  header.kind = kind;
  header.bytes = text.size();
  std::memcpy(message.data(), &header, sizeof header);
  message += text;
  std::size_t sent = 0;
  while (sent < message.size()) {
    const ssize_t n = write(pipe, message.data() + sent, message.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);
    sent += static_cast<std::size_t>(n);
  }
}

void limit_memory(Bytes most) {
#if !defined(__SANITIZE_ADDRESS__)
  const auto bytes = static_cast<rlim_t>(most.raw());
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_DATA, &limit);  // not RLIMIT_AS: a simulated memory is reserved whole, and hardly touched
#else
  static_cast<void>(most);  // its shadow is larger than any limit
#endif
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

[[noreturn]] void child_main(const std::vector<std::size_t>& points, int pipe, int log, pid_t parent,
                             Bytes memory, const std::function<std::string(std::size_t)>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  dup2(log, STDERR_FILENO);
  limit_memory(memory);
  for (const std::size_t point : points) {
    try {
      const std::string metrics = work(point);
      send(pipe, 'r', metrics);
    } catch (const std::bad_alloc&) {
      send(pipe, 'm', fmt::format("needs more than {} MiB", memory.raw() >> 20));
    } catch (const FilesChanged& error) {
      send(pipe, 'f', error.what());
    } catch (const InputError& error) {
      send(pipe, 'i', error.what());
    } catch (const CheckError& error) {
      send(pipe, 'c', error.what());
    } catch (const std::exception& error) {
      send(pipe, 's', error.what());
    }
  }
  end_child(0);
}

struct Task {
  std::vector<std::size_t> points;
  int attempt = 1;
};

struct Child {
  Task task;
  pid_t pid = 0;
  int pipe = -1, log = -1;
  std::size_t next = 0;  // of its points
  std::string received;
  steady_clock::time_point since;  // when the point under way began; after the last one, when that ended
  [[nodiscard]] bool is_done() const { return next == task.points.size(); }
};

std::string end_of(int log) {
  const off_t size = lseek(log, 0, SEEK_END);
  if (size <= 0) return {};
  const off_t begin = std::max<off_t>(0, size - static_cast<off_t>(kLogBytes));
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  const ssize_t n = pread(log, text.data(), text.size(), begin);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

class Runner {
 public:
  Runner(const RunnerOptions& options, const std::function<std::string(std::size_t)>& work,
         const std::function<void(std::size_t, Outcome)>& done)
      : options_(options), work_(work), done_(done) {}

  ~Runner() {  // after an error: nobody waits for the others
    for (Child& child : children_) {
      kill(child.pid, SIGKILL);
      reap(child);
    }
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  void run(std::size_t count, const std::function<void()>& tick) {
    const auto batch = static_cast<std::size_t>(std::max(1, options_.batch));
    std::size_t next = 0;
    while (next < count || !again_.empty() || !children_.empty()) {
      while (children_.size() < static_cast<std::size_t>(options_.workers) &&
             (next < count || !again_.empty())) {
        if (!again_.empty()) {
          start(std::move(again_.front()));
          again_.pop_front();
          continue;
        }
        Task task;
        // The last batches are small, so that no worker waits long for another.
        const std::size_t fair = (count - next) / (2 * static_cast<std::size_t>(options_.workers)) + 1;
        for (std::size_t i = std::min(batch, fair); i > 0 && next < count; --i) task.points.push_back(next++);
        start(std::move(task));
      }
      wait();
      tick();
    }
  }

 private:
  void start(Task task) {
    int ends[2];
    const int log = memfd_create("log", MFD_CLOEXEC);
    if (log < 0 || pipe(ends) != 0)
      throw SimulationError(fmt::format("no child process: {}", std::strerror(errno)));
    const pid_t parent = getpid();
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw SimulationError(fmt::format("no child process: {}", std::strerror(errno)));
    if (pid == 0) {
      close(ends[0]);
      child_main(task.points, ends[1], log, parent, options_.limits.memory, work_);
    }
    close(ends[1]);
    children_.push_back({std::move(task), pid, ends[0], log, 0, {}, steady_clock::now()});
  }

  static int reap(Child& child) {
    close(child.pipe);
    close(child.log);
    int status = 0;
    while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  [[nodiscard]] double seconds_of(const Child& child) const {
    return std::chrono::duration<double>(steady_clock::now() - child.since).count();
  }
  [[nodiscard]] double timeout() const { return static_cast<double>(options_.limits.timeout.raw()) * 1e-12; }
  // A child that has answered its last point is timed no more, but it may not hang the sweep either.
  [[nodiscard]] double time_left(const Child& child) const {
    return (child.is_done() ? kToLeave : timeout()) - seconds_of(child);
  }

  void wait() {
    std::vector<pollfd> watched;
    double soonest = kTick;
    for (const Child& child : children_) {
      watched.push_back({child.pipe, POLLIN, 0});
      soonest = std::min(soonest, std::max(0.0, time_left(child)));
    }
    const int ready = poll(watched.data(), watched.size(), static_cast<int>(soonest * 1e3) + 1);
    if (ready < 0 && errno != EINTR)
      throw SimulationError(fmt::format("waiting for children: {}", std::strerror(errno)));
    for (std::size_t i = watched.size(); i-- > 0;) {
      if (ready > 0 && watched[i].revents != 0 && !receive(i)) continue;  // the child is gone
      if (time_left(children_[i]) < 0) stop(i);
    }
  }

  // False when the child has ended.
  bool receive(std::size_t index) {
    Child& child = children_[index];
    char buffer[65536];
    const ssize_t n = read(child.pipe, buffer, sizeof buffer);
    if (n < 0) return true;
    if (n == 0) {
      ended(index);
      return false;
    }
    child.received.append(buffer, static_cast<std::size_t>(n));
    Header header{};
    std::size_t at = 0;
    while (child.received.size() - at >= sizeof header) {
      std::memcpy(&header, child.received.data() + at, sizeof header);
      if (child.received.size() - at - sizeof header < header.bytes) break;
      answered(child, header.kind, child.received.substr(at + sizeof header, header.bytes));
      at += sizeof header + header.bytes;
    }
    child.received.erase(0, at);
    return true;
  }

  void answered(Child& child, char kind, const std::string& text) {
    Outcome outcome;
    if (kind == 'r') {
      outcome.metrics = text;
    } else {
      outcome.status = Outcome::Status::failed;
      for (const std::string& name : kFailures) {
        if (name[0] == kind) outcome.failure = name;
      }
      if (kind == 'f') outcome.failure = "changed";
      outcome.reason = text;
    }
    finished(child, std::move(outcome));
  }

  // The outcome of the child's point under way.
  void finished(Child& child, Outcome outcome) {
    const std::size_t point = child.task.points[child.next++];
    outcome.wall_s = seconds_of(child);
    outcome.attempts = child.task.attempt;
    child.since = steady_clock::now();
    if (outcome.status == Outcome::Status::failed) {
      outcome.log = end_of(child.log);
      // Its neighbours in the batch, or the load of the machine, may have been the reason: once more, alone.
      const bool host =
          (is_of_the_host(outcome.failure) && outcome.failure != "changed") || outcome.failure == "crash";
      if (host && child.task.attempt < options_.limits.attempts) {
        again_.push_back({{point}, child.task.attempt + 1});
        return;
      }
    }
    done_(point, std::move(outcome));
  }

  void fail(Child& child, std::string failure, std::string reason) {
    Outcome outcome;
    outcome.status = Outcome::Status::failed;
    outcome.failure = std::move(failure);
    outcome.reason = std::move(reason);
    finished(child, std::move(outcome));
  }

  // Those the child did not come to.
  void hand_back(Child& child) {
    Task rest;
    rest.points.assign(child.task.points.begin() + static_cast<std::ptrdiff_t>(child.next),
                       child.task.points.end());
    if (!rest.points.empty()) again_.push_back(std::move(rest));
  }

  void ended(std::size_t index) {
    Child& child = children_[index];
    int status = 0;
    while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!child.is_done()) {
      if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        fail(child, signal == SIGKILL ? "killed" : "crash",
             fmt::format("ended with signal {} ({})", signal, strsignal(signal)));
      } else {
        fail(child, "crash", fmt::format("ended with exit code {} and no result", WEXITSTATUS(status)));
      }
      hand_back(child);
    }
    close(child.pipe);
    close(child.log);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void stop(std::size_t index) {
    Child& child = children_[index];
    kill(child.pid, SIGKILL);
    if (!child.is_done()) {
      fail(child, "timeout", fmt::format("took longer than {} s", timeout()));
      hand_back(child);
    }
    reap(child);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  const RunnerOptions& options_;
  const std::function<std::string(std::size_t)>& work_;
  const std::function<void(std::size_t, Outcome)>& done_;
  std::vector<Child> children_;
  std::deque<Task> again_;
};

}  // namespace

bool is_of_the_host(const std::string& failure) {
  return failure == "timeout" || failure == "memory" || failure == "killed" || failure == "changed";
}

void run_points(std::size_t count, const RunnerOptions& options,
                const std::function<std::string(std::size_t)>& work,
                const std::function<void(std::size_t, Outcome)>& done, const std::function<void()>& tick) {
  Runner(options, work, done).run(count, tick);
}

}  // namespace tandem::sweep
