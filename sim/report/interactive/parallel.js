// ---- Parallel coordinates ------------------------------------------------------------------------

const TICKS = 100;  // steps of a limit from one end of an axis to the other

/** Points as lines over their factors and outcomes; limits on any axis choose among them. */
class Parallel extends Chart {
  get walks() { return "point read out"; }

  stops() { return Math.max(this.open().length, 1); }

  /** Two limits an axis, reached with the Tab key and moved with the arrow keys. */
  below() {
    const { axes, lines } = this.spec;
    this.ends = axes.map((axis, k) => {
      const values = lines.map((line) => line[k]).filter((value) => value !== null);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return low < high ? [low, high] : [low - 0.5, high + 0.5];
    });
    this.limits = axes.map(() => [0, TICKS]);
    this.inputs = axes.map((axis, k) => ["from", "to"].map((word, side) => make("input", {
      type: "range", min: 0, max: TICKS, step: 1, value: side * TICKS, "aria-label": `${axis.name}, ${word}`,
      oninput: () => this.limit(k, side, Number(this.inputs[k][side].value)),
    })));
    this.said = axes.map(() => make("output"));
    const groups = axes.map((axis, k) => make("fieldset", { class: "kit-limits" }, make("legend", {}, axis.name), ...this.inputs[k], this.said[k]));
    const reset = button("Show all points", () => {
      this.limits = axes.map(() => [0, TICKS]);
      this.moved();
    });
    this.found = make("p", { class: "note", role: "status" });
    return [make("details", { class: "kit-brush", open: matchMedia("(min-width: 62rem)").matches }, make("summary", {}, "Choose points by limits"),
      make("p", { class: "note" }, "Move the ends of any axis; only points inside all limits stay coloured. In the drawing an axis can be dragged too."),
      make("div", { class: "kit-axes" }, ...groups), reset), this.found];
  }

  limit(k, side, value) {
    const pair = this.limits[k];
    pair[side] = side ? Math.max(value, pair[0]) : Math.min(value, pair[1]);
    this.moved();
  }

  moved() {
    this.fillTable();
    this.slider.max = this.stops() - 1;
    this.at = 0;
    this.render();
    this.point(0, true);
  }

  bounds(k) {
    const [low, high] = this.ends[k];
    return this.limits[k].map((part) => low + (high - low) * part / TICKS);
  }

  /** Points inside all limits. */
  open() {
    const slack = this.ends.map(([low, high]) => 1e-9 * (high - low));
    const bounds = this.spec.axes.map((_, k) => this.bounds(k));
    const whole = this.limits.map(([from, to]) => from === 0 && to === TICKS);
    return this.spec.lines.map((_, n) => n).filter((n) => this.spec.lines[n].every((value, k) =>
      whole[k] || (value !== null && value >= bounds[k][0] - slack[k] && value <= bounds[k][1] + slack[k])));
  }

  text(k, value) {
    const axis = this.spec.axes[k];
    if (value === null) return "–";
    if (axis.words) return axis.words[Math.round(value)];
    return `${value.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "\u2212")}${axis.unit ? ` ${axis.unit}` : ""}`;
  }

  words(at) {
    const n = this.open()[at];
    if (n === undefined) return ["No point is inside all limits"];
    return [this.spec.labels[n], ...this.spec.axes.map((axis, k) => `${axis.name} ${this.text(k, this.spec.lines[n][k])}`)];
  }

  table(raw) {
    const { axes, lines, labels, what } = this.spec;
    const said = (value, k) => (raw && !axes[k].words ? value ?? "" : this.text(k, value));
    return [[what, ...axes.map((axis) => axis.name)], ...this.open().map((n) => [labels[n], ...lines[n].map(said)])];
  }

  /** From pale to dark by the outcome that is chosen. */
  shade(value) {
    const { at, colour } = this.view, [low, high] = this.ends[at], part = value === null ? 0 : (value - low) / (high - low);
    const channel = (from) => Math.round(226 + (parseInt(colour.slice(from, from + 2), 16) - 226) * (0.12 + 0.88 * part)).toString(16).padStart(2, "0");
    return `#${channel(1)}${channel(3)}${channel(5)}`;
  }

  paint(add, width, top, svg, whole) {
    const { axes, lines } = this.spec, { at } = this.view, open = this.open(), set = new Set(open);
    // Without room for names above the axes, numbers stand there and the names below.
    const narrow = width < 620 || (width - 140) / Math.max(axes.length - 1, 1) < 80, left = narrow ? 30 : 70, right = width - (narrow ? 30 : 70);
    const room = (right - left) / Math.max(axes.length - 1, 1) - 8;
    const heads = axes.map((axis, k) => wrap(axis.name, Math.max(70, k % (axes.length - 1) ? room : Math.min(room, 2 * left - 12)), 11));
    const high = top + 20 + 14 * (narrow ? 2 : Math.max(...heads.map((head) => head.length))), floor = high + (narrow ? 260 : 330);
    const x = (k) => left + (right - left) * k / Math.max(axes.length - 1, 1);
    const y = (value, k) => floor - (floor - high) * (value - this.ends[k][0]) / (this.ends[k][1] - this.ends[k][0]);
    const path = (line) => line.map((value, k) => (value === null ? "" : `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(value, k).toFixed(1)}`)).join("").replace(/^L/, "M");
    lines.forEach((line, n) => { if (!set.has(n)) add("path", { d: path(line), fill: "none", stroke: RULE, "stroke-width": 0.6, "stroke-opacity": 0.6 }); });
    const order = [...open].sort((a, b) => lines[a][at] - lines[b][at]);
    for (const n of order) add("path", { d: path(lines[n]), fill: "none", stroke: this.shade(lines[n][at]), "stroke-width": 1.3, class: "kit-line" });
    axes.forEach((axis, k) => {
      add("line", { x1: x(k), x2: x(k), y1: high, y2: floor, stroke: INK, "stroke-width": k === at ? 2 : 1 });
      const head = narrow ? [String(k + 1)] : heads[k];
      head.forEach((line, row) => add("text", { x: x(k), y: high - 10 - 14 * (head.length - 1 - row), "text-anchor": "middle", "font-size": 11, "font-weight": k === at ? 700 : 600, fill: INK }, line));
      const ticks = axis.words ? axis.words.map((_, n) => n) : steps(this.ends[k][0], this.ends[k][1], 4);
      for (const value of ticks) add("text", { x: x(k) + (k === axes.length - 1 ? 5 : -5), y: y(value, k) + 4, "text-anchor": k === axes.length - 1 ? "start" : "end", "font-size": 10, fill: INK, stroke: "#fff", "stroke-width": 3, "paint-order": "stroke" }, axis.words ? clip(axis.words[value], 90) : plainNumber(value));
      const [from_, to] = this.bounds(k);
      if (this.limits[k][0] > 0 || this.limits[k][1] < TICKS) add("rect", { x: x(k) - 5, width: 10, y: y(to, k), height: Math.max(y(from_, k) - y(to, k), 2), fill: INK, "fill-opacity": 0.25, class: "kit-limit" });
    });
    if (narrow) axes.forEach((axis, k) => add("text", { x: 8, y: floor + 24 + 15 * k, "font-size": 11, fill: INK }, `${k + 1}  ${clip(axis.name, width - 40)}`));
    this.tell(open, axes);
    if (!whole) this.drag(svg, width, x, high, floor, y, add, path);
    return floor + 16 + (narrow ? 15 * axes.length + 10 : 0);
  }

  /** Say how many points are chosen, and what they give. */
  tell(open, axes) {
    const { at } = this.view, values = open.map((n) => this.spec.lines[n][at]).filter((value) => value !== null).sort((a, b) => a - b);
    const middle = values.length ? (values[Math.floor((values.length - 1) / 2)] + values[Math.ceil((values.length - 1) / 2)]) / 2 : null;
    this.found.textContent = values.length
      ? `${open.length} of ${this.spec.lines.length} points: ${axes[at].name} from ${this.text(at, values[0])} to ${this.text(at, values.at(-1))}, middle ${this.text(at, middle)}.`
      : `No point of ${this.spec.lines.length} is inside all limits.`;
    axes.forEach((_, k) => {
      const [from, to] = this.bounds(k);
      this.said[k].textContent = `${this.text(k, from)} to ${this.text(k, to)}`;
      this.inputs[k].forEach((input, side) => {
        input.value = this.limits[k][side];
        input.setAttribute("aria-valuetext", this.text(k, this.bounds(k)[side]));
      });
    });
  }

  /** Drag along an axis to limit it; elsewhere the nearest line is read out. */
  drag(svg, width, x, high, floor, y, add, path) {
    const glow = add("path", { fill: "none", stroke: INK, "stroke-width": 2.5, visibility: "hidden" });
    this.mark = () => {
      const n = this.open()[this.at], awake = document.activeElement === this.slider || !this.tip.hidden;
      if (n !== undefined) glow.setAttribute("d", path(this.spec.lines[n]));
      glow.setAttribute("visibility", awake && n !== undefined ? "visible" : "hidden");
    };
    const place = (event) => {
      const frame = svg.getBoundingClientRect(), over = (event.clientX - frame.left) * width / frame.width;
      const gaps = this.spec.axes.map((_, k) => Math.abs(x(k) - over)), k = gaps.indexOf(Math.min(...gaps));
      const down = (event.clientY - frame.top) * width / frame.width;
      return { k, near: gaps[k] < 14, part: Math.round(TICKS * Math.min(Math.max((floor - down) / (floor - high), 0), 1)) };
    };
    svg.addEventListener("pointerdown", (event) => {
      const begin = place(event);
      if (!begin.near || event.pointerType === "touch") return;
      const end = (later) => {
        const { part } = place(later);
        removeEventListener("pointerup", end);
        this.limits[begin.k] = Math.abs(part - begin.part) < 2 ? [0, TICKS] : [Math.min(part, begin.part), Math.max(part, begin.part)];
        this.moved();
      };
      addEventListener("pointerup", end);
    });
    this.follow(svg, width, (over, down) => {
      const open = this.open();
      if (!open.length || down < high || down > floor) return null;
      const last = this.spec.axes.length - 1, k = Math.min(Math.max(Math.floor(last * (over - x(0)) / (x(last) - x(0) || 1)), 0), Math.max(last - 1, 0));
      const part = last ? (over - x(k)) / (x(k + 1) - x(k)) : 0;
      const gap = (n) => {
        const [a, b] = [this.spec.lines[n][k], this.spec.lines[n][Math.min(k + 1, last)]];
        return a === null || b === null ? Infinity : Math.abs(y(a, k) + (y(b, Math.min(k + 1, last)) - y(a, k)) * part - down);
      };
      const at = open.reduce((best, n, place_) => (gap(n) < gap(open[best]) ? place_ : best), 0);
      return gap(open[at]) < 40 ? { at } : null;
    });
  }
}

