#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tables and pictures of results/cosched_boards from its CSV files; study.py calls write()."""
import csv

BOARDS = ("ultra96", "zedboard", "zcu104", "zcu106")
PES = ("2", "4", "8")
COLOURS = {"2": "#4c78a8", "4": "#f58518", "8": "#54a24b"}
PUBLISHED_SPEEDUP = (1.18, 2.00)
PUBLISHED_SAVING = (14.9, 49.7)
PUBLISHED_IDLE_MEAN, PUBLISHED_IDLE_WORST = 1.61, 7.16


def load(path):
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return [{k: number(v) for k, v in row.items()} for row in csv.DictReader(file)]


def number(text):
    try:
        return float(text) if "." in text or "e" in text or text.isdigit() else text
    except ValueError:
        return text


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else 0.0


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def by_case(runs):
    cases = {}
    for row in runs:
        cases.setdefault((row["board"], str(int(row["pes"])), row["network"], row["wait"]), {})[row["planner"]] = row
    return cases


def facts(case):
    """What one case shows, in per cent where it is no ratio."""
    unit, cores, both = (case[p] for p in ("accelerator-only", "cpu-only", "cosched"))
    ideal = 1 + unit["conv_ms"] / cores["conv_ms"]
    with_best = {}
    if best := case.get("oracle"):
        with_best = {"regret": 100 * (both["latency_ms"] / best["latency_ms"] - 1),
                     "regret_unit": 100 * (unit["latency_ms"] / best["latency_ms"] - 1),
                     "regret_cores": 100 * (cores["latency_ms"] / best["latency_ms"] - 1),
                     "best_conv": unit["conv_ms"] / best["conv_ms"], "best_idle": best["idle_mean"]}
    return {**with_best,
            "error": 100 * (both["predicted_ms"] / both["latency_ms"] - 1),
            "speedup": unit["latency_ms"] / both["latency_ms"],
            "conv": unit["conv_ms"] / both["conv_ms"], "ideal": ideal,
            "saving": 100 * (1 - both["energy_mj"] / unit["energy_mj"]),
            "idle": both["idle_mean"]}


def held(cases):
    """The cases that have an oracle."""
    return {k: c for k, c in cases.items() if "oracle" in c}


def summary(cases, layers, rows_of):
    all_facts = [facts(case) for case in cases.values()]
    errors = [100 * abs(x["predicted_us"] / x["time_us"] - 1) for x in layers if x["unit_channels"] > 0 < x["core_channels"]]
    idles = [x["idle"] for x in layers if x["unit_channels"] > 0 < x["core_channels"]]
    best = [x["oracle_idle"] for x in layers if x["unit_channels"] > 0 < x["core_channels"]]
    regrets = [f["regret"] for f in all_facts if "regret" in f]
    reached = [100 * f["conv"] / f["ideal"] for f in all_facts]
    rows = []
    if regrets:
        by_network = {key[2]: [facts(c)["regret"] for k, c in held(cases).items() if k[2] == key[2]] for key in held(cases)}
        worst = max((mean(own), network) for network, own in by_network.items())
        rows += [("regret of cosched against the oracle, mean", f"{mean(regrets):.2f} % ({len(regrets)} cases)", "at most 0.5 %"),
                 ("worst network (mean over boards and PEs)", f"{worst[0]:.2f} % ({worst[1]})", "at most 2 %"),
                 ("worst single case", f"{max(regrets):.2f} %", "")]
    if errors:
        rows += [("prediction of a co-executed layer, mean absolute error", f"{mean(errors):.2f} %", "at most 3 %"),
                 ("95th percentile", f"{percentile(errors, 0.95):.2f} %", "at most 8 %")]
    rows += [("prediction of a network, worst", f"{max(abs(f['error']) for f in all_facts):.2f} %", "at most 2 %")]
    if errors:
        rows += [("idle share of co-executed layers, mean (time-weighted mean)",
                  f"{mean(idles):.2f} % ({weighted(layers):.2f} %)", f"published {PUBLISHED_IDLE_MEAN} %"),
                 ("idle share of the oracle's", f"{mean(best):.2f} %", "ours at most 1 point above")]
    rows += [("speed-up of the convolutions, of the ideal, mean", f"{mean(reached):.1f} %", "at least 95 %"),
             ("of the ideal, worst", f"{min(reached):.1f} %", "")]
    return f"{len(cases)} cases, {len(errors)} co-executed layers.\n\n" + table(("", "measured", "asked for"), rows) + "\n" + rows_table(cases, rows_of)


def rows_table(cases, layers):
    """What it brings to cut the last channels by rows, beside whole steps; the oracle of rows where there is one."""
    cases = {k: c for k, c in cases.items() if "cosched-rows" in c}
    if not cases:
        return ""
    rows = []
    for name in [*sorted({k[2] for k in cases}), "all"]:
        own = [c for k, c in cases.items() if name in (k[2], "all")]
        best = [c for c in own if "oracle-rows" in c]
        parts = [x for x in layers if name in (x["network"], "all")]
        weight = sum(x["time_us"] for x in parts)
        of_ideal = lambda planner: [100 * c["accelerator-only"]["conv_ms"] / c[planner]["conv_ms"] /
                                    (1 + c["accelerator-only"]["conv_ms"] / c["cpu-only"]["conv_ms"]) for c in own]
        beyond = lambda other, some: [100 * (c["cosched-rows"]["latency_ms"] / c[other]["latency_ms"] - 1) for c in some]
        error = [100 * (c["cosched-rows"]["predicted_ms"] / c["cosched-rows"]["latency_ms"] - 1) for c in own]
        regret = beyond("oracle-rows", best)
        rows.append((name, len(own), f"{mean(of_ideal('cosched')):.1f}", f"{mean(of_ideal('cosched-rows')):.1f}",
                     f"{min(of_ideal('cosched-rows')):.1f}", f"{mean(beyond('cosched', own)):+.2f}", len(best),
                     f"{mean(regret):.2f}" if best else "", f"{max(regret):.2f}" if best else "",
                     f"{mean(c['cosched']['idle_mean'] for c in own):.1f}",
                     f"{mean(c['cosched-rows']['idle_mean'] for c in own):.2f}",
                     f"{sum(x['idle'] * x['time_us'] for x in parts) / weight:.2f}" if parts else "",
                     f"{mean(x['waiting'] for x in parts):.2f}" if parts else "",
                     f"{mean(100 * abs(x['predicted_us'] / x['time_us'] - 1) for x in parts):.2f}" if parts else "",
                     f"{max(error, key=abs):+.2f}"))
    return "With rows shared (`schedule.share_rows`), in per cent:\n\n" + table(
        ("", "cases", "of ideal: steps", "rows", "worst", "network's time, beside steps", "with an oracle of rows", "regret",
         "worst", "idle: steps", "rows", "weighted by time", "of it, waiting for the other side", "prediction of a layer",
         "of a network, worst"), rows)


def weighted(layers):
    shared = [x for x in layers if x["unit_channels"] > 0 < x["core_channels"]]
    whole = sum(x["time_us"] for x in shared)
    return sum(x["idle"] * x["time_us"] for x in shared) / whole if whole else 0.0


def network_table(cases):
    rows = []
    for network in sorted({key[2] for key in held(cases)}):
        own = [facts(c) for k, c in held(cases).items() if k[2] == network]
        rows.append((network, f"{mean(f['regret'] for f in own):.2f}", f"{max(f['regret'] for f in own):.2f}",
                     f"{mean(f['regret_unit'] for f in own):.1f}", f"{mean(f['regret_cores'] for f in own):.0f}",
                     f"{max((abs(f['error']), f['error']) for f in own)[1]:+.2f}",
                     f"{mean(100 * f['conv'] / f['ideal'] for f in own):.1f}",
                     f"{mean(100 * f['best_conv'] / f['ideal'] for f in own):.1f}",
                     f"{mean(f['idle'] for f in own):.1f}", f"{mean(f['best_idle'] for f in own):.1f}"))
    return table(("network", "regret %", "worst %", "accelerator-only %", "cpu-only %", "worst prediction %",
                  "of ideal %", "oracle of ideal %", "idle %", "oracle idle %"), rows)


def band_table(cases, wait):
    rows = []
    for board in BOARDS:
        for pes in PES:
            own = [facts(c) for k, c in cases.items() if k[0] == board and k[1] == pes and k[3] == wait]
            if not own:
                continue
            inside = sum(PUBLISHED_SPEEDUP[0] <= f["conv"] <= PUBLISHED_SPEEDUP[1] for f in own)
            saved = sum(PUBLISHED_SAVING[0] <= f["saving"] <= PUBLISHED_SAVING[1] for f in own)
            rows.append((board, pes, f"{min(f['conv'] for f in own):.2f}-{max(f['conv'] for f in own):.2f}",
                         f"{min(f['ideal'] for f in own):.2f}-{max(f['ideal'] for f in own):.2f}",
                         f"{min(f['speedup'] for f in own):.2f}-{max(f['speedup'] for f in own):.2f}",
                         f"{inside} of {len(own)}",
                         f"{min(f['saving'] for f in own):.1f} to {max(f['saving'] for f in own):.1f}",
                         f"{saved} of {len(own)}"))
    return table(("board", "PEs", "convolutions", "ideal", "whole network", "in 1.18-2.00", "energy saved %",
                  "in 14.9-49.7"), rows)


def idle_table(layers, published):
    rows = []
    for board in BOARDS:
        for pes in PES:
            own = [x for x in layers if x["board"] == board and int(x["pes"]) == int(pes)
                   and x["unit_channels"] > 0 < x["core_channels"]]
            theirs = [p["idle_percent"] for p in published if p["board"] == board and int(p["pes"]) == int(pes)]
            if own:
                rows.append((board, pes, len(own), f"{mean(x['idle'] for x in own):.2f}", f"{weighted(own):.2f}",
                             f"{max(x['idle'] for x in own):.1f}", ", ".join(f"{x:.2f}" for x in theirs)))
    return table(("board", "PEs", "layers", "idle %, mean", "weighted by time", "worst", "published (two layers)"), rows)


CAUSES = ("compute", "transfer", "coherence", "synchronisation", "waiting")


def loss_table(losses):
    """What the convolutions take beyond the ideal, in per cent of it, by cause."""
    def row(name, own):
        ideal = sum(x["ideal_ms"] for x in own)
        cells = [f"{100 * sum(x[f'{cause}_ms'] for x in own) / ideal:.2f}" for cause in CAUSES]
        over = 100 * (sum(x["taken_ms"] for x in own) / ideal - 1)
        return (name, len(own), f"{mean(100 * x['ideal_ms'] / x['taken_ms'] for x in own):.1f}", f"{over:.2f}", *cells)

    rows = [row(network, [x for x in losses if x["network"] == network]) for network in sorted({x["network"] for x in losses})]
    rows += [row(f"{pes} PEs", own) for pes in PES if (own := [x for x in losses if int(x["pes"]) == int(pes)])]
    rows.append(row("all", losses))
    return table(("", "cases", "of ideal %, mean", "over the ideal %", "compute", "memory", "coherence", "synchronisation",
                  "waiting for the other side"), rows)


def dots(path, title, cases, value, band, wait):
    networks = sorted({key[2] for key in cases})
    width, height, left, top = 900, 360, 60, 40
    points = [(networks.index(k[2]), BOARDS.index(k[0]), k[1], value(facts(c)), k)
              for k, c in cases.items() if k[3] == wait]
    if not points:
        return
    low = min([band[0], *(p[3] for p in points)]) if band else min(0, *(p[3] for p in points))
    high = max([band[1], *(p[3] for p in points)]) if band else max(p[3] for p in points)
    high += 0.05 * (high - low or 1)
    y = lambda v: top + (height - top - 50) * (high - v) / (high - low)
    x = lambda n, b: left + (width - left - 20) * (n + 0.15 + 0.2 * b) / len(networks)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
           f'font-size="12"><rect width="100%" height="100%" fill="white"/>'
           f'<text x="{left}" y="20" font-size="14">{title}</text>']
    if band:
        out.append(f'<rect x="{left}" y="{y(band[1]):.1f}" width="{width - left - 20}" '
                   f'height="{y(band[0]) - y(band[1]):.1f}" fill="#eeeeee"/>'
                   f'<text x="{width - 130}" y="{y(band[1]) + 14:.1f}">published band</text>')
    for i in range(6):
        v = low + (high - low) * i / 5
        out.append(f'<line x1="{left}" x2="{width - 20}" y1="{y(v):.1f}" y2="{y(v):.1f}" stroke="#cccccc"/>'
                   f'<text x="{left - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:.2f}</text>')
    for i, network in enumerate(networks):
        out.append(f'<text x="{x(i, 1.5):.1f}" y="{height - 30}" text-anchor="middle">{network}</text>')
    for n, b, pes, v, key in sorted(points):
        out.append(f'<circle cx="{x(n, b):.1f}" cy="{y(v):.1f}" r="4" fill="{COLOURS[pes]}"><title>'
                   f'{key[0]}, {pes} PEs: {v:.3f}</title></circle>')
    for i, pes in enumerate(PES):
        out.append(f'<circle cx="{left + 80 * i + 5}" cy="{height - 12}" r="4" fill="{COLOURS[pes]}"/>'
                   f'<text x="{left + 80 * i + 14}" y="{height - 8}">{pes} PEs</text>')
    out.append(f'<text x="{left + 260}" y="{height - 8}">left to right: {", ".join(BOARDS)}</text></svg>')
    path.write_text("\n".join(out) + "\n")


MARK = "<!-- made by study.py -->\n"


def coverage(cases):
    """Which of the study's cases the files have, by network and wait policy."""
    import study

    rows = []
    for network in study.NETWORKS:
        cells = []
        for wait in study.WAITS:
            there = sum(k[2] == network and k[3] == wait for k in cases)
            cells.append(f"{there} of {len(BOARDS) * len(PES)}")
        rows.append((network, *cells))
    return table(("cases", *(f"waiting by {wait}" for wait in study.WAITS)), rows)


def status(cases, layers, shared_rows, losses, rtl):
    text = coverage(cases) + "\n"
    for wait in ("interrupt", "polling"):
        own = {k: c for k, c in cases.items() if k[3] == wait}
        if own:
            text += f"Waiting by {wait}: " + summary(own, *([x for x in part if x["wait"] == wait] for part in (layers, shared_rows))) + "\n"
    if losses:
        text += "What the convolutions take beyond the ideal, in per cent of it, by cause:\n\n" + loss_table(losses) + "\n"
    if rtl:
        worst = max((abs(x["off_percent"]) for x in rtl))
        text += f"{len(rtl)} cases again with the RTL: at most {worst:.2f} % apart (asked for: 1 %).\n"
    return text


def write(folder):
    runs, layers, rtl = load(folder / "runs.csv"), load(folder / "layers.csv"), load(folder / "rtl.csv")
    losses, shared_rows = load(folder / "losses.csv"), load(folder / "rows.csv")
    published = load(folder / "published_idle.csv")
    cases = by_case(runs)
    text = "# Tables of results/cosched_boards\n\nMade by study.py from runs.csv and layers.csv.\n\n"
    for wait in ("interrupt", "polling"):
        own = {k: c for k, c in cases.items() if k[3] == wait}
        if not own:
            continue
        own_layers = [x for x in layers if x["wait"] == wait]
        text += f"## Waiting by {wait}\n\n{summary(own, own_layers, [x for x in shared_rows if x['wait'] == wait])}\n"
        text += "By network: regret and what one side alone loses against the oracle, means over boards and PEs.\n\n"
        text += network_table(own) + "\nSpeed-up over accelerator-only, energy saved; least to most over the networks.\n\n"
        text += band_table(cases, wait) + "\nIdle share of co-executed layers.\n\n" + idle_table(own_layers, published) + "\n"
        if own_losses := [x for x in losses if x["wait"] == wait]:
            text += "What the convolutions take beyond the ideal, in per cent of it, by cause (losses.py).\n\n"
            text += loss_table(own_losses) + "\n"
    if rtl:
        text += "## The same cases with the RTL\n\n" + table(
            ("board", "PEs", "network", "wait", "model ms", "RTL ms", "off %"),
            [(x["board"], int(x["pes"]), x["network"], x["wait"], x["model_ms"], x["rtl_ms"], f"{x['off_percent']:+.2f}")
             for x in rtl])
    (folder / "report.md").write_text(text)
    page = folder / "README.md"
    head, _, rest = page.read_text(encoding="utf-8").split(MARK)
    page.write_text(head + MARK + status(cases, layers, shared_rows, losses, rtl) + MARK + rest, encoding="utf-8")
    dots(folder / "speedup.svg", "Convolutions: speed-up of co-scheduling over the accelerator alone", cases,
         lambda f: f["conv"], PUBLISHED_SPEEDUP, "interrupt")
    dots(folder / "energy.svg", "Energy saved by co-scheduling, percent (polling baseline)", cases,
         lambda f: f["saving"], PUBLISHED_SAVING, "polling")
    dots(folder / "regret.svg", "Regret of co-scheduling against the oracle, percent", cases, lambda f: f.get("regret", 0.0), None,
         "interrupt")
