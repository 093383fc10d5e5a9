// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/interruption.h"

#include <csignal>

namespace tandem::cli {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};
volatile std::sig_atomic_t received = 0;

void remember(int signal) { received = signal; }

void set(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(signal, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  received = 0;
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) set(signal, remember);  // nohup and the like stay as they are
  }
}

Interruption::~Interruption() {
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == remember) set(signal, SIG_DFL);
  }
}

void stop_if_interrupted() {
  if (received != 0) throw Interrupted(received);
}

}  // namespace tandem::cli
