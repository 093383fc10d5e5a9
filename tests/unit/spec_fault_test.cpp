// SPDX-License-Identifier: Apache-2.0
// What a run's [[fault]] tables become, and every way they can be wrong.
#include <gtest/gtest.h>

#include "models/spec/run.h"
#include "tests/unit/config_text.h"

namespace tandem::spec {
namespace {

using test::ConfigText;

ConfigText with(const std::string& table) {
  return ConfigText("platform = 'ultra96'\nnetwork = 'tiny'\n[schedule]\nplanner = 'cosched'\n[[fault]]\n" +
                    table);
}
std::string said(const std::string& table) {
  return with(table).messages([](const std::string& path) { read_run(path, {}); });
}
Fault read(const std::string& table) { return read_run(with(table).write().path(), {}).faults.at(0); }

TEST(FaultTable, BecomesAFaultThatSaysItself) {
  EXPECT_EQ(to_string(read("kind = 'decode-error'\nat = 'a53'\naccess = 'write'\nbeat = 7")),
            "decode-error at beat 7 of the writes of a53");
  EXPECT_EQ(to_string(read("kind = 'no-answer'\nat = 'accelerator0'\naccess = 'read'\nbeat = 0")),
            "no-answer at beat 0 of the reads of accelerator0");
  EXPECT_EQ(to_string(read("kind = 'slow-memory'\ndelay = '250 ns'")), "slow-memory by 0.25 us from 0 us");
  EXPECT_EQ(
      to_string(read("kind = 'slow-memory'\nat = 'a53'\ndelay = '1 us'\nfrom = '2 us'\nlength = '3 us'")),
      "slow-memory by 1 us for a53 from 2 us to 5 us");
  EXPECT_EQ(to_string(read("kind = 'lost-interrupt'\nat = 'accelerator0'\nnumber = 3")),
            "lost-interrupt 3 of accelerator0");
}

TEST(FaultTable, ADamagedOneIsRefusedWithItsKey) {
  EXPECT_NE(said("kind = 'slow-memry'\ndelay = '1 us'").find("allowed is one of slave-error, decode-error"),
            std::string::npos)
      << said("kind = 'slow-memry'\ndelay = '1 us'");
  EXPECT_NE(said("kind = 'slave-error'\nat = 'a53'\naccess = 'read'\nbeat = -1").find("beat"),
            std::string::npos);
  EXPECT_NE(said("kind = 'slow-memory'\ndelay = '0 us'").find("delay"), std::string::npos);
  EXPECT_NE(said("kind = 'lost-interrupt'\nat = 'accelerator0'\nnumber = 0").find("number"),
            std::string::npos);
  EXPECT_NE(said("kind = 'lost-interrupt'\nat = 'accelerator0'\nbeat = 1").find("beat"), std::string::npos)
      << "a key of another kind is unknown";
}

TEST(FaultTable, NothingGoesWrongWhereNothingIsSimulated) {
  const std::string message = said("kind = 'slow-memory'\ndelay = '1 us'\n[fidelity]\ncpu = 'analytic'");
  EXPECT_NE(message.find("happens to a simulated machine"), std::string::npos) << message;
}

TEST(FaultTable, WhomItNamesMustBeOfThePlatform) {
  const Platform platform = read_platform("ultra96");
  EXPECT_NO_THROW(check_faults({read("kind = 'slow-memory'\ndelay = '1 us'")}, platform));
  EXPECT_THROW(check_faults({read("kind = 'lost-interrupt'\nat = 'a53'")}, platform), InputError);
  EXPECT_THROW(check_faults({read("kind = 'no-answer'\nat = 'a73'\naccess = 'read'\nbeat = 1")}, platform),
               InputError);
}

}  // namespace
}  // namespace tandem::spec
