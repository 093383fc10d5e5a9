// SPDX-License-Identifier: Apache-2.0
// Every rule of the pin checker, broken once; the same pins kept lawful pass.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "models/core/error.h"
#include "sim/cosim/axi_pin_checker.h"

namespace tandem::sim {
namespace {

class PinChecker : public testing::Test {
 protected:
  PinChecker() {
    std::memset(&pins, 0, sizeof pins);
    pins.rst_n = 1;
    pins.m_arsize_o = pins.m_awsize_o = 4;
    pins.m_arburst_o = pins.m_awburst_o = 1;
    pins.m_rready_o = pins.m_bready_o = 1;
    pins.m_arready_i = pins.m_awready_i = pins.m_wready_i = 1;
    pins.s_awready_o = pins.s_wready_o = pins.s_arready_o = 1;
    pins.s_bready_i = pins.s_rready_i = 1;
  }

  void step() { checker.check(pins, cycle++); }
  // The next cycle is a violation on `channel`, and says so with its number.
  void expect_violation(const std::string& channel, const std::string& text) {
    try {
      step();
      FAIL() << "no violation on " << channel;
    } catch (const SimulationError& error) {
      const std::string message = error.what();
      EXPECT_NE(
          message.find("dut: AXI violation in cycle " + std::to_string(cycle - 1) + " on " + channel + ": "),
          std::string::npos)
          << message;
      EXPECT_NE(message.find(text), std::string::npos) << message;
    }
  }
  void read_address(std::uint64_t address, unsigned beats, unsigned id = 0) {
    pins.m_arvalid_o = 1;
    pins.m_araddr_o = address;
    pins.m_arlen_o = static_cast<std::uint8_t>(beats - 1);
    pins.m_arid_o = static_cast<std::uint8_t>(id);
  }
  void write_address(std::uint64_t address, unsigned beats, unsigned id = 0) {
    pins.m_awvalid_o = 1;
    pins.m_awaddr_o = address;
    pins.m_awlen_o = static_cast<std::uint8_t>(beats - 1);
    pins.m_awid_o = static_cast<std::uint8_t>(id);
  }
  void write_beat(bool last, unsigned strobes = 0xffff) {
    pins.m_wvalid_o = 1;
    pins.m_wlast_o = last ? 1 : 0;
    pins.m_wstrb_o = static_cast<std::uint16_t>(strobes);
  }
  void read_beat(unsigned id, bool last) {
    pins.m_rvalid_i = 1;
    pins.m_rid_i = static_cast<std::uint8_t>(id);
    pins.m_rlast_i = last ? 1 : 0;
  }
  void quiet() {
    pins.m_arvalid_o = pins.m_awvalid_o = pins.m_wvalid_o = pins.m_rvalid_i = pins.m_bvalid_i = 0;
  }

  TandemPins pins;
  AxiPinChecker checker{"dut", 2, 2};
  std::uint64_t cycle = 100;
};

TEST_F(PinChecker, LawfulTrafficPasses) {
  read_address(0x1000, 2, 1);
  step();
  quiet();
  read_beat(1, false);
  step();
  read_beat(1, true);
  write_address(0x2000, 2);
  write_beat(false);
  step();
  quiet();
  write_beat(true);
  step();
  quiet();
  pins.m_bvalid_i = 1;
  EXPECT_NO_THROW(step());
}

TEST_F(PinChecker, ValidInReset) {
  pins.rst_n = 0;
  pins.m_awvalid_o = 1;
  expect_violation("AW", "in reset");
}

TEST_F(PinChecker, AddressValidThatFalls) {
  pins.m_arready_i = 0;
  read_address(0x1000, 1);
  step();
  quiet();
  expect_violation("AR", "fell before ready");
}

TEST_F(PinChecker, AddressThatChangesWhileWaiting) {
  pins.m_awready_i = 0;
  write_address(0x1000, 1);
  step();
  EXPECT_NO_THROW(step());
  pins.m_awaddr_o = 0x1010;
  expect_violation("AW", "changed before ready");
}

TEST_F(PinChecker, DataThatChangesWhileWaiting) {
  pins.m_wready_i = 0;
  write_beat(true);
  step();
  pins.m_wdata_o[3] = 1;
  expect_violation("W", "changed before ready");
}

TEST_F(PinChecker, RegisterDataThatChangesWhileWaiting) {
  pins.s_arvalid_i = 1;
  step();
  pins.s_arvalid_i = 0;
  pins.s_rvalid_o = 1;
  pins.s_rready_i = 0;
  step();
  pins.s_rdata_o = 7;
  expect_violation("register R", "changed before ready");
}

TEST_F(PinChecker, BurstAcrossAPage) {
  read_address(0x1f00, 16);
  EXPECT_NO_THROW(step());
  read_address(0x1f10, 16);
  expect_violation("AR", "crosses a 4 KiB page");
}

TEST_F(PinChecker, BurstThatIsTooLongTooWideOrNotIncrementing) {
  read_address(0x1000, 17);
  expect_violation("AR", "burst of 17 beats");
  read_address(0x1000, 1);
  pins.m_arsize_o = 5;
  expect_violation("AR", "beats of 32 bytes");
  pins.m_arsize_o = 4;
  pins.m_arburst_o = 2;
  expect_violation("AR", "burst type 2");
}

TEST_F(PinChecker, LastBeatTooEarly) {
  write_address(0x1000, 2);
  write_beat(true);
  expect_violation("W", "WLAST 1 at beat 1 of 2");
}

TEST_F(PinChecker, LastBeatMissing) {
  write_address(0x1000, 1);
  write_beat(false);
  expect_violation("W", "WLAST 0 at beat 1 of 1");
}

TEST_F(PinChecker, DataBeforeItsAddressIsLawfulButCheckedLater) {
  write_beat(false);
  EXPECT_NO_THROW(step());
  quiet();
  write_address(0x1000, 1);
  expect_violation("W", "WLAST 0");
}

TEST_F(PinChecker, StrobesBelowAnUnalignedAddress) {
  write_address(0x1004, 1);
  write_beat(true, 0xfff0);
  EXPECT_NO_THROW(step());
  write_beat(true, 0xfff8);
  expect_violation("W", "strobes 0xfff8 outside");
}

TEST_F(PinChecker, DataForAnIdThatHasNothingOutstanding) {
  read_address(0x1000, 1, 1);
  step();
  quiet();
  read_beat(2, true);
  expect_violation("R", "id 2");
}

TEST_F(PinChecker, ReadLastAtTheWrongBeat) {
  read_address(0x1000, 2, 1);
  step();
  quiet();
  read_beat(1, true);
  expect_violation("R", "RLAST");
}

TEST_F(PinChecker, WriteResponseBeforeTheLastBeat) {
  write_address(0x1000, 2);
  write_beat(false);
  step();
  quiet();
  pins.m_bvalid_i = 1;
  expect_violation("B", "no complete write");
}

TEST_F(PinChecker, MoreReadsThanAllowed) {
  read_address(0x1000, 1);
  step();
  step();
  expect_violation("AR", "more than 2 reads");
}

TEST_F(PinChecker, MoreWritesThanAllowed) {
  write_address(0x1000, 1);
  step();
  step();
  expect_violation("AW", "more than 2 writes");
}

TEST_F(PinChecker, RegisterResponseWithoutAnAccess) {
  pins.s_bvalid_o = 1;
  expect_violation("register B", "without a write");
  pins.s_bvalid_o = 0;
  pins.s_rvalid_o = 1;
  expect_violation("register R", "without a read");
}

}  // namespace
}  // namespace tandem::sim
