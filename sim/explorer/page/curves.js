// Curves as SVG. A chart is built once and then only its paths change, so that a drag costs little.

import { draw, make } from "/page/dom.js";

const NARROW = 520;

/** Places at least a gap apart and as near as can be to those wanted (pool adjacent violators). */
export function spread(wanted, gap, low, high) {
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

/** Round steps that cover a span with about as many as wanted. */
export function ticks(low, high, wanted = 6) {
  const rough = (high - low) / wanted || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

const short = (value) => Number(value.toPrecision(6)).toString().replace("-", "\u2212");

/** The name of a line with its last value: a share as a whole number, a difference with its sign. */
export function last({ name, values }, { difference, factor = 100 }) {
  const value = factor * values.at(-1);
  if (!difference) return `${name} ${short(Math.round(value))}\u00a0%`;
  const points = Number(value.toFixed(1));
  return `${name} ${points > 0 ? "+" : ""}${points === 0 ? 0 : points.toFixed(1).replace("-", "\u2212")}`;
}

/**
 * A chart of several lines over the quarters.
 *
 * `update` takes { title, unit, factor, difference, series: [{ name, colour, ink, dash, values,
 * low, high, base }], low, high }: values of a line, its band, and the baseline's middle.
 */
export class Chart {
  constructor(place, { months, facts, height = 340, small = false, name }) {
    this.months = months;
    this.facts = months.findIndex((month) => month > facts);
    this.height = height;
    this.small = small;
    this.svg = draw("svg", { role: "img", class: small ? "chart small" : "chart", preserveAspectRatio: "xMidYMid meet" });
    this.name = name;
    this.layers = Object.fromEntries(["grid", "bands", "base", "lines", "names", "mark"].map((each) => [each, draw("g", { class: `layer-${each}` })]));
    this.svg.append(...Object.values(this.layers));
    this.frame = make("div", { class: "chart-frame" }, this.svg);
    place.append(this.frame);
    this.width = 0;
    this.paths = [];
    new ResizeObserver(() => {
      if (Math.abs(this.frame.clientWidth - this.width) > 1 && this.last) this.update(this.last, true);
    }).observe(this.frame);
  }

  measure() {
    const width = Math.max(220, this.frame.clientWidth || 640);
    if (width === this.width) return false;
    this.width = width;
    this.right = this.small ? 8 : width < NARROW ? 10 : 190;
    this.box = { left: this.small ? 40 : 44, top: this.small ? 8 : 20, right: width - this.right, bottom: this.height - 24 };
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", this.height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
    return true;
  }

  x(q) { return this.box.left + ((this.box.right - this.box.left) * q) / (this.months.length - 1); }

  y(value) { return this.box.bottom - ((this.box.bottom - this.box.top) * (value - this.low)) / (this.high - this.low); }

  /** The axis: fixed for levels; for differences round, and while a hand drags only ever wider. */
  scale(view) {
    if (view.reach) return view.reach;
    if (!view.difference && view.high !== undefined) return [view.low ?? 0, view.high];
    let low = 0, high = 0;
    for (const each of view.series) {
      for (const values of [each.values, each.low, each.high, each.base]) {
        if (!values) continue;
        for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
      }
    }
    const least = view.least ?? 0.01;
    if (high - low < least) { const more = (least - high + low) / 2; low -= more; high += more; }
    const f = view.factor ?? 1, marks = ticks(low * f, high * f, this.small ? 3 : 6);
    low = marks[0] / f;
    high = marks.at(-1) / f;
    if (view.held && this.difference === view.difference && this.high !== undefined) {
      low = Math.min(low, this.low);
      high = Math.max(high, this.high);
    }
    return [low, high];
  }

  update(view, resized = false) {
    this.last = view;
    const changed = this.measure() || resized;
    const [low, high] = this.scale(view);
    const key = `${low} ${high} ${view.unit} ${view.difference}`;
    if (changed || key !== this.key) {
      [this.low, this.high, this.difference, this.key] = [low, high, view.difference, key];
      this.grid(view);
      if (this.marked !== undefined) this.mark(this.marked);
    }
    this.lines(view);
    this.names(view);
    if (!view.held) this.svg.setAttribute("aria-label", `${this.name || ""} ${view.title || ""}`.trim());
  }

  grid(view) {
    const { box } = this, f = view.factor ?? 1, parts = [];
    for (const mark of ticks(this.low * f, this.high * f, this.small ? 3 : 6)) {
      const value = mark / f;
      if (value < this.low - 1e-12 || value > this.high + 1e-12) continue;
      const y = this.y(value);
      parts.push(draw("line", { x1: box.left, x2: box.right, y1: y, y2: y, class: view.difference && mark === 0 ? "zero" : "rule" }));
      const sign = view.difference && mark > 0 ? "+" : "";
      parts.push(draw("text", { x: box.left - 5, y: y + 3.5, class: "tick end" }, sign + short(mark)));
    }
    const every = this.small || this.width < NARROW ? 4 : 2;
    this.months.forEach((month, q) => {
      const year = Number(month.slice(0, 4));
      if (month.slice(5) === "12" && year % every === 1) parts.push(draw("text", { x: this.x(q), y: box.bottom + 16, class: "tick middle" }, String(year)));
    });
    if (this.facts > 0) {
      const x = this.x(this.facts - 0.5);
      parts.push(draw("line", { x1: x, x2: x, y1: box.top, y2: box.bottom, class: "facts" }));
      if (!this.small) parts.push(draw("text", { x: x - 6, y: box.top - 5, class: "tick end" }, "dated facts"), draw("text", { x: x + 6, y: box.top - 5, class: "tick" }, "simulated"));
    }
    this.layers.grid.replaceChildren(...parts);
  }

  path(values) {
    let d = "";
    for (let q = 0; q < values.length; q += 1) d += `${q ? "L" : "M"}${this.x(q).toFixed(1)} ${this.y(values[q]).toFixed(1)}`;
    return d;
  }

  area(low, high) {
    let d = "";
    for (let q = 0; q < low.length; q += 1) d += `${q ? "L" : "M"}${this.x(q).toFixed(1)} ${this.y(high[q]).toFixed(1)}`;
    for (let q = low.length - 1; q >= 0; q -= 1) d += `L${this.x(q).toFixed(1)} ${this.y(low[q]).toFixed(1)}`;
    return `${d}Z`;
  }

  lines(view) {
    const shape = view.series.map((each) => each.id).join(" ");
    if (shape !== this.shape) {
      this.shape = shape;
      this.paths = view.series.map((each) => ({
        band: draw("path", { fill: each.colour, class: "band" }),
        base: draw("path", { stroke: each.colour, class: "base" }),
        line: draw("path", { stroke: each.colour, class: "line", "stroke-dasharray": each.dash.map((n) => 2 * n).join(" ") || null, "data-line": each.id }),
      }));
      for (const name of ["bands", "base", "lines"]) {
        const kind = name === "bands" ? "band" : name === "lines" ? "line" : "base";
        this.layers[name].replaceChildren(...this.paths.map((each) => each[kind]));
      }
    }
    view.series.forEach((each, n) => {
      const { band, base, line } = this.paths[n];
      line.setAttribute("d", this.path(each.values));
      band.setAttribute("d", each.low && each.band !== false ? this.area(each.low, each.high) : "");
      base.setAttribute("d", each.base ? this.path(each.base) : "");
    });
  }

  /** A line at the month that is spoken of. */
  mark(q) {
    this.marked = q;
    const x = this.x(q);
    this.layers.mark.replaceChildren(draw("line", { x1: x, x2: x, y1: this.box.top, y2: this.box.bottom, class: "at" }));
  }

  /** The name of each line at its end, with its last value. */
  names(view) {
    if (this.small || this.width < NARROW) { this.layers.names.replaceChildren(); return; }
    const ends = view.series.map((each) => this.y(each.values.at(-1)));
    const placed = spread(ends, 15, this.box.top + 6, this.box.bottom - 2);
    if (this.layers.names.childElementCount !== view.series.length || this.named !== this.shape) {
      this.named = this.shape;
      this.layers.names.replaceChildren(...view.series.map((each) => draw("text", { fill: each.ink, class: "name" }, "")));
    }
    view.series.forEach((each, n) => {
      const text = this.layers.names.children[n];
      text.setAttribute("x", this.box.right + 8);
      text.setAttribute("y", placed[n] + 4);
      text.textContent = last(each, view);
    });
  }
}
