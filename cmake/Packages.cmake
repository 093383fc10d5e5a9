# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost REQUIRED)
find_package(Protobuf REQUIRED)  # before ONNX, whose config does not look for it
find_package(ONNX CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(OpenSSL REQUIRED)  # SHA-256
find_package(SQLite3 REQUIRED)
find_package(Pagmo REQUIRED)  # multi-objective evolution; brings Boost.Serialization, Eigen and TBB
pkg_check_modules(SYSTEMC REQUIRED systemc)
include(GoogleTest)

# Debian builds SystemC as C++17; its ABI check compares the language level, so headers must see 201703L.
add_library(tandem_systemc INTERFACE)
target_include_directories(tandem_systemc SYSTEM INTERFACE ${SYSTEMC_INCLUDE_DIRS})
target_compile_definitions(tandem_systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
target_link_libraries(tandem_systemc INTERFACE ${SYSTEMC_LINK_LIBRARIES} systemc Threads::Threads)
