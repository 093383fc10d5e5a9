// SPDX-License-Identifier: Apache-2.0
// read_master: the bursts of a run cover it exactly, in order, in 1 to 16 beats, none across a page; at most
// Outstanding are in flight; what is offered stays until taken; a burst leaves as soon as it may; after a stop
// none begins; a bad response is reported with the address of its burst, whatever order the IDs answer in.
//
// The model of the run is a cycle behind the unit, because a burst is seen when it stands on the bus.
module read_master_proof #(
  parameter int Outstanding = 8,
  localparam int CountBits = $clog2(Outstanding + 1),
  localparam int SlotBits = $clog2(Outstanding)
) (
  input logic                clk_i,
  input logic                stop_i,
  input logic                run_valid_i,
  input logic [59:0]         run_address_i,  // in beats
  input logic [19:0]         run_beats_i,
  input logic [1:0]          run_id_i,
  input logic                arready_i,
  input logic                rvalid_i,
  input logic                rlast_i,
  input logic [1:0]          rid_i,
  input logic [1:0]          rresp_i,
  input logic [1:0]          chosen_id_i,
  input logic [SlotBits-1:0] chosen_slot_i
);

  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET
  logic run_ready, arvalid, idle, engines_idle, error;
  logic [63:0] araddr, error_address;
  logic [7:0] arlen;
  logic [1:0] arid;
  read_master #(.Outstanding(Outstanding)) u_dut (
    .clk_i,
    .rst_ni(started_q),
    .stop_i,
    .run_valid_i,
    .run_ready_o(run_ready),
    .run_address_i({run_address_i, 4'd0}),
    .run_beats_i,
    .run_id_i,
    .arvalid_o(arvalid),
    .arready_i,
    .araddr_o(araddr),
    .arlen_o(arlen),
    .arid_o(arid),
    .rvalid_i,
    .rlast_i,
    .rid_i,
    .rresp_i,
    .idle_o(idle),
    .engines_idle_o(engines_idle),
    .error_o(error),
    .error_address_o(error_address)
  );
`ifdef YOSYS
  (* hierconn *) wire \u_dut.active_q ;
  (* hierconn *) wire [63:0] \u_dut.address_q ;
  (* hierconn *) wire [19:0] \u_dut.left_q ;
  (* hierconn *) wire [1:0] \u_dut.id_q ;
  (* hierconn *) wire [CountBits-1:0] \u_dut.flying_q ;
  (* hierconn *) wire [1:0] \u_dut.descriptors_q ;
  (* hierconn *) wire [4*SlotBits-1:0] \u_dut.head_q ;
  (* hierconn *) wire [4*SlotBits-1:0] \u_dut.tail_q ;
  wire [64*4*Outstanding-1:0] words;  // prove.sh connects them
`else
  wire [64*4*Outstanding-1:0] words;
  for (genvar i = 0; i < 4 * Outstanding; i++) begin : gen_word
    assign words[64*i +: 64] = u_dut.address_of[i];
  end
`endif

  // The run, and what of it has not yet been seen on the bus.
  logic taken_q, held_q, stopped_q, able_q;
  logic [59:0] new_next_q, next_q;
  logic [19:0] new_left_q, left_q;
  logic [1:0] new_id_q, id_q;
  logic [73:0] before_q;
  wire taken = run_valid_i && run_ready;
  wire fresh = arvalid && !held_q;  // the first cycle of a burst
  wire [8:0] beats = {1'b0, arlen} + 9'd1;
  wire [59:0] next = next_q + (fresh ? 60'(beats) : 60'd0);
  wire [19:0] left = left_q - (fresh ? 20'(beats) : 20'd0);
  wire remains = taken_q || left != '0;

  // In flight: on the bus and not completely answered, an ID each.
  logic [4*CountBits-1:0] flying_q;
  wire [CountBits+1:0] flying = (CountBits + 2)'(flying_q[0 +: CountBits]) +
                                (CountBits + 2)'(flying_q[CountBits +: CountBits]) +
                                (CountBits + 2)'(flying_q[2*CountBits +: CountBits]) +
                                (CountBits + 2)'(flying_q[3*CountBits +: CountBits]) +
                                (CountBits + 2)'(arvalid);
  wire returned = rvalid_i && rlast_i;
  wire [1:0] id = taken_q ? new_id_q : id_q;
  // Of ID 0, the descriptor's; and with those still to go: its 8 beats may lie on two pages.
  wire [CountBits+1:0] descriptors = (CountBits + 2)'(flying_q[0 +: CountBits]) +
                                     (CountBits + 2)'(arvalid && arid == '0);
  wire [8:0] ends = {1'b0, taken_q ? new_next_q[7:0] : next[7:0]} + {5'd0, taken_q ? new_left_q[3:0] : left[3:0]};
  wire [8:0] run_ends = {1'b0, run_address_i[7:0]} + 9'd8;
  wire [CountBits+1:0] to_go = !(remains && id == '0) ? '0 : (CountBits + 2)'(ends > 9'd256) + (CountBits + 2)'(1);
  wire [CountBits+1:0] ordered = descriptors + to_go;
  wire [CountBits+1:0] asked = ordered + (CountBits + 2)'(run_ends > 9'd256) + (CountBits + 2)'(1);

  // The burst of the chosen ID and number (modulo Outstanding).
  logic [1:0] chosen_id_q;
  logic [SlotBits-1:0] chosen_slot_q, issued_q, answered_q;
  logic chosen_q;  // in flight
  logic [63:0] chosen_address_q;
  wire chosen_fresh = fresh && arid == chosen_id_q;
  wire chosen_answered = returned && rid_i == chosen_id_q;
  logic [63:0] chosen_word;  // where the unit keeps its address
  always_comb begin
    chosen_word = '0;
    for (int i = 0; i < 4 * Outstanding; i++) begin
      if ({chosen_id_q, chosen_slot_q} == (SlotBits + 2)'(i)) chosen_word = words[64*i +: 64];
    end
  end
  wire [SlotBits-1:0] between = issued_q - answered_q;
  wire [SlotBits-1:0] ahead = chosen_slot_q - answered_q;
  wire [CountBits:0] seen = (CountBits + 1)'(flying_q[CountBits*chosen_id_q +: CountBits]) +
                            (CountBits + 1)'(held_q && arid == chosen_id_q);

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      taken_q <= 1'b0;
      held_q <= 1'b0;
      stopped_q <= 1'b0;
      able_q <= 1'b0;
      left_q <= '0;
      flying_q <= '0;
      chosen_id_q <= chosen_id_i;
      chosen_slot_q <= chosen_slot_i;
      issued_q <= '0;
      answered_q <= '0;
      chosen_q <= 1'b0;
    end else begin
      taken_q <= taken && !stop_i;
      new_next_q <= run_address_i;
      new_left_q <= run_beats_i;
      new_id_q <= run_id_i;
      next_q <= taken_q ? new_next_q : next;
      left_q <= stop_i ? '0 : taken_q ? new_left_q : left;
      id_q <= taken_q ? new_id_q : id_q;
      held_q <= arvalid && !arready_i;
      before_q <= {araddr, arlen, arid};
      stopped_q <= stop_i;
      able_q <= remains && !stop_i && (!arvalid || arready_i) &&
                flying < (CountBits + 2)'(Outstanding);
      for (int i = 0; i < 4; i++) begin
        flying_q[CountBits*i +: CountBits] <= flying_q[CountBits*i +: CountBits] +
            CountBits'(arvalid && arready_i && arid == 2'(i)) - CountBits'(returned && rid_i == 2'(i));
      end
      if (chosen_fresh) issued_q <= issued_q + SlotBits'(1);
      if (chosen_answered) answered_q <= answered_q + SlotBits'(1);
      if (chosen_answered && answered_q == chosen_slot_q) chosen_q <= 1'b0;
      if (chosen_fresh && issued_q == chosen_slot_q) begin
        chosen_q <= 1'b1;
        chosen_address_q <= araddr;
      end
    end
  end

  always_comb begin
    assume (started_q || (!run_valid_i && !rvalid_i));
    assume (!run_valid_i || (run_beats_i != '0 && !stop_i));
    // At most three bursts of descriptors are on their way.
    assume (!run_valid_i || run_id_i != '0 || (run_beats_i == 20'd8 && asked <= (CountBits + 2)'(3)));
    assume (!rvalid_i || flying_q[CountBits*rid_i +: CountBits] != '0);  // no answer without a burst
    if (started_q) begin
      assert (!held_q || (arvalid && before_q == {araddr, arlen, arid}));
      if (fresh) begin
        assert (left_q != '0);
        assert (araddr == {next_q, 4'd0} && arid == id_q);
        assert (beats >= 9'd1 && beats <= 9'd16 && 20'(beats) <= left_q);
        assert ({1'b0, araddr[11:4]} + beats <= 9'd256);
      end
      assert (!taken_q || left == '0);  // the run before was ordered completely
      assert (remains || run_ready);
      assert (!able_q || fresh);  // at once
      assert (!stopped_q || !fresh);
      assert (flying <= (CountBits + 2)'(Outstanding));
      assert (idle == (!remains && flying == '0));
      assert (engines_idle == (!(remains && id != '0) && flying == descriptors));
      assert (error == (rvalid_i && rresp_i[1]));
      if (rvalid_i && rid_i == chosen_id_q && answered_q == chosen_slot_q) begin
        assert (chosen_q);
        assert (error_address == chosen_address_q);
      end

      // Why all this holds: the unit's registers are those of the model.
      assert (u_dut.active_q == remains);
      if (u_dut.active_q) begin
        assert (u_dut.address_q == {taken_q ? new_next_q : next, 4'd0});
        assert (u_dut.left_q == (taken_q ? new_left_q : left));
        assert (u_dut.id_q == id);
        assert (id != '0 || u_dut.left_q <= 20'd8);
      end
      assert (ordered <= (CountBits + 2)'(3));
      assert ((CountBits + 2)'(u_dut.descriptors_q) == descriptors);
      assert (!taken_q || new_left_q != '0);
      assert ((CountBits + 2)'(u_dut.flying_q) == flying);
      assert (u_dut.head_q[SlotBits*chosen_id_q +: SlotBits] == answered_q);
      assert (u_dut.tail_q[SlotBits*chosen_id_q +: SlotBits] == issued_q + SlotBits'(chosen_fresh));
      assert (seen[SlotBits-1:0] == between);
      assert (chosen_q == ((CountBits + 1)'(ahead) < seen));
      assert (!chosen_q || chosen_word == chosen_address_q);
      assert (!(chosen_fresh && issued_q == chosen_slot_q) || chosen_word == araddr);

      cover (flying == (CountBits + 2)'(Outstanding) && returned);
      cover (fresh && beats == 9'd16 && left_q == 20'd17 && araddr[11:4] == 8'hf0);
      cover (fresh && beats == 9'd1 && left_q != 20'd1);
      cover (taken && fresh && left != '0 && arready_i);
      cover (error && chosen_q && rid_i == chosen_id_q && answered_q == chosen_slot_q && chosen_slot_q == '1);
      cover (stop_i && left != '0);
      cover (engines_idle && descriptors == (CountBits + 2)'(3) && !remains);
    end
  end

endmodule
