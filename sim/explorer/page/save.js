// Taking along what is shown: the scenario, the numbers, the picture, and a line to cite.

import { make } from "/page/dom.js";

export function save(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const a = make("a", { href: address, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Rows as CSV. A cell that a spreadsheet would run as a formula is marked as text. */
export function csv(rows) {
  const cell = (value) => {
    let text = String(value ?? "");
    if (/^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && !/^[+-]?[\d.,]/.test(text))) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

const STYLE = `text { font-family: "DejaVu Sans", Verdana, sans-serif; } .rule { stroke: #e4e8ec; } .zero { stroke: #6b7682; }
.facts { stroke: #aab3bd; stroke-dasharray: 2 3; } .tick { font-size: 11px; fill: #55606c; } .end { text-anchor: end; }
.middle { text-anchor: middle; } .line { fill: none; stroke-width: 2.2; } .base { fill: none; stroke-width: 1.1; stroke-dasharray: 2 3; }
.band { opacity: .1; } .name { font-size: 12px; } .title { font-size: 14px; font-weight: 600; fill: #1d242c; } .cite { font-size: 9px; fill: #55606c; }`;

/** A chart as a picture of its own: with its title above and the line to cite below. */
export function drawing(svg, title, cite) {
  const ns = "http://www.w3.org/2000/svg";
  const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
  const room = Math.floor(width / 5.4), lines = [];
  for (let text = cite; text;) {
    let cut = text.length <= room ? text.length : text.lastIndexOf(" ", room);
    if (cut <= 0) cut = room;
    lines.push(text.slice(0, cut));
    text = text.slice(cut).trim();
  }
  const whole = document.createElementNS(ns, "svg"), bottom = height + 34 + 12 * lines.length;
  whole.setAttribute("xmlns", ns);
  whole.setAttribute("width", width);
  whole.setAttribute("height", bottom);
  whole.setAttribute("viewBox", `0 0 ${width} ${bottom}`);
  const add = (name, attributes, text) => {
    const element = document.createElementNS(ns, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    whole.append(element);
    return element;
  };
  add("style", {}, STYLE);
  add("rect", { width, height: bottom, fill: "#fff" });
  add("text", { x: 8, y: 18, class: "title" }, title);
  const inside = add("g", { transform: "translate(0 26)" });
  for (const child of svg.children) inside.append(child.cloneNode(true));
  lines.forEach((text, n) => add("text", { x: 8, y: height + 40 + 12 * n, class: "cite" }, text));
  return new XMLSerializer().serializeToString(whole);
}

export async function png(name, text, width) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.max(1, Math.min(3, 2400 / width));
  const canvas = make("canvas", { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) });
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  save(`${name}.png`, blob);
}

/** The numbers of a chart: what is shown, level and difference, beside the baseline. */
export function table(answer, baseline, known, id, lines) {
  const rows = [["group", "line", "month", "baseline_p50", "p50", "p05", "p95", "difference_mean", "difference_p05", "difference_p95", "difference_se", "runs"]];
  for (const { look, line } of lines) {
    const level = answer.level(id, line), diff = answer.diff(id, line), base = baseline.level(id, line)[0];
    known.months.forEach((month, q) => rows.push([id, look.id, month, base[q], ...level.map((each) => each?.[q] ?? ""), ...diff.map((each) => each?.[q] ?? ""), answer.head.runs ?? 16]));
  }
  return rows;
}

export function cite(known, link) {
  return `${known.program}, seed ${known.seed}, ${known.runs} runs; sim explore #${link}; read on ${new Date().toISOString().slice(0, 10)}`;
}
