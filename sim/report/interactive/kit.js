// What a page gains where scripts run. Without this file the page is whole: everything here is
// added to what stands there, and nothing is loaded.
// 1. Helpers  2. Numbers  3. Saving  4. Tables  5. Figures  6. Curves  7. Map of nations  8. Start

// ---- 1. Helpers ------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const INK = "#1d242c", QUIET = "#5d6875", RULE = "#c9d0d8";
const FONT = '"DejaVu Sans", Verdana, system-ui, sans-serif';

/** Make an element; text only ever becomes text, so that no title can bring elements along. */
function make(name, attributes = {}, ...inside) {
  return dress(document.createElement(name), attributes, inside);
}

function draw(name, attributes = {}, ...inside) {
  return dress(document.createElementNS(SVG, name), attributes, inside);
}

function dress(element, attributes, inside) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside);
  return element;
}

let count = 0;
const fresh = (word) => `kit-${word}-${(count += 1)}`;
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);

const button = (text, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, text);

function choice(label, options, onchange) {
  const select = make("select", { id: fresh("choice"), onchange: () => onchange(select.value) });
  for (const [name, entries] of options) {
    const into = name ? make("optgroup", { label: name }) : select;
    for (const [value, text] of entries) into.append(make("option", { value }, text));
    if (name) select.append(into);
  }
  return { select, field: field(label, select) };
}

const field = (text, control) => make("div", { class: "kit-field" }, make("label", { for: control.id }, text), control);

// ---- 2. Numbers ------------------------------------------------------------------------------

/** Whole per cent as the rest of the page writes it: ties go to the even number. */
function number(share) {
  if (share > 0 && share <= 0.005) return "<1";
  if (share >= 0.995 && share < 1) return ">99";
  const percent = Math.round(share * 1e4) / 100, floor = Math.floor(percent);
  const rest = Math.round((percent - floor) * 100);
  return String(rest === 50 ? floor + (floor % 2) : Math.round(percent));
}

const percent = (share) => `${number(share)}\u00a0%`;

function between(low, high) {
  const ends = [number(low), number(high)];
  if (ends[0] === ends[1]) return ends[0];
  return ends.join(ends[1].startsWith(">") ? " to " : "–");
}

const month = (text) => text.replace("-", "\u2011");
const serial = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5)) - 1;

/** The number that a cell begins with, for sorting; none is null. */
function leading(text) {
  const plain = text.replace(/[\u2212\u2011]/g, "-").replace(/[\u00a0,]/g, "").trim();
  const found = /^([<>]?)\s*([+-]?\d*\.?\d+(?:e[+-]?\d+)?)/i.exec(plain);
  if (!found) return null;
  const value = Number(found[2]);
  if (found[1] === "<") return value - 0.5 * Math.abs(value);
  return found[1] === ">" ? value + 0.5 : value;
}

// ---- 3. Saving -------------------------------------------------------------------------------

function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Rows as CSV. A cell that a spreadsheet would run as a formula is marked as text. */
function csv(rows) {
  const cell = (value) => {
    let text = String(value ?? "");
    if (/^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && !/^[+-]?[\d.,]/.test(text))) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

const saveCsv = (name, rows) => save(`${name}.csv`, csv(rows), "text/csv;charset=utf-8");

async function savePng(name, address, width, height) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const scale = Math.max(1, Math.min(3, 2400 / width));
  const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((made) => save(`${name}.png`, made), "image/png");
}

const written = (drawing) => new XMLSerializer().serializeToString(drawing);
const addressOf = (text) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;

function saveDrawing(name, drawing, kind) {
  const text = written(drawing);
  if (kind === "svg") return save(`${name}.svg`, text, "image/svg+xml");
  return savePng(name, addressOf(text), Number(drawing.getAttribute("width")), Number(drawing.getAttribute("height")));
}

// ---- 4. Tables -------------------------------------------------------------------------------

const MANY = 8;

/** The words of a cell, and apart from them its interval in small figures. */
function parts(cell) {
  const small = [...cell.querySelectorAll("small")].map((part) => part.textContent.trim()).join(" ");
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("small, svg, .kit-arrow").forEach((part) => part.remove());
  return [copy.textContent.replace(/\s+/g, " ").trim(), small];
}

function tableRows(table) {
  const rows = [...table.rows].map((row) => [...row.cells].flatMap((cell) => {
    const span = Array.from({ length: cell.colSpan - 1 }, () => ["", ""]);
    return [parts(cell), ...span];
  }));
  const width = Math.max(...rows.map((row) => row.length));
  const split = Array.from({ length: width }, (_, at) => rows.slice(1).some((row) => row[at]?.[1]));
  return rows.map((row, line) => row.flatMap(([text, small], at) => {
    if (!split[at]) return [[text, small].filter(Boolean).join(" ")];
    return line === 0 ? [text, `${text}: ${small || "interval"}`] : [text, small];
  }));
}

function nameOf(element) {
  const region = element.closest("[aria-label]");
  const head = element.closest("section, main")?.querySelector("h2, h1");
  return region?.getAttribute("aria-label") || head?.textContent || "table";
}

function improveTable(table, page) {
  const body = table.tBodies[0], head = table.tHead?.rows[0];
  if (!body || !head) return;
  const name = nameOf(table);
  const bar = make("div", { class: "kit-bar", role: "group", "aria-label": `${name}: tools` });
  const plain = table.tBodies.length === 1 && !table.querySelector("tbody [rowspan], tbody [colspan]:not([colspan='1'])");
  const first = [...body.rows];
  if (plain && first.length > 1) sortable(table, head, body, first);
  if (plain && first.length > MANY) bar.append(...searchable(first, name));
  bar.append(button("Download CSV", () => saveCsv(`${page}-${slug(name)}`, tableRows(table))));
  const frame = table.closest(".scroll") || table;
  // A search stands before what it searches; a button alone stands below.
  if (bar.querySelector("input")) frame.before(bar);
  else frame.after(bar);
}

function sortable(table, head, body, first) {
  [...head.cells].forEach((cell, at) => {
    if (!cell.textContent.trim() || cell.classList.contains("strip")) return;
    const arrow = make("span", { class: "kit-arrow", "aria-hidden": "true" });
    const push = button("", () => {
      const now = cell.getAttribute("aria-sort");
      const keys = first.map((row) => parts(row.cells[at])[0]);
      const numbers = keys.map(leading);
      const known = keys.filter((key) => key && key !== "–");
      const numeric = known.length > 0 && numbers.filter((value) => value !== null).length >= 0.6 * known.length;
      // Large numbers and early letters come first; a third push brings the old order back.
      const order = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
      const next = now === null ? order[0] : now === order[0] ? order[1] : null;
      for (const other of head.cells) other.removeAttribute("aria-sort");
      if (next) cell.setAttribute("aria-sort", next);
      const turn = next === "descending" ? -1 : 1;
      const place = (i, j) => {
        if (!next) return i - j;
        const [a, b] = numeric ? [numbers[i], numbers[j]] : [keys[i] || null, keys[j] || null];
        if (a === null || b === null) return (a === null) - (b === null) || i - j;
        return turn * (numeric ? a - b : a.localeCompare(b, "en", { numeric: true })) || i - j;
      };
      body.append(...first.map((_, i) => i).sort(place).map((i) => first[i]));
    });
    push.append(...cell.childNodes, arrow);
    cell.append(push);
  });
  table.classList.add("kit-sorts");
}

function searchable(rows, name) {
  const said = make("span", { class: "kit-count", role: "status" }, `${rows.length} rows`);
  const texts = rows.map((row) => row.textContent.toLowerCase().replace(/\s+/g, " "));
  const box = make("input", {
    type: "search", "aria-label": `Search ${name}`, placeholder: "Search rows",
    oninput: () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        found += !row.hidden;
      });
      said.textContent = words.length ? `${found} of ${rows.length} rows` : `${rows.length} rows`;
    },
  });
  return [box, said];
}

// ---- 5. Figures ------------------------------------------------------------------------------

function improveFigure(figure, page) {
  const image = figure.querySelector("img");
  if (!image || !image.src.startsWith("data:image/svg+xml;base64,")) return;
  const name = `${page}-${slug(figure.querySelector("h3")?.textContent || image.alt.split(/[.:]/)[0] || "figure")}`;
  const text = () => Uint8Array.from(atob(image.src.split(",")[1]), (sign) => sign.charCodeAt(0));
  const bar = make("div", { class: "kit-bar", role: "group", "aria-label": `${image.alt.slice(0, 80)}: tools` },
    button("Download SVG", () => save(`${name}.svg`, text(), "image/svg+xml")),
    button("Download PNG", () => savePng(name, image.src, image.naturalWidth, image.naturalHeight)));
  const numbers = nearestTable(figure);
  if (numbers) {
    bar.append(button("Show as table", () => {
      numbers.closest("details")?.setAttribute("open", "");
      const frame = numbers.closest(".scroll") || numbers;
      frame.setAttribute("tabindex", "0");
      frame.scrollIntoView({ block: "center" });
      frame.focus({ preventScroll: true });
    }));
  }
  figure.append(bar);
}

/** The table that stands with a figure in its section, else the first one after it. */
function nearestTable(figure) {
  const after = (table) => figure.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING;
  const tables = [...document.querySelectorAll("main table")];
  const before = tables.filter((table) => !after(table) && table.closest("section") === figure.closest("section"));
  return before.at(-1) || tables.find(after);
}

// ---- 6. Curves -------------------------------------------------------------------------------

/** Places at least a gap apart and as near as can be to those wanted (pool adjacent violators). */
function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i] - wanted[j]);
  const step = Math.min(gap, (high - low) / Math.max(order.length - 1, 1));
  const pools = [];
  order.forEach((i, rank) => {
    let mean = wanted[i] - step * rank, size = 1;
    while (pools.length && pools.at(-1)[0] > mean) {
      const [other, weight] = pools.pop();
      mean = (mean * size + other * weight) / (size + weight);
      size += weight;
    }
    pools.push([mean, size]);
  });
  const level = pools.flatMap(([mean, size]) => Array(size).fill(mean));
  const last = high - step * (order.length - 1);
  const placed = [];
  order.forEach((i, rank) => { placed[i] = Math.min(Math.max(level[rank], low), last) + step * rank; });
  return placed;
}

function wrap(text, width, size) {
  const room = Math.floor(width / (0.58 * size)), lines = [""];
  for (const word of text.split(" ")) {
    if ((lines.at(-1) + word).length > room && lines.at(-1)) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines;
}

/** What is chosen, as lines to draw: name, look, and low, middle, high in each month. */
function seriesOf(data, metric, group) {
  const nation = data.nations.values[group];
  const share = data.metrics[0];
  if (nation && metric.id === "share") {
    return { months: data.nations.months, lines: data.nations.lines, values: nation, about: share.about };
  }
  return { months: metric.months, lines: metric.lines, values: metric.values[group], about: metric.about };
}

function lookOf(data, id) {
  return data.looks[id] || { name: "Median", colour: "#2f5d8a", ink: "#2f5d8a", dash: [] };
}

const NARROW = 630;  // pixels below which there is no room for names beside the curves

class Curves {
  constructor(place, data) {
    this.data = data;
    this.place = place;
    this.metric = data.metrics[0];
    this.group = data.groups[0];
    this.hidden = new Set();
    this.band = true;
    this.thin = true;
    this.build();
    this.change();
    new ResizeObserver(() => {
      if (Math.abs(this.paper.clientWidth - this.width) > 1) this.render();
    }).observe(this.paper);
  }

  build() {
    const { data } = this;
    const nations = Object.keys(data.nations.values).map((code) => [code, data.called[code]]);
    nations.sort((a, b) => a[1].localeCompare(b[1], "en"));
    this.groups = choice("Group", [
      ["Groups", data.groups.map((id) => [id, data.called[id]])],
      ...(nations.length ? [["Nations", nations]] : []),
    ], (value) => { this.group = value; this.change(); });
    this.metrics = choice("Shown", [["", data.metrics.map((each) => [each.id, each.title])]],
      (value) => { this.metric = data.metrics.find((each) => each.id === value); this.change(); });
    const tick = (key, text) => {
      const box = make("input", { type: "checkbox", checked: true, onchange: () => { this[key] = box.checked; this.render(); } });
      return make("label", { class: "kit-tick" }, box, ` ${text}`);
    };
    this.title = make("h3", { class: "kit-title" });
    this.about = make("p", { class: "note" });
    this.paper = make("div", { class: "paper kit-chart" });
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": "Month read out", oninput: () => this.point(Number(this.slider.value)) });
    this.legend = make("div", { class: "kit-legend", role: "group", "aria-label": "Lines: choose, and read at the month" });
    this.when = make("output");
    this.live = make("p", { class: "kit-hidden", role: "status", "aria-live": "polite" });
    this.tip = make("div", { class: "kit-tip", "aria-hidden": "true", hidden: true });
    this.slider.addEventListener("focus", () => this.wake(true));
    this.slider.addEventListener("blur", () => this.wake(false));
    this.view = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Curves as a table", hidden: true, id: fresh("view") });
    const toggle = button("Show as table", () => {
      this.view.hidden = !this.view.hidden;
      toggle.setAttribute("aria-expanded", String(!this.view.hidden));
      toggle.textContent = this.view.hidden ? "Show as table" : "Hide table";
    }, { "aria-expanded": "false", "aria-controls": this.view.id });
    this.place.append(make("figure", { class: "kit-figure" },
      make("div", { class: "kit-controls" }, this.groups.field, this.metrics.field,
        tick("band", "Band of 5 to 95 % of runs"),
        ...(data.reference ? [tick("thin", `Thin lines: ${data.reference.name}`)] : [])),
      this.title, this.about, this.paper,
      make("label", { class: "kit-slide" }, make("span", {}, "Month"), this.slider, this.when),
      this.legend, this.live,
      make("div", { class: "kit-bar", role: "group", "aria-label": "Curves: tools" }, toggle,
        button("Download CSV", () => saveCsv(this.file(), this.rows())),
        button("Download SVG", () => saveDrawing(this.file(), this.drawing(1000, true), "svg")),
        button("Download PNG", () => saveDrawing(this.file(), this.drawing(1000, true), "png"))),
      this.view));
  }

  file() {
    return `${this.data.name}-${slug(this.group)}-${slug(this.metric.id)}`;
  }

  select(group) {
    this.groups.select.value = group;
    this.group = group;
    this.change();
  }

  /** Take up another group or metric: a nation has its main ecosystems alone. */
  change() {
    const { data } = this;
    const isNation = !data.groups.includes(this.group);
    for (const option of this.metrics.select.options) option.disabled = isNation && option.value !== "share";
    if (isNation && this.metric.id !== "share") {
      this.metric = data.metrics[0];
      this.metrics.select.value = "share";
    }
    const made = seriesOf(data, this.metric, this.group);
    this.about_ = made.about;
    this.months = made.months;
    this.lines = made.lines.map((id, at) => {
      const [low, middle, high] = made.values[at].map((row) => row.map((value) => value / 1e4));
      return { id, look: lookOf(data, id), low, middle, high };
    });
    this.slider.max = this.months.length - 1;
    const before = this.at === undefined ? undefined : this.month;
    const near = this.months.findIndex((each) => each >= before);
    this.at = before === undefined || near < 0 ? this.months.length - 1 : near;
    this.slider.value = this.at;
    this.title.textContent = this.finding();
    this.about.textContent = `${data.called[this.group]}. ${this.about_}: median and 5 to 95 % of runs.${this.reference() ? ` Thin lines: median of ${data.reference.name}, the same random draws with other policies.` : ""}`;
    this.fillLegend();
    this.fillTable();
    this.render();
    this.point(this.at);
  }

  get month() { return this.months[this.at]; }

  /** One sentence that says what the curves show. */
  finding() {
    const { data, lines } = this, end = this.months.length - 1;
    if (this.metric.id === "share" && data.findings[this.group]) return data.findings[this.group];
    const line = [...lines].sort((a, b) => b.middle[end] - a.middle[end])[0];
    const size = `${percent(line.middle[end])} (5–95 %: ${between(line.low[end], line.high[end])})`;
    const where = data.called[this.group], when = this.months[end];
    if (lines.length === 1) return `${this.metric.title}, ${where}: ${size} in ${when}`;
    return `${where}, ${when}: ${line.look.name} is the largest, ${size}`;
  }

  /** Medians of the reference, where what is chosen has them. */
  reference() { return this.metric.id === "share" ? this.data.reference?.values[this.group] : undefined; }

  shown() { return this.lines.filter((line) => !this.hidden.has(line.id)); }

  render() {
    this.width = this.paper.clientWidth;
    if (!this.width) return;
    this.paper.parentElement.classList.toggle("kit-named", this.width >= NARROW);
    this.chart = this.drawing(Math.max(280, this.width - 10), false);
    this.paper.replaceChildren(this.chart, this.tip);
    this.mark();
  }

  /** The chart as a drawing of its own; whole, with title and source, where it is to be saved. */
  drawing(width, whole) {
    const { data } = this, narrow = width < NARROW - 10;
    const lines = this.shown();
    const heads = whole ? wrap(this.finding(), width - 32, 17) : [];
    const box = {
      left: 52, right: width - (narrow ? 56 : 258),
      top: 34 + (whole ? 24 * heads.length + 24 : 0), height: narrow ? 300 : 400,
    };
    box.bottom = box.top + box.height;
    const height = box.bottom + 34 + (whole ? 44 : 0);
    const times = this.months.map(serial);
    const [first, last] = [times[0], Math.max(times.at(-1), times[0] + 1)];
    const most = Math.max(0.05, ...this.lines.flatMap((line) => (this.band ? line.high : line.middle)));
    const top = Math.min(1, Math.ceil(most * 10 + 0.2) / 10);
    const x = (time) => box.left + (box.right - box.left) * (time - first) / (last - first);
    const y = (share) => box.bottom - box.height * Math.min(share, top) / top;
    const svg = draw("svg", {
      xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": `${this.finding()}. The slider below reads the values out, the table holds all.`,
      "font-family": FONT, "font-size": 12, fill: INK,
    });
    const add = (name, attributes, ...inside) => svg.appendChild(draw(name, attributes, ...inside));
    if (whole) add("rect", { width, height, fill: "#fff" });
    heads.forEach((line, row) => add("text", { x: 16, y: 28 + 24 * row, "font-size": 17, "font-weight": 700 }, line));
    if (whole) add("text", { x: 16, y: 28 + 24 * heads.length, fill: QUIET }, `${data.title}. ${data.called[this.group]}. ${this.metric.title}, share of developers.`);
    // Axes: few and quiet ticks, and the month in which facts end.
    const years = (last - first) / 12, gap = Math.max(1, Math.round(years / ((box.right - box.left) / 70)));
    for (let share = 0; share <= top + 0.001; share += top > 0.5 ? 0.2 : 0.1) {
      add("line", { x1: box.left, x2: box.right, y1: y(share), y2: y(share), stroke: RULE, "stroke-width": 0.8 });
      add("text", { x: box.left - 7, y: y(share) + 4, "text-anchor": "end", fill: QUIET }, `${Math.round(100 * share)} %`);
    }
    for (let year = Math.ceil(first / 12); 12 * year <= last; year += gap) {
      add("line", { x1: x(12 * year), x2: x(12 * year), y1: box.bottom, y2: box.bottom + 4, stroke: RULE });
      add("text", { x: x(12 * year), y: box.bottom + 20, "text-anchor": "middle", fill: QUIET }, String(year));
    }
    const facts = serial(data.facts);
    if (first <= facts && facts < last) {
      add("line", { x1: x(facts), x2: x(facts), y1: box.top - 14, y2: box.bottom, stroke: QUIET, "stroke-dasharray": "2 3" });
      const flip = x(facts) > (box.left + box.right) / 2;
      add("text", { x: x(facts) + (flip ? -5 : 5), y: box.top - 8, "font-size": 11, fill: QUIET, "text-anchor": flip ? "end" : "start" }, `facts end ${data.facts}`);
    }
    const path = (values) => values.map((value, at) => `${at ? "L" : "M"}${x(times[at]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    if (this.band) {
      for (const line of lines) {
        const back = [...line.low.keys()].reverse().map((at) => `L${x(times[at]).toFixed(1)} ${y(line.low[at]).toFixed(1)}`).join("");
        add("path", { d: `${path(line.high)}${back}Z`, fill: line.look.colour, "fill-opacity": 0.1, class: "kit-band" });
        for (const edge of [line.low, line.high]) add("path", { d: path(edge), fill: "none", stroke: line.look.colour, "stroke-width": 0.7, "stroke-opacity": 0.45 });
      }
    }
    const reference = this.thin && this.reference();
    if (reference) {
      const when = data.reference.months.map(serial);
      for (const line of lines) {
        const d = reference[this.lines.indexOf(line)].map((value, at) => `${at ? "L" : "M"}${x(when[at]).toFixed(1)} ${y(value / 1e4).toFixed(1)}`).join("");
        add("path", { d, fill: "none", stroke: line.look.ink, "stroke-width": 0.9, class: "kit-reference" });
      }
    }
    for (const line of lines) {
      const dash = line.look.dash.length ? line.look.dash.map((part) => 2.4 * part).join(" ") : undefined;
      add("path", { d: path(line.middle), fill: "none", stroke: line.look.colour, "stroke-width": 2.4, "stroke-dasharray": dash, class: "kit-line", "data-line": line.id });
    }
    this.ends(add, lines, box, y, narrow);
    if (whole) {
      const drawn = reference ? ` Thin lines: median of ${data.reference.name}.` : "";
      add("text", { x: 16, y: height - 28, "font-size": 11, fill: QUIET }, `Lines: median of the runs.${this.band ? " Bands: 5 to 95 % of runs." : ""}${drawn} Conditional on this scenario and model; not a forecast.`);
      add("text", { x: 16, y: height - 12, "font-size": 11, fill: QUIET }, `${data.source}.`);
    } else {
      svg.append(draw("g", { class: "kit-cursor" }));
      svg.addEventListener("pointerleave", () => this.wake(document.activeElement === this.slider));
      svg.addEventListener("pointermove", (event) => {
        this.wake(true);
        const frame = svg.getBoundingClientRect();
        const time = first + (last - first) * ((event.clientX - frame.left) * width / frame.width - box.left) / (box.right - box.left);
        const near = times.reduce((best, each, at) => (Math.abs(each - time) < Math.abs(times[best] - time) ? at : best), 0);
        if (near !== this.at) this.point(near);
      });
      this.scale = { x, y, box, times };
    }
    return svg;
  }

  /** Name the lines where they end. */
  ends(add, lines, box, y, narrow) {
    const end = this.months.length - 1;
    const places = spread(lines.map((line) => -y(line.middle[end])), 17, -box.bottom, -box.top).map((place) => -place);
    const single = this.lines.length === 1;
    lines.forEach((line, row) => {
      const place = places[row], fill = line.look.ink;
      add("path", { d: `M${box.right + 2} ${y(line.middle[end])}L${box.right + 11} ${place}`, stroke: line.look.colour, fill: "none" });
      if (narrow) {
        add("text", { x: box.right + 14, y: place + 4, fill, "font-weight": 700 }, percent(line.middle[end]));
        return;
      }
      add("text", { x: box.right + 15, y: place + 4, fill, "font-weight": 700 }, single ? "Median" : line.look.name);
      add("text", { x: box.right + 198, y: place + 4, fill, "font-weight": 700, "text-anchor": "end" }, percent(line.middle[end]));
      add("text", { x: box.right + 206, y: place + 4, fill: QUIET, "font-size": 11 }, between(line.low[end], line.high[end]));
    });
    if (narrow || !lines.length) return;
    const head = Math.min(...places) - 15;
    add("text", { x: box.right + 198, y: head, fill: QUIET, "font-size": 11, "text-anchor": "end" }, "median");
    add("text", { x: box.right + 206, y: head, fill: QUIET, "font-size": 11 }, "5–95 %");
  }

  fillLegend() {
    this.readings = new Map();
    const items = this.lines.map((line) => {
      const box = make("input", {
        type: "checkbox", checked: !this.hidden.has(line.id),
        onchange: () => {
          if (box.checked) this.hidden.delete(line.id); else this.hidden.add(line.id);
          this.render();
          this.point(this.at);
        },
      });
      const dash = line.look.dash.length ? line.look.dash.map((part) => 2.4 * part).join(" ") : undefined;
      const sample = draw("svg", { width: 30, height: 10, "aria-hidden": "true" },
        draw("line", { x1: 0, x2: 30, y1: 5, y2: 5, stroke: line.look.colour, "stroke-width": 3, "stroke-dasharray": dash }));
      const middle = make("b"), band = make("small");
      this.readings.set(line.id, { middle, band });
      return make("label", {}, box, make("span", { class: "kit-sample" }, sample), make("span", { class: "kit-name" }, line.look.name), middle, band);
    });
    this.legend.replaceChildren(...items);
    this.legend.hidden = false;
  }

  /** Read the values out at a month. */
  point(at) {
    this.at = at;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", this.month);
    for (const line of this.lines) {
      const { middle, band } = this.readings.get(line.id);
      middle.textContent = percent(line.middle[at]);
      band.textContent = between(line.low[at], line.high[at]);
    }
    this.when.textContent = month(this.month);
    // Read aloud once the month rests: every step of a hover would be noise.
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      const said = this.ranked().map((line) => `${line.look.name} ${percent(line.middle[at])} (${between(line.low[at], line.high[at])})`);
      this.live.textContent = `${this.month}: ${said.join(", ") || "no line chosen"}`;
    }, 150);
    this.mark();
  }

  /** The lines shown, the largest at the month first. */
  ranked() { return this.shown().sort((a, b) => b.middle[this.at] - a.middle[this.at]); }

  /** Show the reading in the chart, or let it rest. */
  wake(awake) {
    this.awake = awake;
    this.mark();
  }

  mark() {
    const cursor = this.chart?.querySelector(".kit-cursor");
    if (!cursor) return;
    cursor.replaceChildren();
    this.tip.hidden = !this.awake;
    if (!this.awake) return;
    const { x, y, box, times } = this.scale, across = x(times[this.at]);
    cursor.append(draw("line", { x1: across, x2: across, y1: box.top, y2: box.bottom, stroke: INK, "stroke-opacity": 0.5 }),
      ...this.shown().map((line) => draw("circle", { cx: across, cy: y(line.middle[this.at]), r: 4, fill: line.look.colour, stroke: "#fff", "stroke-width": 1.2 })));
    this.tip.replaceChildren(make("b", {}, month(this.month)), ...this.ranked().map((line) => make("div", {},
      make("span", { class: "chip", style: `background:${line.look.colour}` }), make("span", {}, line.look.name),
      make("b", {}, percent(line.middle[this.at])), make("small", {}, between(line.low[this.at], line.high[this.at])))));
    const flip = across > (box.left + box.right) / 2;
    this.tip.style.left = flip ? "auto" : `${across + 18}px`;
    this.tip.style.right = flip ? `${this.paper.clientWidth - across + 8}px` : "auto";
  }

  rows() {
    const head = ["group", "metric", "line", "month", "p05", "median", "p95"];
    const name = (line) => (this.lines.length > 1 ? line.look.name : this.metric.title);
    return [head, ...this.lines.flatMap((line) => this.months.map((when, at) =>
      [this.data.called[this.group], this.metric.title, name(line), when, line.low[at], line.middle[at], line.high[at]]))];
  }

  fillTable() {
    const ends = this.months.map((when, at) => [when, at]).filter(([when, at]) => when.endsWith("-12") || at === this.months.length - 1);
    const single = this.lines.length === 1;
    const heads = this.lines.map((line) => make("th", { scope: "col", class: "number" }, single ? this.metric.title : line.look.name));
    this.view.replaceChildren(make("table", {},
      make("caption", {}, `${this.data.called[this.group]}: median and, in small figures, 5 to 95 % of runs`),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Month"), ...heads)),
      make("tbody", {}, ...ends.map(([when, at]) => make("tr", {}, make("th", { scope: "row" }, month(when)),
        ...this.lines.map((line) => make("td", { class: "number" }, percent(line.middle[at]), make("small", {}, between(line.low[at], line.high[at]))))))))); 
  }
}

// ---- 7. Map of nations -----------------------------------------------------------------------

const WIDE = 60, TALL = 30;
const SHORT = 20;  // nations that a list on a phone shows unasked
const LOW = 0, MIDDLE = 1, HIGH = 2, MEAN = 3;

class Nations {
  constructor(place, data, curves) {
    Object.assign(this, { place, data, curves, known: data.nations });
    const chinese = data.layers.find((layer) => layer.name === "Chinese") || data.layers.at(-1);
    const bloc = (id) => data.nations.lines.filter((line) => data.looks[line].bloc === id);
    this.kinds = [
      { id: "all", title: "All, stacked; value: Chinese", lines: chinese.lines, name: "Chinese" },
      { id: "us", title: "US bloc", lines: bloc("us"), name: "US bloc", colour: data.looks["bloc.us"].colour },
      { id: "cn", title: "Chinese bloc", lines: bloc("cn"), name: "Chinese bloc", colour: data.looks["bloc.cn"].colour },
      ...data.nations.lines.map((id) => ({ id, title: data.looks[id].name, lines: [id], name: data.looks[id].name, colour: data.looks[id].colour })),
    ].filter((kind) => kind.lines.length);
    this.kind = this.kinds[0];
    this.codes = Object.keys(this.known.values);
    // A list says more by value; on a wide screen many nations make a map.
    this.order = matchMedia("(max-width: 62rem)").matches ? "value" : this.codes.length < 12 ? "name" : "map";
    this.build();
    this.fill();
  }

  build() {
    const { data } = this;
    const kinds = choice("Shown", [["", this.kinds.map((kind) => [kind.id, kind.title])]],
      (value) => { this.kind = this.kinds.find((kind) => kind.id === value); this.fill(); });
    const orders = choice("Order", [["", [["map", "as on a map"], ["value", "by value"], ["name", "by name"]]]],
      (value) => { this.order = value; this.fill(); });
    orders.select.value = this.order;
    this.search = make("input", { id: fresh("search"), type: "search", placeholder: "Nation, code or region", oninput: () => this.filter() });
    this.found = make("span", { class: "kit-count", role: "status" });
    this.legend = make("ul", { class: "legend" });
    this.live = make("p", { class: "kit-live", role: "status", "aria-live": "polite" }, "Point at a nation or tap it, or go there with the Tab key and on with the arrow keys.");
    this.go = button("Show its curves", () => {
      this.curves.select(this.chosen);
      this.curves.place.scrollIntoView({ block: "start" });
      this.curves.groups.select.focus({ preventScroll: true });
    }, { hidden: true });
    this.map = make("div", { class: "kit-map", role: "group", "aria-label": "Nations", onkeydown: (event) => this.move(event) });
    this.note = make("p", { class: "note" });
    this.title = make("h3", { class: "kit-title" });
    this.more = button(`Show all ${this.codes.length} nations`, () => {
      this.map.classList.remove("kit-short");
      this.more.hidden = true;
    }, { class: "kit-more", hidden: this.codes.length <= SHORT });
    this.map.classList.toggle("kit-short", this.codes.length > SHORT);
    this.place.append(make("div", { class: "kit-controls" }, kinds.field, orders.field,
      field("Search", this.search), this.found),
    this.title, this.note, this.legend, make("div", { class: "kit-reading" }, this.live, this.go), this.map, this.more,
    make("div", { class: "kit-bar", role: "group", "aria-label": "Nations: tools" },
      button("Download CSV", () => saveCsv(`${data.name}-nations`, this.rows())),
      button("Download SVG", () => saveDrawing(`${data.name}-nations-${this.kind.id}`, this.drawing(), "svg")),
      button("Download PNG", () => saveDrawing(`${data.name}-nations-${this.kind.id}`, this.drawing(), "png"))));
  }

  /** The value of a nation at a month: a median with its interval, or the mean of a sum. */
  value(code, at = this.known.months.length - 1) {
    const rows = this.kind.lines.map((id) => this.known.values[code][this.known.lines.indexOf(id)]).filter(Boolean);
    if (this.kind.lines.length > 1) return { middle: rows.reduce((sum, row) => sum + row[MEAN][at], 0) / 1e4 };
    return { middle: rows[0][MIDDLE][at] / 1e4, low: rows[0][LOW][at] / 1e4, high: rows[0][HIGH][at] / 1e4 };
  }

  words(code) {
    const { middle, low, high } = this.value(code), { data } = this;
    const parts = this.kind.id === "all"
      ? data.layers.map((layer) => `${layer.name} ${percent(this.sum(code, layer.lines))}`).join(", ")
      : `${this.kind.name} ${percent(middle)}`;
    const band = low === undefined ? "means of the runs" : `5 to 95 % of runs: ${between(low, high)}`;
    const each = low !== undefined ? "" : this.kind.lines.filter((id) => this.known.lines.includes(id)).map((id) => {
      const row = this.known.values[code][this.known.lines.indexOf(id)], end = this.known.months.length - 1;
      return `${data.looks[id].name} median ${percent(row[MIDDLE][end] / 1e4)}, 5–95 %: ${between(row[LOW][end] / 1e4, row[HIGH][end] / 1e4)}`;
    }).join("; ");
    return `${month(this.known.months.at(-1))}: ${parts} (${band}${each ? `; ${each}` : ""})`;
  }

  sum(code, lines, at = this.known.months.length - 1) {
    return lines.reduce((total, id) => total + (this.known.values[code][this.known.lines.indexOf(id)]?.[MEAN][at] ?? 0), 0) / 1e4;
  }

  /** The small curve of a nation, from 0 to 100 %. */
  curve(code) {
    const times = this.known.months.map(serial), last = times.at(-1);
    const x = (at) => (WIDE * (times[at] - times[0]) / Math.max(last - times[0], 1)).toFixed(1);
    const y = (share) => (TALL * (1 - Math.min(share, 1))).toFixed(1);
    const path = (values) => values.map((value, at) => `${at ? "L" : "M"}${x(at)} ${y(value)}`).join("");
    const inside = [draw("rect", { width: WIDE, height: TALL, fill: "#fff" })];
    if (this.kind.id === "all") {
      const totals = times.map(() => 0);
      const areas = this.data.layers.map((layer) => {
        times.forEach((_, at) => { totals[at] += this.sum(code, layer.lines, at); });
        return draw("path", { d: `${path(totals)}V${TALL}H0Z`, fill: layer.colour });
      });
      inside.push(...areas.reverse());
    } else {
      const rows = times.map((_, at) => this.value(code, at));
      if (rows[0].low !== undefined) {
        const back = [...rows.keys()].reverse().map((at) => `L${x(at)} ${y(rows[at].low)}`).join("");
        inside.push(draw("path", { d: `${path(rows.map((row) => row.high))}${back}Z`, fill: this.kind.colour, "fill-opacity": 0.25 }));
        inside.push(draw("path", { d: path(rows.map((row) => row.middle)), fill: "none", stroke: this.kind.colour, "stroke-width": 1.8, "vector-effect": "non-scaling-stroke" }));
      } else {
        inside.push(draw("path", { d: `${path(rows.map((row) => row.middle))}V${TALL}H0Z`, fill: this.kind.colour, "fill-opacity": 0.75 }));
      }
    }
    const facts = serial(this.data.facts);
    if (times[0] <= facts && facts < last) {
      const at = (WIDE * (facts - times[0]) / (last - times[0])).toFixed(1);
      const stroke = this.kind.id === "all" ? "#fff" : QUIET;
      inside.push(draw("path", { d: `M${at} 0V${TALL}`, stroke, "stroke-width": 1, "stroke-dasharray": "2 2", "vector-effect": "non-scaling-stroke" }));
    }
    return inside;
  }

  sorted() {
    const { data, known } = this;
    const by = {
      map: (a, b) => known.places[a][0] - known.places[b][0] || known.places[a][1] - known.places[b][1],
      value: (a, b) => this.value(b).middle - this.value(a).middle,
      name: (a, b) => data.called[a].localeCompare(data.called[b], "en"),
    };
    return [...this.codes].sort((a, b) => by[this.order](a, b) || by.name(a, b));
  }

  fill() {
    const { data, known, kind } = this, end = known.months.at(-1);
    const isMap = this.order === "map";
    this.map.classList.toggle("kit-grid", isMap);
    const kept = this.chosen;
    this.tiles = this.sorted().map((code) => {
      const { middle, low, high } = this.value(code);
      const [row, column] = known.places[code];
      return make("button", {
        type: "button", class: "kit-tile", tabindex: -1, "data-code": code, title: data.called[code],
        style: isMap ? `grid-row:${row + 1};grid-column:${column}` : undefined,
        "aria-label": `${data.called[code]}, ${this.words(code)}`,
        onfocus: () => this.read(code), onpointerenter: () => this.read(code), onclick: () => this.read(code), ondblclick: () => this.go.click(),
      }, draw("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...this.curve(code)),
      make("span", { class: "kit-who" }, make("span", { class: "kit-code" }, code), make("span", { class: "kit-full" }, data.called[code])),
      make("span", { class: "kit-value" }, number(middle), make("span", { class: "kit-sign" }, "\u00a0%"), make("small", {}, low === undefined ? "" : ` ${between(low, high)}`)));
    });
    this.map.replaceChildren(...this.tiles);
    const all = kind.id === "all";
    this.legend.replaceChildren(...(all ? data.layers : [{ name: kind.title, colour: kind.colour }]).map((layer) =>
      make("li", {}, make("span", { class: "chip", style: `background:${layer.colour}` }), layer.name)));
    const ranked = [...this.codes].sort((a, b) => this.value(b).middle - this.value(a).middle);
    const ends = [ranked[0], ranked.at(-1)].map((code) => `${percent(this.value(code).middle)} in ${data.called[code]}`);
    this.title.textContent = `${kind.name} share in ${end}: from ${ends[1]} to ${ends[0]}`;
    this.note.textContent = `Each tile runs from ${month(known.months[0])} to ${month(end)} and from 0 to 100 %. ${all ? "Stacked mean shares; the number is the Chinese share" : `The number is the ${kind.lines.length > 1 ? "mean" : "median"} share`} in ${month(end)}, per cent.${!all && kind.lines.length === 1 ? " The band holds 5 to 95 % of runs." : ""} Broken line: facts end.`;
    this.filter();
    if (kept) this.read(kept);
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const tile of this.tiles) {
      const code = tile.dataset.code;
      const text = `${code} ${this.data.called[code]} ${this.known.regions[code]}`.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      tile.classList.toggle("kit-out", !fits);
      tile.disabled = !fits;
      found += fits;
    }
    this.map.classList.toggle("kit-asked", words.length > 0);
    this.found.textContent = words.length ? `${found} of ${this.tiles.length} nations` : `${this.tiles.length} nations`;
    this.rove(this.tiles.find((tile) => !tile.disabled));
  }

  rove(tile) {
    for (const each of this.tiles) each.tabIndex = each === tile ? 0 : -1;
  }

  read(code) {
    this.chosen = code;
    this.live.replaceChildren(make("b", {}, `${this.data.called[code]}`), ` ${this.words(code)}`);
    this.go.hidden = !this.curves;
    for (const tile of this.tiles) tile.classList.toggle("kit-chosen", tile.dataset.code === code);
  }

  /** Arrow keys go to the nearest tile on that side; Home and End to the first and the last. */
  move(event) {
    const here = document.activeElement, open = this.tiles.filter((tile) => !tile.disabled);
    if (!open.includes(here)) return;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    let next = { Home: open[0], End: open.at(-1) }[event.key];
    const way = ways[event.key];
    if (way) {
      const centre = (tile) => { const box = tile.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; };
      const [x, y] = centre(here);
      const cost = (tile) => {
        const [a, b] = centre(tile), along = (a - x) * way[0] + (b - y) * way[1], aside = Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0]);
        return along > 2 ? along + 3 * aside : Infinity;
      };
      next = open.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best), here);
    }
    if (!next) return;
    event.preventDefault();
    this.rove(next);
    next.focus();
  }

  rows() {
    const { data, known } = this;
    const head = ["iso3", "nation", "region", "line", "month", "mean", "p05", "median", "p95"];
    return [head, ...this.codes.flatMap((code) => known.lines.flatMap((id, row) => known.months.map((when, at) => {
      const values = known.values[code][row];
      return [code, data.called[code], known.regions[code], data.looks[id].name, when, ...[MEAN, LOW, MIDDLE, HIGH].map((which) => values[which][at] / 1e4)];
    })))];
  }

  /** The map as one drawing with title and source. */
  drawing() {
    const { data, known } = this, wide = 68, tall = 62, left = 24;
    const isMap = this.order === "map", across = isMap ? 21 : 12;
    const notes = wrap(`${data.title}. ${this.note.textContent}`, across * wide, 12);
    const top = 76 + 16 * notes.length;
    const codes = this.sorted().filter((code) => !this.tiles.find((tile) => tile.dataset.code === code).disabled);
    const place = (code, at) => (isMap ? [known.places[code][0], known.places[code][1] - 1] : [Math.floor(at / across), at % across]);
    const rows = 1 + Math.max(...codes.map((code, at) => place(code, at)[0]));
    const width = 2 * left + across * wide, height = top + rows * tall + 48;
    const svg = draw("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 12, fill: INK },
      draw("rect", { width, height, fill: "#fff" }),
      draw("text", { x: left, y: 34, "font-size": 18, "font-weight": 700 }, this.title.textContent),
      ...notes.map((line, row) => draw("text", { x: left, y: 54 + 16 * row, fill: QUIET }, line)));
    let x = left;
    for (const item of this.legend.children) {
      const name = item.textContent;
      svg.append(draw("rect", { x, y: top - 26, width: 12, height: 12, fill: item.querySelector(".chip").style.backgroundColor }), draw("text", { x: x + 18, y: top - 16 }, name));
      x += 44 + 7 * name.length;
    }
    codes.forEach((code, at) => {
      const [row, column] = place(code, at);
      svg.append(draw("g", { transform: `translate(${left + column * wide} ${top + row * tall})` },
        draw("title", {}, data.called[code]), ...this.curve(code),
        draw("rect", { width: WIDE, height: TALL, fill: "none", stroke: RULE }),
        draw("text", { y: TALL + 14, "font-size": 11, "font-weight": 700 }, code),
        draw("text", { x: WIDE, y: TALL + 14, "font-size": 11, "text-anchor": "end", fill: QUIET }, percent(this.value(code).middle))));
    });
    svg.append(draw("text", { x: left, y: height - 16, "font-size": 11, fill: QUIET }, `${data.source}. Single nations are less certain than groups.`));
    return svg;
  }
}

// ---- 8. Start --------------------------------------------------------------------------------

function cite(line) {
  const push = button("Copy", async () => {
    const text = line.querySelector("span").textContent.replace(/\s+/g, " ").trim();
    try {
      await navigator.clipboard.writeText(text);
      push.textContent = "Copied";
    } catch {
      // Where the clipboard is closed, the line is marked for the reader to copy.
      getSelection().selectAllChildren(line.querySelector("span"));
      push.textContent = "Marked: copy it";
    }
  });
  line.append(" ", push);
}

function start() {
  const block = document.getElementById("kit-data");
  const data = block ? JSON.parse(block.textContent) : null;
  const page = data?.name || slug(document.title) || "report";
  const main = document.querySelector("main");
  main.querySelectorAll("table").forEach((table) => improveTable(table, page));
  main.querySelectorAll("figure").forEach((figure) => improveFigure(figure, page));
  document.querySelectorAll(".cite").forEach(cite);
  if (data) {
    const [one, two] = ["curves", "nations"].map((name) => document.querySelector(`[data-kit="${name}"]`));
    document.documentElement.classList.add("kit");
    const curves = one && new Curves(one, data);
    if (two && Object.keys(data.nations.values).length > 1) new Nations(two, data, curves);
  }
}

start();
