// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/variant.h"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

namespace tandem::rtl_test {

Variant load_variant(const std::string& array) {
  Variant variant;
  const std::size_t at = array.find('@');
  variant.array = accelerator::parse_array(array.substr(0, at));
  const std::string bus =
      at == std::string::npos ? "16" : std::to_string(std::stoi(array.substr(at + 1)) / 8);
  const char* const given = std::getenv("TANDEM_RTL_LIBRARIES");
  const std::string folder = given != nullptr ? given : TANDEM_RTL_DIR;
  const std::string library = folder + "/libtandem_accelerator_" + array + ".so";
  const std::string command = "CXX=\"" TANDEM_RTL_CXX "\" " TANDEM_SOURCE_DIR "/rtl/build_variant.sh --bus " +
                              bus + " " + std::to_string(variant.array.tm) + " " +
                              std::to_string(variant.array.tn) + " " + library;
  if (given == nullptr && std::system(command.c_str()) != 0) {
    throw std::runtime_error("cannot build " + library);
  }
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw std::runtime_error(dlerror());
  void* const symbol = dlsym(handle, "tandem_accelerator_api");
  if (symbol == nullptr) throw std::runtime_error(library + " has no tandem_accelerator_api");
  variant.api = reinterpret_cast<const TandemAcceleratorApi* (*)()>(symbol)();
  variant.array.bus_bytes = static_cast<int>(variant.api->bus_bytes);
  if (variant.api->version != 1) throw std::runtime_error(library + ": another interface version");
  return variant;
}

}  // namespace tandem::rtl_test
