# SPDX-License-Identifier: Apache-2.0
"""The tree obeys its own rules, and each rule turns red when it is broken on purpose."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import architecture  # noqa: E402

ROOT = HERE.parent.parent
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


class Tree(unittest.TestCase):
    def test_every_rule_holds(self):
        problems = architecture.check(ROOT)
        self.assertEqual(problems, [], "\n" + "\n".join(problems))

    def test_every_layer_that_has_sources_has_a_target(self):
        layers = architecture.read_layers(HERE / "layers.txt")
        links = architecture.read_links(ROOT, layers)
        for folder, layer in layers.items():
            if layer.target in ("-", "tandem", "tandem-check") or not (ROOT / folder).exists():
                continue
            self.assertIn(folder, links, f"{folder}/CMakeLists.txt calls no tandem_layer()")


class Planted(unittest.TestCase):
    """A small clean tree; every test breaks one rule in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("models/core/error.h", SPDX)
        self.write("models/core/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_core)\n")
        self.write("models/toml/reader.cpp", SPDX + '#include "models/core/error.h"\n#include <toml++/toml.h>\n')
        self.write(
            "models/toml/CMakeLists.txt",
            "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_toml tandem_core)\n",
        )

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def problems(self):
        return architecture.check(self.root, HERE)

    def assert_red(self, *parts):
        problems = self.problems()
        self.assertEqual(len(problems), 1, problems)
        for part in parts:
            self.assertIn(part, problems[0])

    def test_a_clean_tree_is_green(self):
        self.assertEqual(self.problems(), [])

    def test_systemc_in_models(self):
        self.write("models/core/clock.h", SPDX + "#include <systemc>\n")
        self.assert_red("models/core/clock.h:2:", "systemc is only for sim")

    def test_tlm_in_dse(self):
        self.write("dse/plan/plan.h", SPDX + "\n  #  include <tlm_utils/simple_target_socket.h>\n")
        self.assert_red("dse/plan/plan.h:3:", "systemc is only for sim")

    def test_verilated_header_outside_cosim(self):
        self.write("sim/components/bus.cpp", SPDX + "#include <verilated.h>\n")
        self.assert_red("sim/components/bus.cpp:2:", "verilated is only for sim/cosim")

    def test_sim_included_by_models(self):
        self.write("models/cpu/core.h", SPDX + '#include "sim/kernel/bus_master.h"\n')
        self.assert_red("models/cpu/core.h:2:", "models/cpu may not include sim/kernel")

    def test_lower_layer_includes_higher(self):
        self.write("models/core/error.cpp", SPDX + '#include "models/toml/reader.h"\n')
        self.assert_red("models/core/error.cpp:2:", "models/core may not include models/toml")

    def test_nested_layer_is_not_its_parent(self):
        self.write("models/network/graph.cpp", SPDX + '#include "models/network/onnx/import.h"\n')
        self.assert_red("models/network may not include models/network/onnx")

    def test_dse_included_by_the_simulated_platform(self):
        self.write("sim/platform/soc.h", SPDX + '#include "dse/plan/planner.h"\n')
        self.assert_red("sim/platform may not include dse/plan")

    def test_toml_library_outside_its_reader(self):
        self.write("models/spec/run.cpp", SPDX + "#include <toml++/toml.h>\n")
        self.assert_red("models/spec/run.cpp:2:", "toml++ is only for models/toml")

    def test_relative_include_that_would_hide_its_layer(self):
        self.write("models/toml/units.cpp", SPDX + '#include "../core/error.h"\n')
        self.assert_red("models/toml/units.cpp:2:", "give the path from the root")

    def test_folder_without_a_row(self):
        self.write("models/magic/wand.h", SPDX)
        self.assert_red("models/magic/wand.h:1:", "stands in no layer")

    def test_include_that_cmake_does_not_link(self):
        self.write("models/toml/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_toml)\n")
        self.assert_red("models/toml/reader.cpp:2:", "tandem_toml does not link tandem_core")

    def test_link_against_the_layers(self):
        self.write(
            "models/core/CMakeLists.txt",
            "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_core tandem_toml)\n",
        )
        self.assert_red("models/core/CMakeLists.txt:1:", "tandem_core may not link tandem_toml")

    def test_target_with_another_name(self):
        self.write("models/core/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_kern)\n")
        self.assertTrue(any("makes tandem_kern, layers.txt says tandem_core" in p for p in self.problems()))

    def test_linked_library_in_the_wrong_layer(self):
        self.write(
            "models/core/CMakeLists.txt",
            "# SPDX-License-Identifier: Apache-2.0\ntandem_layer(tandem_core tandem_systemc)\n",
        )
        self.assert_red("models/core/CMakeLists.txt:1:", "systemc is only for sim")

    def test_simulator_in_a_unit_test(self):
        self.write("tests/unit/bus_test.cpp", SPDX + '#include "sim/kernel/bus_master.h"\n')
        self.assert_red("tests/unit tests models and dse only")

    def test_source_without_a_licence_line(self):
        self.write("rtl/array.sv", "module array;\n" + SPDX)
        self.assert_red("rtl/array.sv:1:", "first line")

    def test_path_of_one_machine(self):
        self.write("docs/notes.md", "see\n/" + "home/someone/notes\n")
        self.assert_red("docs/notes.md:2:", "path of one machine")

    def test_circle_in_the_table(self):
        self.write("tables/layers.txt", "a t_a : b\nb t_b : a\n")
        self.write("tables/libraries.txt", "")
        problems = architecture.check(self.root / "none", self.root / "tables")
        self.assertEqual(problems, ["layers.txt: these layers form a circle: a, b"])

    def test_unknown_layer_in_the_table(self):
        self.write("tables/layers.txt", "a t_a : c\n")
        self.write("tables/libraries.txt", "")
        problems = architecture.check(self.root / "none", self.root / "tables")
        self.assertEqual(problems, ["layers.txt: a: c is no layer"])


if __name__ == "__main__":
    unittest.main()
