// What a page gains where scripts run. Without this file the page is whole: everything here is
// added to what stands there, and nothing is loaded. The files beside this one follow it as one
// script: curves.js, tiles.js, charts.js, parallel.js and start.js.
// 1. Helpers  2. Numbers  3. Saving  4. Tables  5. Figures  6. Drawing

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
  const own = figure.querySelector("details.kit-numbers"), numbers = own?.querySelector("table") || nearestTable(figure);
  if (own) bar.append(button("Download CSV", () => saveCsv(name, tableRows(numbers))));
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

// ---- 6. Drawing ------------------------------------------------------------------------------

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

