// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/core/sha256.h"

namespace tandem {
namespace {

// The vectors of FIPS 180-2, appendix B.
TEST(Sha256, AgreesWithThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotSeeHowAStreamWasCut) {
  const std::string text(1000, 'a');
  Sha256 hash;
  hash.update(text.data(), 1);
  hash.update(text.data(), 0);
  hash.update(text.data() + 1, 999);
  EXPECT_EQ(hash.hex(), sha256_hex(text));
}

}  // namespace
}  // namespace tandem
