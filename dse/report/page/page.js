// SPDX-License-Identifier: Apache-2.0
// Draws what the page's JSON says. The JSON holds whole ECharts options; what JSON cannot hold, functions and
// shared rows, it names: "@call:NAME" is a function of `calls`, "@rows:NAME" the rows of page.data[NAME].
"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page").textContent);
  const root = document.documentElement;
  const charts = new Map(); // figure id to {chart, figure, box}
  const tables = [];
  let selected = null; // indices of page.data.points.rows that a brush holds, or null

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
      const children = [{ type: "rect", shape: { x: left, y: from[1] - height / 2, width: right - left, height }, style: { fill } }];
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
    label: () => (item) => short(Array.isArray(item.value) ? item.value[1] : item.value),
  };

  const revive = (node, figure) => {
    if (typeof node === "string") {
      if (node.startsWith("@call:")) return calls[node.slice(6)](figure);
      if (node.startsWith("@rows:")) return rows(node.slice(6), !figure.follows);
      return node;
    }
    if (Array.isArray(node)) return node.map((child) => revive(child, figure));
    if (node && typeof node === "object") return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, revive(child, figure)]));
    return node;
  };
  // "points", or some of them: "points:9=1&2=\"alexnet\"".
  const rows = (name, whole) => {
    const colon = name.indexOf(":");
    const own = colon < 0 ? name : name.slice(0, colon);
    let all = page.data[own].rows;
    if (own === "points" && selected && !whole) all = all.filter((_, i) => selected.has(i));
    for (const term of colon < 0 ? [] : name.slice(colon + 1).split("&").filter(Boolean)) {
      const equals = term.indexOf("="), column = Number(term.slice(0, equals)), value = JSON.parse(term.slice(equals + 1));
      all = all.filter((row) => row[column] === value);
    }
    return all;
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
      parallelAxis: { nameTextStyle: { color: ink }, axisLabel: { color: ink, textBorderColor: card, textBorderWidth: 3 } }, visualMap: { textStyle: { color: soft } },
      toolbox: { iconStyle: { borderColor: soft } },
      dataZoom: { borderColor: edge, textStyle: { color: soft }, fillerColor: css("--quiet"), handleStyle: { color: card, borderColor: soft } },
    };
  };

  const optionOf = (figure) => (figure.variants ? figure.variants[figure.variant || 0].option : figure.option);
  const draw = (entry) => {
    const option = revive(optionOf(entry.figure), entry.figure);
    option.animation = false;
    entry.chart.setOption(option, { notMerge: true });
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
    filter.placeholder = "filter, e.g. conv or latency<5";
    filter.setAttribute("aria-label", "filter rows");
    const scroll = make("div", "scroll"), table = make("table"), head = make("tr"), body = make("tbody");
    const pager = make("div", "pager"), count = make("span"), back = make("button", "", "previous"), next = make("button", "", "next");
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
    const passes = (text) => {
      const terms = text.trim().split(/\s+/).filter(Boolean).map((term) => {
        const match = /^(.+?)(<=|>=|<|>|=)(.+)$/.exec(term);
        const index = match ? columns.findIndex((column) => column.name.toLowerCase().startsWith(match[1].toLowerCase())) : -1;
        if (index < 0) return (row) => row.some((value) => String(value).toLowerCase().includes(term.toLowerCase()));
        const bound = match[3], number = Number(bound);
        const test = { "<": (v) => v < number, ">": (v) => v > number, "<=": (v) => v <= number, ">=": (v) => v >= number, "=": (v) => String(v) === bound || v === number };
        return (row) => test[match[2]](row[index]);
      });
      return (row) => terms.every((term) => term(row));
    };
    const show = () => {
      const source = figure.values || rows(figure.rows);
      let shown = source.filter(passes(filter.value));
      if (order !== null) {
        const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
        shown = [...shown].sort((a, b) => (down ? -1 : 1) * compare(a[order], b[order]));
      }
      at = Math.min(at, Math.max(0, Math.floor((shown.length - 1) / size) * size));
      body.replaceChildren(...shown.slice(at, at + size).map((row) => {
        const tr = make("tr", figure.mark !== undefined && row[figure.mark] ? "mark" : "");
        columns.forEach((column, i) => tr.append(make("td", column.number ? "number" : column.long ? "long" : "", short(row[i]))));
        return tr;
      }));
      [...head.children].forEach((cell, i) => (i === order ? cell.setAttribute("aria-sort", down ? "descending" : "ascending") : cell.removeAttribute("aria-sort")));
      count.textContent = shown.length === 0 ? "no row" : `${at + 1} to ${Math.min(at + size, shown.length)} of ${shown.length}${shown.length < (figure.values || page.data[figure.rows].rows).length ? ", filtered" : ""}`;
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
    if (figure.variants && figure.variants.length > 1) {
      const choose = make("select");
      choose.setAttribute("aria-label", `what ${figure.title} shows`);
      figure.variants.forEach((variant, i) => choose.append(new Option(variant.name, i)));
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
      section.append(box);
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
  root.dataset.theme = dark.matches ? "dark" : "light";
  document.body.append(header, main, make("footer", "", page.footer));
  for (const figure of page.figures) addFigure(figures, figure);

  dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
  window.addEventListener("resize", () => { for (const entry of charts.values()) entry.chart.resize(); });
  let before = null;
  window.addEventListener("beforeprint", () => { before = root.dataset.theme; if (before !== "light") setTheme("light"); });
  window.addEventListener("afterprint", () => { if (before !== "light") setTheme(before); });

  // For tests: page.html#check writes what is drawn into the document.
  if (location.hash === "#check") {
    const report = { figures: {}, tables: {}, requests: performance.getEntriesByType("resource").length };
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
          name: series.name, type: series.subType, count: data.count(), drawn, sums,
          x: sum(data.mapDimension("x")), y: sum(data.mapDimension("y")),
        };
      });
    }
    for (const box of document.querySelectorAll(".table")) report.tables[box.parentElement.id] = Number(box.dataset.rows);
    report.ready_ms = performance.now();
    const out = make("pre", "", JSON.stringify(report));
    out.id = "check";
    document.body.append(out);
  }
})();
