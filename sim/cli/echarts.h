// SPDX-License-Identifier: Apache-2.0
// Apache ECharts for the pages of `tandem report`: not part of the project, fetched by npm in the version
// that dse/report/page/package-lock.json pins, the first time a page is made.
#pragma once

#include <string>

namespace tandem::cli {

// The text of its one prebuilt file. Kept in the cache ($TANDEM_CACHE, else build/cache), under the lock
// file's hash. Throws InputError saying what is missing: npm, or its registry.
std::string echarts_text();

}  // namespace tandem::cli
