// SPDX-License-Identifier: Apache-2.0
// The published latency model: regression finds what made the samples, and the file says what was found.
#include <gtest/gtest.h>

#include <cmath>

#include "dse/plan/planner.h"
#include "models/core/random.h"
#include "models/latency/published_model.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/own_file.h"
#include "tests/unit/sketch.h"

namespace tandem::latency {
namespace {

PublishedModel made_up() {
  PublishedModel model;
  model.platform = "ultra96";
  model.cores = "a53x4";
  model.array = accelerator::parse_array("8x32");
  model.unit = {1.5e-10, 2e-9, 3e-10, 8e-6};
  model.core = {7e-11, 2e-9, 1e-10, 4e-10, 3e-5};
  model.coherence = {3e-9, 5e-6};
  return model;
}

std::vector<PublishedSample> samples_of(const PublishedModel& model, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<PublishedSample> samples;
  for (int i = 0; i < count; ++i) {
    PublishedSample sample;
    sample.layer = {
        static_cast<double>(random.between(16, 2000)), static_cast<double>(random.between(49, 3000)),
        static_cast<double>(random.between(8, 300)), static_cast<double>(random.between(1000, 400000)), 0};
    sample.unit_seconds = model.unit_seconds(sample.layer);
    sample.core_seconds = model.core_seconds(sample.layer);
    sample.lines = static_cast<double>(random.between(10, 5000));
    sample.coherence_seconds = model.coherence_seconds(sample.lines);
    samples.push_back(sample);
  }
  return samples;
}

TEST(PublishedModel, RegressionFindsTheCoefficientsThatMadeTheSamples) {
  const PublishedModel truth = made_up();
  PublishedModel found;
  found.array = truth.array;
  fit(found, samples_of(truth, 40, 1), samples_of(truth, 20, 2));
  for (std::size_t i = 0; i < truth.unit.size(); ++i)
    EXPECT_NEAR(found.unit[i] / truth.unit[i], 1, 1e-4) << i;
  for (std::size_t i = 0; i < truth.core.size(); ++i)
    EXPECT_NEAR(found.core[i] / truth.core[i], 1, 1e-4) << i;
  for (std::size_t i = 0; i < truth.coherence.size(); ++i)
    EXPECT_NEAR(found.coherence[i] / truth.coherence[i], 1, 1e-4) << i;
  EXPECT_LT(found.unit_error, 1e-3);
  EXPECT_LT(found.core_error, 1e-3);
  EXPECT_EQ(found.fitted, 40);
  EXPECT_EQ(found.others, 20);
}

TEST(PublishedModel, ReportsWhatItMissesOnLayersThatWereNotFitted) {
  const PublishedModel truth = made_up();
  std::vector<PublishedSample> others = samples_of(truth, 20, 2);
  for (PublishedSample& sample : others) sample.core_seconds *= 1.25;
  PublishedModel found;
  found.array = truth.array;
  fit(found, samples_of(truth, 40, 1), others);
  EXPECT_NEAR(found.core_error, 20, 0.01) << "1 / 1.25 is 20 % less";
  EXPECT_LT(found.core_residual, 1e-3);
}

TEST(PublishedModel, ItsFileReadsAsItWasWritten) {
  PublishedModel model = made_up();
  model.fitted = 40;
  model.others = 20;
  model.unit_error = 3.25;
  const test::OwnFile file("published_model.toml", write_published_model(model));
  const PublishedModel read = read_published_model(file.path());
  EXPECT_EQ(read.platform, model.platform);
  EXPECT_EQ(read.array, model.array);
  EXPECT_EQ(read.cores, model.cores);
  EXPECT_EQ(read.unit_error, model.unit_error);
  for (std::size_t i = 0; i < model.unit.size(); ++i) EXPECT_NEAR(read.unit[i] / model.unit[i], 1, 1e-8);
  EXPECT_EQ(write_published_model(read), write_published_model(model));
}

TEST(PublishedModel, AFileThatIsNoneSaysWhatIsWrong) {
  std::string text = write_published_model(made_up());
  text.replace(text.find("8x32"), 4, "7x32");
  text.replace(text.find("coefficients = [\"1.5e-10\""), 25, "coefficients = [\"fast\"");
  const test::OwnFile file("no_model.toml", text);
  try {
    read_published_model(file.path());
    FAIL() << "is no model";
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("accelerator: is no array"), std::string::npos) << message;
    EXPECT_NE(message.find("coefficients: is no list of 4 numbers"), std::string::npos) << message;
  }
}

TEST(PublishedModel, CoschedDecidesByIt) {
  const spec::Platform platform = spec::read_platform("ultra96");
  const network::Model model =
      network::sized_model(std::make_shared<const network::Network>(network::read_network("squeezenet_v1_1")),
                           network::Precision::int8);
  PublishedModel slow_cores = made_up(), slow_unit = made_up();
  for (double& one : slow_cores.core) one *= 1000;
  for (double& one : slow_unit.unit) one *= 1000;
  plan::Problem problem{model, platform, {"a53x4"}, {}, ""};
  const auto core_channels = [&](const PublishedModel& published) {
    problem.published = &published;
    int sum = 0;
    for (const spec::WorkItem& item : plan::plan_cosched(problem).items) {
      if (model.network->layer(test::id_of(*model.network, item.layer)).kind != network::LayerKind::conv)
        continue;
      if (item.resource == "a53x4") sum += item.k1 - item.k0;
    }
    return sum;
  };
  int all = 0;
  for (const network::Layer& layer : model.network->layers())
    all += layer.kind == network::LayerKind::conv ? layer.output.c : 0;
  EXPECT_EQ(core_channels(slow_cores), 0);
  EXPECT_EQ(core_channels(slow_unit), all);
}

}  // namespace
}  // namespace tandem::latency
