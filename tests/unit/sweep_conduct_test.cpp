// SPDX-License-Identifier: Apache-2.0
// A sweep as a whole, over a made-up function: what it asks, what it remembers, what it answers.
#include <gtest/gtest.h>

#include "dse/sweep/conduct.h"
#include "dse/sweep/front.h"
#include "dse/sweep/sweep_report.h"
#include "tests/unit/sweep_bench.h"

namespace tandem::sweep {
namespace {

TEST(SweepFront, IsWhatNobodyDominates) {
  const std::vector<Objectives> points = {{3, 1}, {1, 3}, {2, 2}, {2, 2}, {3, 3}, {1, 4}};
  EXPECT_EQ(pareto_front(points), (std::vector<std::size_t>{1, 2, 0}));
  EXPECT_DOUBLE_EQ(hypervolume(points, {4, 4}), 1 * 3 + 1 * 2 + 1 * 1);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 5}}, {4, 4}), 0) << "outside";
  EXPECT_DOUBLE_EQ(hypervolume({{1}, {2}}, {4}), 3);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 0}}, {2, 3, 4}), 24);
  EXPECT_DOUBLE_EQ(distance_to({{0, 10}, {10, 0}}, {{0, 10}}), std::sqrt(2.0) / 2);
}

using test::FakeBackend;

class Conducted : public testing::Test {
 protected:
  SweepResult run(const std::string& extra, FakeBackend& backend, const std::string& db = "s.db",
                  const std::string& code = "v1") {
    sweep_ = read_sweep(folder_.write("s.toml", test::kTwoAxes + extra));
    Store store(folder_.file(db), Store::Use::write);
    test::Silent silent;
    Identity identity(sweep_.base, code);
    return conduct(sweep_, identity, store, backend, silent);
  }
  std::string csv(const std::string& db = "s.db") { return Store(folder_.file(db), Store::Use::read).csv(); }

  test::Folder folder_;
  Sweep sweep_;
};

TEST_F(Conducted, NothingIsComputedTwiceEvenByAnotherSweep) {
  FakeBackend backend;
  EXPECT_EQ(run("", backend).computed, 400U);
  EXPECT_EQ(run("", backend).computed, 0U);
  EXPECT_EQ(run("[strategy]\nkind = \"random\"\npoints = 50\n", backend).known, 50U);
  EXPECT_EQ(backend.computed, 400U);
  EXPECT_EQ(run("", backend, "s.db", "v2").computed, 400U) << "another program";
}

TEST_F(Conducted, KilledAnywhereAndResumedItExportsTheSame) {
  for (const char* strategy : {"", "[strategy]\nkind = \"latin\"\npoints = 60\n",
                               "[strategy]\nkind = \"evolution\"\npoints = 60\npopulation = 12\n"}) {
    FakeBackend undisturbed;
    run(strategy, undisturbed, "whole.db");
    const std::string whole = csv("whole.db");
    FakeBackend killed;
    for (const std::size_t moment : {1, 7, 30, 31, 55}) {
      killed.ends_before = moment;
      EXPECT_THROW(run(strategy, killed, "killed.db"), std::runtime_error);
    }
    killed.ends_before = static_cast<std::size_t>(-1);
    killed.backwards = true;  // as with other workers
    run(strategy, killed, "killed.db");
    EXPECT_EQ(csv("killed.db"), whole);
    EXPECT_EQ(killed.computed, undisturbed.computed) << "what was flushed was not computed again";
    for (const char* file : {"whole.db", "killed.db"}) std::filesystem::remove(folder_.file(file));
  }
}

// A tenth of the points is to find 95 % of what all of them find.
TEST_F(Conducted, EvolutionFindsTheFrontWithATenthOfThePoints) {
  const std::string reference = "[answers]\nreference_point = [40, 110]\n";
  FakeBackend all, few;
  const double best = run(reference, all, "all.db").groups[0].answers.hypervolume;
  const SweepResult evolved =
      run(reference + "[strategy]\nkind = \"evolution\"\npoints = 40\npopulation = 12\n", few, "few.db");
  EXPECT_EQ(few.computed, 40U);
  EXPECT_GE(evolved.groups[0].answers.hypervolume, 0.95 * best);
}

TEST_F(Conducted, AnswersFrontSensitivityAndBestUnderALimit) {
  FakeBackend backend;
  const SweepResult result = run("[[limit]]\nvalue = \"time\"\nat_most = 10\n", backend);
  const Answers& answers = result.groups[0].answers;
  // Within the limit x is at least 10, y = 7 dominates.
  EXPECT_EQ(answers.front.size(), 11U);
  const Evaluated& best = result.groups[0].points[answers.best[0]];
  EXPECT_EQ(best.point, (Point{9, 7}));
  EXPECT_EQ(answers.effects.size(), 4U);
  EXPECT_EQ(answers.effects[0].objective, "cost");
  EXPECT_EQ(answers.effects[0].axis, "x");
  EXPECT_EQ(answers.effects[0].lowest, "1");
  EXPECT_NEAR(answers.effects[0].high - answers.effects[0].low, 19, 1e-9);
}

TEST_F(Conducted, TheLadderPromotesTheFrontAndItsNeighboursAndSaysHowTheyAgree) {
  FakeBackend backend;
  const SweepResult result = run("[ladder]\nlevels = [\"tile\", \"rtl\"]\nneighbours = 1\n", backend);
  const Group& group = result.groups[0];
  ASSERT_EQ(group.ladder.size(), 2U);
  EXPECT_EQ(group.answers.front.size(), 20U);
  EXPECT_EQ(group.ladder[0].points.size(), 60U) << "y of 6, 7 and 8";
  EXPECT_NEAR(group.ladder[0].points[0].agreement[1].percent(), 10, 1e-9);
  EXPECT_NEAR(group.ladder[0].points[0].agreement[0].percent(), 0, 1e-9);
  EXPECT_EQ(group.ladder[1].points.size(), group.ladder[0].answers.front.size());
  EXPECT_NE(csv().find("s,400,tile,"), std::string::npos);
  const std::string text = sweep_text(sweep_, result);
  EXPECT_NE(text.find("Level tile: 60 points promoted"), std::string::npos) << text;
}

TEST_F(Conducted, AnUnknownMetricIsTheUsersMistake) {
  FakeBackend backend;
  try {
    run("[[objective]]\nvalue = \"speed\"\n", backend);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("objective.speed: \"speed\": \"speed\" is no metric and no axis; allowed is "
                        "one of cost, time, x, y"),
              std::string::npos)
        << error.what();
  }
}

TEST(SweepIdentity, IsTheContentNotTheName) {
  const test::Folder folder;
  const std::string run = folder.write(
      "r.toml", "platform = \"ultra96\"\nnetwork = \"tiny\"\n[schedule]\nplanner = \"cosched\"\n");
  Identity identity(run, "v");
  const auto id = [&](const std::vector<std::string>& assignments) { return identity.of(assignments).id; };
  const std::string same_file = std::string(TANDEM_SOURCE_DIR) + "/configs/networks/tiny.toml";
  EXPECT_EQ(id({}), id({"network=\"tiny\""}));
  EXPECT_EQ(id({}), id({"network=\"" + same_file + "\""}));
  EXPECT_EQ(id({"images=2", "seed=3"}), id({"seed=3", "images=2"}));
  EXPECT_NE(id({}), id({"network=\"alexnet\""}));
  EXPECT_NE(id({}), id({"platform.cluster.a53.core=\"a73\""}));
  EXPECT_NE(id({}), id({"platform.cluster.a53.cores=2"}));
  EXPECT_NE(id({}), Identity(run, "w").of({}).id);
  EXPECT_TRUE(identity.files_are_unchanged());
  EXPECT_EQ(folder.write("r.toml", "platform = \"ultra96\"\n"), run);
  EXPECT_FALSE(identity.files_are_unchanged()) << "what is computed now is of another file";
}

TEST(SweepIdentity, HoldsTheContentOfEveryFileThatARunNames) {
  const test::Folder folder;
  const std::string run = folder.write("r.toml", "platform = \"ultra96\"\nnetwork = \"tiny\"\n");
  for (const std::string key :
       {"platform", "network", "schedule.file", "schedule.model", "beside.0.network"}) {
    SCOPED_TRACE(key);
    const std::string file = folder.write("f.toml", "images = 1\n");
    const std::string names_it = key + "=\"" + file + "\"";
    const std::string base = key.starts_with("beside")
                                 ? folder.write("b.toml", "[[beside]]\nnetwork = \"tiny\"\ncores = []\n")
                                 : run;
    Identity before(base, "v");
    const std::string id = before.of({names_it}).id;
    EXPECT_TRUE(before.files_are_unchanged());
    EXPECT_EQ(folder.write("f.toml", "images = 23\n"), file);
    EXPECT_FALSE(before.files_are_unchanged());
    EXPECT_NE(Identity(base, "v").of({names_it}).id, id);
  }
}

}  // namespace
}  // namespace tandem::sweep
