// SPDX-License-Identifier: Apache-2.0
// Draws what the page's JSON says. The JSON holds whole ECharts options; what JSON cannot hold, functions and
// shared rows, it names: "@call:NAME" is a function of `calls`; {"@rows": NAME, "where": [[COLUMN, VALUE], ...]} the
// rows of page.data[NAME], or those of them.
"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page").textContent);
  const root = document.documentElement;
  const charts = new Map(); // figure id to {chart, figure, box}
  const tables = [];
  let selected = null; // indices of page.data.points.rows that a brush holds, or null
  let group = 0; // of page.groups, which all figures show

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const short = (value) => {
    if (typeof value !== "number") return value === null || value === undefined ? "" : String(value);
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e6) return String(value);
    if (size >= 1e6 || size < 1e-3) return value.toExponential(3);
    return String(Number(value.toPrecision(5)));
  };
  // So many decimals for a column of numbers that the middle one of them shows five digits; none where all are whole.
  const decimals = (numbers) => {
    const sizes = numbers.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs).sort((a, b) => a - b);
    if (sizes.length === 0 || numbers.every((value) => typeof value !== "number" || Number.isInteger(value))) return 0;
    return Math.min(12, Math.max(0, 4 - Math.floor(Math.log10(sizes[sizes.length >> 1]))));
  };
  const line = (marker, name, value) => `<div>${marker || ""}${escape(name)}<b style="float:right;margin-left:24px">${escape(value)}</b></div>`;
  const title = (text) => `<div style="font-weight:600;margin-bottom:3px">${escape(text)}</div>`;

  // Every function gets its figure first: figure.extra holds what it needs.
  const calls = {
    // Value: [track, begin us, end us, layer, waiting, then the reasons' us].
    gantt: (figure) => (params, api) => {
      const from = api.coord([api.value(1), api.value(0)]);
      const to = api.coord([api.value(2), api.value(0)]);
      const height = api.size([0, 1])[1] * 0.72;
      const area = params.coordSys;
      const left = Math.max(from[0], area.x);
      const right = Math.min(Math.max(to[0], from[0] + 0.6), area.x + area.width);
      if (right <= left) return null;
      const layer = api.value(3);
      const waiting = api.value(4) === 1;
      const palette = figure.extra.palette;
      const fill = waiting ? css("--quiet") : layer < 0 ? figure.extra.memory : palette[figure.extra.colours[layer] % palette.length];
      // Memory is seldom busy through a whole block: as dark as the part of it in which data moves, and never unseen.
      const busy = api.value(5 + figure.extra.reasons.indexOf("transfer")) / (api.value(2) - api.value(1));
      const opacity = figure.extra.traffic[api.value(0)] ? Math.min(1, Math.max(0.05, busy)) : 1;
      const children = [{ type: "rect", shape: { x: left, y: from[1] - height / 2, width: right - left, height }, style: { fill, opacity } }];
      const label = layer >= 0 && !waiting ? figure.extra.layers[layer] : "";
      if (label && right - left > label.length * 6 + 6)
        children.push({ type: "text", silent: true, style: { text: label, x: left + 4, y: from[1], textVerticalAlign: "middle", fill: "#fff", fontSize: 11 } });
      return { type: "group", children };
    },
    ganttTip: (figure) => (item) => {
      const value = item.value;
      const names = figure.extra.reasons;
      const length = value[2] - value[1];
      let text = title(`${figure.extra.tracks[value[0]]}: ${value[3] >= 0 ? figure.extra.layers[value[3]] : "traffic"}${value[4] === 1 ? " (waits)" : ""}`);
      text += line("", "from", `${short(value[1])} us`) + line("", "for", `${short(length)} us`);
      names.forEach((name, i) => {
        if (value[5 + i] > 0) text += line("", name, `${short(value[5 + i])} us, ${((100 * value[5 + i]) / length).toFixed(1)} %`);
      });
      return text;
    },
    axisTip: (figure) => (items) => {
      const shown = items.filter((item) => (Array.isArray(item.value) ? item.value[1] : item.value) > 0);
      const value = (item) => (Array.isArray(item.value) ? item.value[1] : item.value);
      const all = shown.reduce((sum, item) => sum + value(item), 0);
      const unit = figure.extra && figure.extra.unit ? ` ${figure.extra.unit}` : "";
      let text = title(`${items[0].axisValueLabel || items[0].name}${figure.extra && figure.extra.axisUnit ? " " + figure.extra.axisUnit : ""}`);
      for (const item of shown) text += line(item.marker, item.seriesName, short(value(item)) + unit);
      if (shown.length > 1 && figure.extra && figure.extra.sum) text += line("", "together", short(all) + unit);
      return text;
    },
    // Values named by figure.extra.columns.
    pointTip: (figure) => (item) => {
      if (!Array.isArray(item.value)) return escape(item.name);
      let text = item.name || item.seriesName ? title(item.name || item.seriesName) : "";
      (figure.extra.columns || page.data.points.columns.map((column) => column.name)).forEach((name, i) => {
        if (name && item.value[i] !== undefined) text += line("", name, short(item.value[i]));
      });
      return text;
    },
    short: () => (value) => short(value),
    label: () => (item) => short(Number((Array.isArray(item.value) ? item.value[1] : item.value).toPrecision(3))),
  };

  const revive = (node, figure) => {
    if (typeof node === "string") {
      if (node.startsWith("@call:")) return calls[node.slice(6)](figure);
      return node;
    }
    if (Array.isArray(node)) return node.map((child) => revive(child, figure));
    if (node && node["@rows"]) return ranked(rows(node["@rows"], node.where, !figure.follows), figure.choices);
    if (node && typeof node === "object") return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, revive(child, figure)]));
    return node;
  };
  const rows = (name, where, whole) => {
    let all = page.data[name].rows;
    if (name === "points" && selected && !whole) all = all.filter((_, i) => selected.has(i));
    for (const [column, value] of where || []) all = all.filter((row) => row[column] === value);
    return all;
  };
  // Columns with `choices` as places on an axis that has a mark a choice.
  const ranked = (all, choices) => {
    if (!choices) return all;
    return all.map((row) => row.map((value, column) => (choices[column] ? choices[column].indexOf(value) : value)));
  };

  const theme = () => {
    const ink = css("--ink"), soft = css("--soft"), grid = css("--grid"), card = css("--card"), edge = css("--line");
    const axis = {
      axisLine: { lineStyle: { color: edge } }, axisTick: { lineStyle: { color: edge } }, axisLabel: { color: soft },
      nameTextStyle: { color: soft }, splitLine: { lineStyle: { color: grid } }, minorSplitLine: { lineStyle: { color: grid } },
    };
    return {
      backgroundColor: "transparent", textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      color: page.palette, categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: axis, logAxis: axis,
      legend: { textStyle: { color: ink }, pageTextStyle: { color: soft }, pageIconColor: soft },
      tooltip: { backgroundColor: card, borderColor: edge, textStyle: { color: ink, fontSize: 12.5 }, confine: true },
      visualMap: { textStyle: { color: soft } },
      toolbox: { iconStyle: { borderColor: soft } },
      dataZoom: { borderColor: edge, textStyle: { color: soft }, fillerColor: css("--quiet"), handleStyle: { color: card, borderColor: soft } },
    };
  };

  // What a figure can show of the group chosen.
  const variantsOf = (figure) => figure.variants.filter((variant) => variant.group === undefined || variant.group === group);
  const optionOf = (figure) => (figure.variants ? variantsOf(figure)[figure.variant || 0].option : figure.option);
  const draw = (entry) => {
    const option = revive(optionOf(entry.figure), entry.figure);
    option.animation = false;
    // Themes do not reach these axes. Lines end at their labels, so those stand on ground of their own.
    for (const axis of option.parallelAxis || []) {
      axis.nameTextStyle = { color: css("--ink") };
      axis.axisLabel = { color: css("--ink"), backgroundColor: css("--card"), padding: [1, 3] };
    }
    entry.option = option;
    entry.more = 0;
    entry.chart.setOption(option, { notMerge: true });
    makeRoom(entry);
  };
  // A legend of several lines moves the plot down by as much.
  const makeRoom = (entry) => {
    const { chart, option, box, figure } = entry, legend = chart.getModel().getComponent("legend");
    if (!option.legend || !legend) return;
    const more = Math.max(0, chart.getViewOfComponentModel(legend).group.getBoundingRect().height - 24);
    const height = `${(figure.height || 320) + more}px`;
    if (box.style.height !== height) {
      box.style.height = height;
      chart.resize();
    }
    if (more !== entry.more) chart.setOption({ grid: { top: option.grid.top + more } });
    entry.more = more;
  };
  const create = (entry) => {
    if (entry.chart) entry.chart.dispose();
    entry.chart = echarts.init(entry.box, theme(), { devicePixelRatio: Math.max(2, window.devicePixelRatio) }); // sharp on paper, too
    if (entry.figure.brush) {
      entry.chart.on("brushEnd", (event) => {
        const areas = event.areas || [];
        if (areas.length === 0) return select(null);
        const [x, y] = entry.figure.extra.encode;
        const inside = new Set();
        const [[x0, x1], [y0, y1]] = areas[0].coordRange;
        page.data.points.rows.forEach((row, i) => {
          if (row[x] >= x0 && row[x] <= x1 && row[y] >= y0 && row[y] <= y1) inside.add(i);
        });
        select(inside);
      });
      entry.chart.on("brush", (event) => { if (event.command === "clear" || (event.areas && event.areas.length === 0)) select(null); });
    }
    draw(entry);
  };
  const select = (indices) => {
    if (selected === null && indices === null) return;
    selected = indices;
    for (const entry of charts.values()) if (entry.figure.follows) draw(entry);
    for (const table of tables) table();
  };

  const addTable = (box, figure) => {
    const columns = figure.columns || page.data[figure.rows].columns;
    const filter = make("input");
    filter.setAttribute("aria-label", "filter rows");
    const scroll = make("div", "scroll"), table = make("table"), head = make("tr"), body = make("tbody");
    const pager = make("div", "pager"), count = make("span"), back = make("button", "", "previous"), next = make("button", "", "next");
    const source = () => figure.values || rows(figure.rows, figure.where && figure.where[group]);
    const whole = () => figure.values || rows(figure.rows, figure.where && figure.where[group], true);
    const digits = columns.map((column, i) => (!column.number ? 0 : column.digits !== undefined ? column.digits : decimals((figure.values || page.data[figure.rows].rows).map((row) => row[i]))));
    const text = (value, i) => (columns[i].number && typeof value === "number" ? value.toFixed(digits[i]) : value === null || value === undefined ? "" : String(value));
    // Examples that find something here: a word of the first row, and what is up to the middle of a column.
    const examples = () => {
      const all = whole(), word = columns.findIndex((column) => !column.number), found = [];
      if (all.length > 0 && word >= 0) found.push(String(all[0][word]).split(/\s/)[0]);
      const values = figure.example === undefined ? [] : all.map((row) => row[figure.example]).sort((a, b) => a - b);
      const middle = values[values.length >> 1];
      if (typeof middle === "number") found.push(`${columns[figure.example].name}<=${Number((middle + 0.05 * Math.abs(middle)).toPrecision(2))}`);
      return found.length > 0 ? `filter, e.g. ${found.join(" or ")}` : "filter";
    };
    let exampled = -1; // the group they are of
    let order = figure.sort === undefined ? null : figure.sort, down = false, at = 0;
    const size = figure.size || 20;
    columns.forEach((column, i) => {
      const cell = make("th", column.number ? "number" : "", column.name + " ");
      if (column.unit) cell.append(make("small", "", column.unit));
      cell.tabIndex = 0;
      const sort = () => { down = order === i ? !down : false; order = i; at = 0; show(); };
      cell.addEventListener("click", sort);
      cell.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
      head.append(cell);
    });
    const passes = (typed, complaints) => {
      const terms = typed.trim().split(/\s+/).filter(Boolean).map((term) => {
        const anywhere = (row) => row.some((value) => String(value).toLowerCase().includes(term.toLowerCase()));
        const match = /^(.+?)(<=|>=|<|>|=)(.*)$/.exec(term);
        if (!match) return anywhere;
        const wanted = match[1].toLowerCase(), names = columns.map((column) => column.name.toLowerCase());
        const index = names.includes(wanted) ? names.indexOf(wanted) : names.findIndex((name) => name.startsWith(wanted));
        const bound = match[3], number = Number(bound);
        if (index < 0) {
          complaints.push(`no column ${match[1]}; there are ${columns.map((column) => column.name).join(", ")}`);
          return anywhere;
        }
        if (bound === "") return () => true; // still being typed
        if (match[2] !== "=" && Number.isNaN(number)) complaints.push(`${bound} is no number`);
        const test = { "<": (v) => v < number, ">": (v) => v > number, "<=": (v) => v <= number, ">=": (v) => v >= number, "=": (v) => String(v) === bound || v === number };
        return (row) => row[index] !== null && test[match[2]](row[index]);
      });
      return (row) => terms.every((term) => term(row));
    };
    const show = () => {
      if (exampled !== group) filter.placeholder = examples();
      exampled = group;
      const complaints = [];
      let shown = source().filter(passes(filter.value, complaints));
      if (order !== null) {
        const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
        shown = [...shown].sort((a, b) => (down ? -1 : 1) * compare(a[order], b[order]));
      }
      at = Math.min(at, Math.max(0, Math.floor((shown.length - 1) / size) * size));
      body.replaceChildren(...shown.slice(at, at + size).map((row) => {
        const tr = make("tr", figure.mark !== undefined && row[figure.mark] ? "mark" : "");
        columns.forEach((column, i) => tr.append(make("td", column.number ? "number" : column.long ? "long" : "", text(row[i], i))));
        return tr;
      }));
      [...head.children].forEach((cell, i) => (i === order ? cell.setAttribute("aria-sort", down ? "descending" : "ascending") : cell.removeAttribute("aria-sort")));
      count.textContent = shown.length === 0 ? ["no row", ...complaints].join(": ") : `${at + 1} to ${Math.min(at + size, shown.length)} of ${shown.length}${shown.length < whole().length ? ", filtered" : ""}`;
      back.disabled = at === 0;
      next.disabled = at + size >= shown.length;
      box.dataset.rows = shown.length;
    };
    back.addEventListener("click", () => { at -= size; show(); });
    next.addEventListener("click", () => { at += size; show(); });
    filter.addEventListener("input", () => { at = 0; show(); });
    const thead = make("thead");
    thead.append(head);
    table.append(thead, body);
    scroll.append(table);
    pager.append(filter, count, back, next);
    box.append(scroll, pager);
    tables.push(show);
    show();
  };

  const addFigure = (parent, figure) => {
    const section = make("section", "figure" + (figure.wide ? " wide" : ""));
    section.id = figure.id;
    const head = make("div", "head");
    head.append(make("h2", "", figure.title));
    if (figure.variants && variantsOf(figure).length > 1) {
      const choose = make("select");
      choose.setAttribute("aria-label", `what ${figure.title} shows`);
      variantsOf(figure).forEach((variant, i) => choose.append(new Option(variant.name, i)));
      choose.addEventListener("change", () => { figure.variant = Number(choose.value); draw(charts.get(figure.id)); });
      head.append(choose);
    }
    section.append(head);
    if (figure.text) section.append(make("p", "text", figure.text));
    parent.append(section);
    if (figure.columns || figure.rows) {
      const box = make("div", "table");
      section.append(box);
      addTable(box, figure);
    } else {
      const box = make("div", "chart");
      box.style.height = `${figure.height || 320}px`;
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", `${figure.title}. ${figure.text || ""}`);
      if (figure.least_width) box.style.minWidth = `${figure.least_width}px`; // narrower ones scroll
      const scroll = make("div", "scroll");
      scroll.append(box);
      section.append(scroll);
      const entry = { figure, box, chart: null };
      charts.set(figure.id, entry);
      create(entry);
    }
    const command = make("p", "command");
    command.append(make("code", "", figure.command || page.command));
    section.append(command);
  };

  const setTheme = (name) => {
    root.dataset.theme = name;
    for (const entry of charts.values()) create(entry);
  };

  const header = make("header"), words = make("div");
  words.append(make("h1", "", page.title), make("p", "subtitle", page.subtitle));
  const command = make("p", "command");
  command.append(make("code", "", page.command));
  words.append(command);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const toggle = make("button", "", "light / dark");
  toggle.addEventListener("click", () => setTheme(root.dataset.theme === "dark" ? "light" : "dark"));
  header.append(words, toggle);
  const main = make("main"), facts = make("div", "facts"), figures = make("div", "figures");
  for (const fact of page.facts) {
    const box = make("div", `fact ${fact.mood || ""}`), value = make("b", "", fact.value);
    if (fact.unit) value.append(make("small", "", fact.unit));
    box.append(value, make("span", "", fact.name));
    facts.append(box);
  }
  main.append(facts);
  if (page.short.length > 0) {
    const box = make("div", "short"), list = make("ul");
    box.append(make("h2", "", "In short"));
    for (const sentence of page.short) list.append(make("li", "", sentence));
    box.append(list);
    main.append(box);
  }
  main.append(figures);
  if (page.groups.length > 1) {
    const box = make("label", "groups", "Designs with "), choose = make("select");
    page.groups.forEach((name, i) => choose.append(new Option(name, i)));
    choose.addEventListener("change", () => {
      group = Number(choose.value);
      selected = null;
      for (const entry of charts.values()) draw(entry);
      for (const table of tables) table();
    });
    box.append(choose);
    main.insertBefore(box, figures);
  }
  root.dataset.theme = dark.matches ? "dark" : "light";
  document.body.append(header, main, make("footer", "", page.footer));
  // Two narrow figures share a row; one without a neighbour has it for itself.
  page.figures.forEach((figure, i) => {
    const next = page.figures[i + 1], beside = !figure.wide && i > 0 && page.figures[i - 1].opens;
    figure.opens = !figure.wide && !beside && next !== undefined && !next.wide;
    if (!beside && !figure.opens) figure.wide = true;
    addFigure(figures, figure);
  });

  dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
  window.addEventListener("resize", () => { for (const entry of charts.values()) { entry.chart.resize(); makeRoom(entry); } });
  let before = null;
  window.addEventListener("beforeprint", () => { before = root.dataset.theme; if (before !== "light") setTheme("light"); });
  window.addEventListener("afterprint", () => { if (before !== "light") setTheme(before); });

  // For tests: page.html#check writes what is drawn into the document.
  if (location.hash === "#check") {
    const report = { figures: {}, names: {}, legends: {}, tables: {}, filters: {}, requests: performance.getEntriesByType("resource").length };
    for (const [id, entry] of charts) {
      report.figures[id] = entry.chart.getModel().getSeries().map((series) => {
        const data = series.getData();
        const sum = (dimension) => {
          let all = 0;
          for (let i = 0; i < data.count(); ++i) {
            const value = dimension === undefined ? 0 : data.get(dimension, i);
            if (typeof value === "number" && Number.isFinite(value)) all += value;
          }
          return all;
        };
        const sums = data.dimensions.map(sum);
        let drawn = 0;
        for (let i = 0; i < data.count(); ++i) if (data.getItemGraphicEl(i)) ++drawn;
        return {
          name: series.name, colour: series.getData().getVisual("style").fill, type: series.subType, count: data.count(), drawn, sums,
          x: sum(data.mapDimension("x")), y: sum(data.mapDimension("y")),
        };
      });
    }
    // Whether a name stands at every mark of a figure's categories, and whether its legend stands within the figure.
    for (const [id, entry] of charts) {
      const legend = entry.chart.getModel().getComponent("legend");
      if (legend) report.legends[id] = entry.chart.getViewOfComponentModel(legend).group.getBoundingRect().width <= entry.chart.getWidth();
      const axis = ["xAxis", "yAxis"].map((kind) => entry.chart.getModel().getComponent(kind)).find((model) => model && model.axis && model.axis.type === "category");
      if (axis) report.names[id] = axis.axis.getViewLabels().length === axis.axis.scale.count();
    }
    // What a filter answers when its example, and when an unknown column is typed.
    for (const box of document.querySelectorAll(".table")) {
      const filter = box.querySelector("input"), id = box.parentElement.id;
      const type = (typed) => { filter.value = typed; filter.dispatchEvent(new Event("input")); return Number(box.dataset.rows); };
      const found = filter.placeholder.replace("filter, e.g. ", "").split(" or ").map(type);
      type("no_such_column<5");
      report.filters[id] = { found, complaint: box.querySelector(".pager span").textContent };
      report.tables[id] = type("");
    }
    report.selects = [...document.querySelectorAll("select")].map((box) => box.getAttribute("aria-label") || box.parentElement.firstChild.textContent.trim());
    const lines = charts.get("parallel");
    if (lines) {
      const words = [];
      for (const view of lines.chart.getModel().queryComponents({ mainType: "visualMap" }).map((model) => lines.chart.getViewOfComponentModel(model)))
        view.group.traverse((element) => { if (element.style && element.style.text) words.push(element.style.text); });
      report.scale = words;
    }
    report.ready_ms = performance.now();
    const out = make("pre", "", JSON.stringify(report));
    out.id = "check";
    document.body.append(out);
  }
})();
