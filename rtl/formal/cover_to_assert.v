// SPDX-License-Identifier: Apache-2.0
// Yosys techmap: a state that must be reachable becomes an assertion that must fail.
(* techmap_celltype = "$cover" *)
module cover_to_assert (
  input A,
  input EN
);
  \$assert _TECHMAP_REPLACE_ (.A(~A), .EN(EN));
endmodule
