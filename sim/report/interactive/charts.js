// ---- Charts of other results ---------------------------------------------------------------------

/** What every chart has: choices, a finding as title, a drawing, values read out, table and files.
 *  What it draws comes as views, one a combination of choices, with numbers as they are read. */
class Chart {
  constructor(place, spec, data) {
    Object.assign(this, { place, spec, data, band: true, at: 0 });
    this.chosen = Object.fromEntries(spec.choices.map((one) => [one.id, one.options[0][0]]));
    this.build();
    this.change();
    new ResizeObserver(() => {
      if (Math.abs(this.paper.clientWidth - this.width) > 1) this.render();
    }).observe(this.paper);
  }

  get view() { return this.spec.views[this.spec.choices.map((one) => this.chosen[one.id]).join("|")]; }

  build() {
    const { spec } = this;
    const fields = spec.choices.filter((one) => one.options.length > 1).map((one) => choice(one.label, [["", one.options]], (value) => {
      this.chosen[one.id] = value;
      this.change();
    }).field);
    this.title = make("h3", { class: "kit-title" });
    this.about = make("p", { class: "note" });
    this.paper = make("div", { class: "paper kit-chart" });
    this.tip = make("div", { class: "kit-tip kit-words", "aria-hidden": "true", hidden: true });
    this.live = make("p", { class: "kit-live", role: "status", "aria-live": "polite" });
    this.slider = make("input", { type: "range", min: 0, step: 1, value: 0, "aria-label": `${spec.name}: ${this.walks}`, oninput: () => this.point(Number(this.slider.value)) });
    this.numbers = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${spec.name} as a table`, hidden: true, id: fresh("view") });
    const toggle = button("Show as table", () => {
      this.numbers.hidden = !this.numbers.hidden;
      toggle.setAttribute("aria-expanded", String(!this.numbers.hidden));
      toggle.textContent = this.numbers.hidden ? "Show as table" : "Hide table";
    }, { "aria-expanded": "false", "aria-controls": this.numbers.id });
    const slide = make("label", { class: "kit-slide" }, make("span", {}, "Read out"), this.slider, make("span", {}));
    this.tools = make("div", { class: "kit-bar", role: "group", "aria-label": `${spec.name}: tools` }, toggle,
      button("Download CSV", () => saveCsv(this.file(), this.table(true))),
      button("Download SVG", () => saveDrawing(this.file(), this.drawing(1000, true), "svg")),
      button("Download PNG", () => saveDrawing(this.file(), this.drawing(1000, true), "png")));
    this.place.append(make("figure", { class: "kit-figure", "aria-label": spec.name },
      make("div", { class: "kit-controls" }, ...fields, ...this.extras()),
      this.title, this.about, this.paper, slide, this.live, ...this.below(), this.tools, this.numbers));
  }

  /** Further controls above and below the drawing. */
  extras() { return []; }

  below() { return []; }

  tick(key, text, on = true, then = () => this.render()) {
    this[key] = on;
    const box = make("input", { type: "checkbox", checked: on, onchange: () => { this[key] = box.checked; then(); } });
    return make("label", { class: "kit-tick" }, box, ` ${text}`);
  }

  file() {
    return [this.data.name, slug(this.spec.name), ...this.spec.choices.filter((one) => one.options.length > 1).map((one) => slug(this.chosen[one.id]))].join("-");
  }

  change() {
    const { view } = this;
    this.place.querySelector("figure").classList.toggle("kit-none", !view);
    this.title.textContent = view ? view.title : "Nothing was kept of this choice";
    this.about.textContent = view ? view.about : "Choose another one.";
    if (!view) return this.paper.replaceChildren();
    this.slider.max = Math.max(this.stops() - 1, 0);
    this.fillTable();
    this.render();
    this.point(Math.min(this.at, this.stops() - 1), true);
  }

  /** A value as it is read, in the unit of the view. */
  say(value) {
    const { digits, signed } = this.view;
    if (value === null || value === undefined) return "–";
    const text = Math.abs(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const none = !/[1-9]/.test(text);
    return value < 0 && !none ? `\u2212${text}` : `${signed && !none ? "+" : ""}${text}`;
  }

  interval({ low, middle, high }) {
    const unit = this.view.unit === "%" ? "\u00a0%" : this.view.unit ? ` ${this.view.unit}` : "";
    const span = low === undefined || low === null ? "" : ` (${this.say(low)} to ${this.say(high)})`;
    return middle === null || middle === undefined ? span.trim() : `${this.say(middle)}${unit}${span}`;
  }

  fillTable() {
    const [head, ...rows] = this.table(false);
    const cell = (text, at) => (at ? make("td", { class: /^[<>+\u2212–\d-]/.test(text) ? "number" : "" }, text) : make("th", { scope: "row" }, text));
    this.numbers.replaceChildren(make("table", {}, make("caption", {}, this.view.title),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell))))));
  }

  render() {
    this.width = this.paper.clientWidth;
    if (!this.width || !this.view) return;
    this.chart = this.drawing(Math.max(280, this.width - 10), false);
    this.paper.replaceChildren(this.chart, this.tip);
  }

  /** The chart as a drawing of its own; whole, with title and source, where it is to be saved. */
  drawing(width, whole) {
    const heads = whole ? wrap(this.title.textContent, width - 32, 17) : [];
    const notes = whole ? wrap(this.about.textContent, width - 32, 12) : [];
    const svg = draw("svg", { xmlns: SVG, role: "img", "aria-label": `${this.title.textContent}. The table holds all numbers.`, "font-family": FONT, "font-size": 12, fill: INK });
    const add = (name, attributes, ...inside) => svg.appendChild(draw(name, attributes, ...inside));
    const paper = whole ? add("rect", { width, fill: "#fff" }) : null;
    heads.forEach((line, row) => add("text", { x: 16, y: 28 + 24 * row, "font-size": 17, "font-weight": 700 }, line));
    notes.forEach((line, row) => add("text", { x: 16, y: 26 + 24 * heads.length + 16 * row, fill: QUIET }, line));
    let bottom = this.paint(add, width, whole ? 24 * heads.length + 16 * notes.length + 26 : 0, svg, whole);
    if (whole) {
      bottom += 34;
      add("text", { x: 16, y: bottom - 12, "font-size": 11, fill: QUIET }, `${this.data.title}. ${this.data.source}.`);
      paper.setAttribute("height", bottom);
    }
    for (const [key, value] of Object.entries({ width, height: bottom, viewBox: `0 0 ${width} ${bottom}` })) svg.setAttribute(key, value);
    return svg;
  }

  /** Follow the pointer with what stands where it is. */
  follow(svg, width, find) {
    svg.addEventListener("pointermove", (event) => {
      const frame = svg.getBoundingClientRect();
      const found = find((event.clientX - frame.left) * width / frame.width, (event.clientY - frame.top) * width / frame.width);
      if (found === null) return;
      this.point(found.at, true);
      this.tip.hidden = false;
      this.tip.replaceChildren(...this.words(found.at, found.panel).map((line, row) => make("div", {}, row ? line : make("b", {}, line))));
      const left = event.clientX - this.paper.getBoundingClientRect().left, flip = left > this.width / 2;
      this.tip.style.left = flip ? "auto" : `${left + 16}px`;
      this.tip.style.right = flip ? `${this.width - left + 16}px` : "auto";
      this.tip.style.top = `${event.clientY - this.paper.getBoundingClientRect().top + 14}px`;
    });
    svg.addEventListener("pointerleave", () => { this.tip.hidden = true; });
  }

  /** Read out what stands at a stop of the slider. */
  point(at, quiet = false) {
    this.at = Math.max(at, 0);
    this.slider.value = this.at;
    const [head, ...said] = this.words(this.at);
    this.slider.setAttribute("aria-valuetext", head ?? "");
    this.live.setAttribute("aria-live", quiet ? "off" : "polite");
    this.live.replaceChildren(make("b", {}, `${head ?? ""} `), said.join("; "));
    this.mark?.();
  }
}

/** Round steps that cover a span. */
function steps(low, high, most) {
  const wide = (high - low || 1) / most, power = 10 ** Math.floor(Math.log10(wide));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= wide * 0.999);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(Number((n * step).toPrecision(12)));
  return found;
}

const plainNumber = (value) => value.toLocaleString("en", { maximumFractionDigits: 4 }).replace("-", "\u2212");

const MANY_ROWS = 30;  // rows that are drawn unasked

/** Rows with a middle and an interval, one below the other. */
class Spans extends Chart {
  get walks() { return "row read out"; }

  extras() {
    this.order = "given";
    const orders = choice("Order", [["", [["given", this.spec.order || "by size"], ["name", "by name"]]]], (value) => { this.order = value; this.change(); });
    const many = Math.max(...Object.values(this.spec.views).map((view) => view.rows.length));
    return [orders.field, this.tick("band", this.spec.band || "Intervals"),
      ...(many > MANY_ROWS ? [this.tick("all", `All rows, not ${MANY_ROWS} alone`, false, () => this.change())] : [])];
  }

  sorted() {
    const rows = [...this.view.rows];
    return this.order === "name" ? rows.sort((a, b) => a.name.localeCompare(b.name, "en")) : rows;
  }

  /** Rows that are drawn; the table and the file have all. */
  drawn() { return this.all === false ? this.sorted().slice(0, MANY_ROWS) : this.sorted(); }

  stops() { return this.drawn().length; }

  words(at) {
    const row = this.drawn()[at], { marks } = this.view;
    return row ? [row.name, ...row.marks.map((mark, n) => `${marks[n].name ? `${marks[n].name}: ` : ""}${this.interval(mark)}`), ...(row.note ? [row.note] : [])] : [];
  }

  table(raw) {
    const { marks, unit, rows } = this.view;
    const named = marks.length > 1 || marks[0].name;
    const head = [this.spec.what, ...marks.flatMap((mark) => ["middle", "low", "high"].map((part) => `${named ? `${mark.name}, ` : ""}${part}${unit ? `, ${unit}` : ""}`)), ...(rows.some((row) => row.note) ? ["note"] : [])];
    const said = raw ? (value) => value ?? "" : (value) => this.say(value);
    return [head, ...this.sorted().map((row) => [row.name, ...row.marks.flatMap(({ low, middle, high }) => [said(middle), said(low), said(high)]), ...(head.at(-1) === "note" ? [row.note || ""] : [])])];
  }

  paint(add, width, top, svg, whole) {
    const { view } = this, rows = this.drawn(), above = width < 620;
    const values = rows.flatMap((row) => row.marks.flatMap((mark) => (this.band ? [mark.low, mark.middle, mark.high] : [mark.middle]))).filter((value) => value !== null && value !== undefined);
    const [low, high] = [Math.min(view.zero ? 0 : Infinity, ...values), Math.max(view.zero ? 0 : -Infinity, ...values)];
    const pad = (high - low || 1) * 0.04, side = above ? 10 : Math.min(330, width * 0.34);
    const longest = Math.max(...rows.flatMap((row) => row.marks.map((mark) => this.interval(mark).length)));
    const text = above ? 0 : Math.max(190, Math.ceil(6.3 * longest)); // of 11.5 px a letter takes 6.3
    const left = side + 8, right = width - text - 14;
    const x = (value) => left + (right - left) * (value - low + pad) / (high - low + 2 * pad);
    const tall = (above ? 22 : 8) + 18 * view.marks.length + (above ? 4 : 6);
    const legend = view.marks.length > 1;
    let y = top + (legend ? 30 : 12);
    if (legend) {
      let at = above ? 12 : left;
      view.marks.forEach((mark) => {
        this.dot(add, at + 5, top + 14, mark, false);
        add("text", { x: at + 15, y: top + 18, fill: INK }, mark.name);
        at += 32 + 7 * mark.name.length;
      });
    }
    const bottom = y + tall * rows.length;
    for (const value of steps(low - pad, high + pad, Math.max(2, Math.floor((right - left) / 80)))) {
      add("line", { x1: x(value), x2: x(value), y1: y, y2: bottom, stroke: value === 0 && view.zero ? QUIET : RULE, "stroke-width": value === 0 && view.zero ? 1.2 : 0.7 });
      add("text", { x: x(value), y: bottom + 16, "text-anchor": "middle", fill: QUIET }, plainNumber(value));
    }
    add("text", { x: above ? 12 : left, y: bottom + 34, fill: QUIET }, view.axis);
    const places = rows.map((row) => {
      const from = y;
      if (above) add("text", { x: 12, y: y + 14, "font-weight": 600 }, clip(row.name, width - 20));
      else {
        const lines = wrap(row.name, side - 12, 12).slice(0, 2);
        lines.forEach((line, n) => add("text", { x: side - 4, y: y + tall / 2 + 4 + 14 * (n - (lines.length - 1) / 2), "text-anchor": "end" }, line));
      }
      row.marks.forEach((mark, n) => {
        const at = y + (above ? 28 : 4 + (tall - 8 - 18 * row.marks.length) / 2 + 9) + 18 * n, look = { ...view.marks[n], ...row.look };
        if (this.band && mark.low !== undefined && mark.low !== null) add("line", { x1: x(mark.low), x2: x(mark.high), y1: at, y2: at, stroke: look.colour, "stroke-width": 4, "stroke-opacity": 0.45, class: "kit-band" });
        if (mark.middle !== null && mark.middle !== undefined) this.dot(add, x(mark.middle), at, look, view.zero && typeof mark.low === "number" && mark.low <= 0 && mark.high >= 0);
        if (!above) add("text", { x: width - 10, y: at + 4, "text-anchor": "end", fill: n ? QUIET : INK, "font-size": 11.5 }, this.interval(mark));
      });
      y += tall;
      return [from, y];
    });
    if (!whole) {
      const glow = draw("rect", { x: 0, width, fill: INK, "fill-opacity": 0.05, visibility: "hidden" });
      svg.prepend(glow);
      this.mark = () => {
        const [from, to] = places[this.at] || [0, 0];
        glow.setAttribute("y", from);
        glow.setAttribute("height", to - from);
        glow.setAttribute("visibility", document.activeElement === this.slider || !this.tip.hidden ? "visible" : "hidden");
      };
      this.follow(svg, width, (_, down) => {
        const at = places.findIndex(([from, to]) => from <= down && down < to);
        return at < 0 ? null : { at };
      });
    }
    return bottom + 44;
  }

  /** A point: hollow where its interval holds zero, or where that is its look. */
  dot(add, x, y, look, open) {
    if (look.shape === "bar") return add("line", { x1: x, x2: x, y1: y - 7, y2: y + 7, stroke: look.colour, "stroke-width": 2.5 });
    const hollow = open || look.shape === "ring";
    return add("circle", { cx: x, cy: y, r: 4.5, fill: hollow ? "#fff" : look.colour, stroke: look.colour, "stroke-width": hollow ? 2 : 1, class: "kit-dot" });
  }
}

const clip = (text, room) => (text.length * 7 > room ? `${text.slice(0, Math.floor(room / 7) - 1)}…` : text);

/** Small multiples: panels that share their axes, each with lines, bands or points. */
class Panels extends Chart {
  get walks() { return "place read out"; }

  extras() {
    const several = Object.values(this.spec.views).some((view) => view.panels.length > 1);
    return [this.tick("band", this.spec.band || "Band of 5 to 95 %"), ...(several ? [this.tick("same", "Same scale in all")] : [])];
  }

  get stopsAt() { return [...new Set(this.view.panels.flatMap((panel) => panel.lines.flatMap((line) => line.x)))].sort((a, b) => (this.view.x === "month" ? a.localeCompare(b) : a - b)); }

  stops() { return this.stopsAt.length; }

  change() {
    if (this.view && this.last !== this.spec.name) { this.at = this.stops() - 1; this.last = this.spec.name; }
    super.change();
  }

  where(value) { return this.view.x === "month" ? month(value) : this.view.x === "word" ? this.view.words[value] : plainNumber(value); }

  words(at, only) {
    const when = this.stopsAt[at];
    const panels = only === undefined ? this.view.panels : [this.view.panels[only]];
    const said = panels.flatMap((panel) => panel.lines.flatMap((line) => {
      const n = line.x.indexOf(when);
      const name = [this.view.panels.length > 1 && only === undefined ? panel.name : "", panel.lines.length > 1 ? line.name : ""].filter(Boolean).join(", ");
      return n < 0 ? [] : [`${name ? `${name}: ` : ""}${this.interval({ low: line.low?.[n], middle: line.middle[n], high: line.high?.[n] })}`];
    }));
    const head = when === undefined ? "" : this.where(when);
    return [only === undefined ? head : `${this.view.panels[only].name}, ${head}`, ...said];
  }

  table(raw) {
    const said = raw ? (value) => value ?? "" : (value) => this.say(value);
    const head = [this.spec.what, "line", this.view.across, ...["middle", "low", "high"].map((part) => `${part}${this.view.unit ? `, ${this.view.unit}` : ""}`)];
    return [head, ...this.view.panels.flatMap((panel) => panel.lines.flatMap((line) => line.x.map((when, n) =>
      [panel.name, line.name, raw ? when : this.where(when), said(line.middle[n]), said(line.low?.[n]), said(line.high?.[n])])))];
  }

  paint(add, width, top, svg, whole) {
    const { view } = this, gap = 18;
    const across = Math.max(1, Math.min(view.panels.length, Math.floor((width + gap) / (width < 620 ? 320 : 250)), 4));
    const wide = (width - 12 - gap * (across - 1)) / across, tall = across === 1 && view.panels.length === 1 ? 320 : 150;
    const number = (value) => (view.x === "month" ? serial(value) : value);
    const times = this.stopsAt.map(number);
    // Few places stand apart from the frame.
    const pad = times.length < 4 ? (view.x === "month" ? 2 : (times.at(-1) - times[0]) / 10 || 0.5) : 0;
    const [first, last] = [times[0] - pad, Math.max(times.at(-1), times[0] + 1e-9) + pad];
    const spanOf = (panels) => {
      const values = panels.flatMap((panel) => panel.lines.flatMap((line) => [...line.middle, ...(this.band ? [...(line.low || []), ...(line.high || [])] : [])])).filter((value) => value !== null);
      const [low, high] = [Math.min(view.zero ? 0 : Infinity, ...values), Math.max(view.zero ? 0 : -Infinity, ...values)];
      return [low - (low < 0 || !view.zero ? 0.04 : 0) * (high - low || 1), high + 0.04 * (high - low || 1)];
    };
    const common = spanOf(view.panels);
    const lines = view.panels[0].lines.length > 1 || view.legend ? view.panels[0].lines : [];
    const rows = this.legend(add, width, top + 14, lines);
    const start = top + 12 + rows * 20, cursors = [], places = [];
    view.panels.forEach((panel, at) => {
      const left = 6 + (at % across) * (wide + gap) + 44, right = 6 + (at % across) * (wide + gap) + wide - 12;
      const heads = wrap(panel.name, wide - 10, 12.5).slice(0, 2);
      const ceiling = start + Math.floor(at / across) * (tall + 78) + 36, floor = ceiling + tall;
      const [low, high] = this.same === false ? spanOf([panel]) : common;
      const x = (value) => left + (right - left) * (value - first) / (last - first), y = (value) => floor - tall * (value - low) / (high - low || 1);
      heads.forEach((line, n) => add("text", { x: left - 40, y: ceiling - 10 + 15 * (n - heads.length + 1), "font-weight": 700, "font-size": 12.5 }, line));
      for (const value of steps(low, high, Math.max(2, tall / 30))) {
        add("line", { x1: left, x2: right, y1: y(value), y2: y(value), stroke: value === 0 ? QUIET : RULE, "stroke-width": value === 0 ? 1 : 0.7 });
        add("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end", fill: QUIET, "font-size": 11 }, plainNumber(value));
      }
      this.under(add, view, x, floor, right - left, first, last);
      for (const line of panel.lines) {
        const points = line.x.map((when, n) => [x(number(when)), n]).filter(([, n]) => line.middle[n] !== null);
        const path = (values) => points.map(([place, n], k) => `${k ? "L" : "M"}${place.toFixed(1)} ${y(values[n]).toFixed(1)}`).join("");
        const own = line.points || points.length === 1;
        if (this.band && line.low) {
          if (own) points.forEach(([place, n]) => add("line", { x1: place + (line.shift || 0), x2: place + (line.shift || 0), y1: y(line.low[n]), y2: y(line.high[n]), stroke: line.colour, "stroke-width": 4, "stroke-opacity": 0.4, class: "kit-band" }));
          else add("path", { d: `${path(line.high)}${[...points].reverse().map(([place, n]) => `L${place.toFixed(1)} ${y(line.low[n]).toFixed(1)}`).join("")}Z`, fill: line.colour, "fill-opacity": 0.16, class: "kit-band" });
        }
        if (!own) add("path", { d: path(line.middle), fill: "none", stroke: line.colour, "stroke-width": line.thin ? 1 : 2.2, "stroke-dasharray": line.dash || undefined, class: "kit-line" });
        if (own || line.dots) points.forEach(([place, n]) => add("circle", { cx: place + (line.shift || 0), cy: y(line.middle[n]), r: own ? 3.6 : 2.6, fill: line.ring ? "#fff" : line.colour, stroke: line.colour, "stroke-width": 1.6 }));
      }
      places.push({ left: left - 44, right: right + 12, top: ceiling - 30, bottom: floor + 24, x });
      cursors.push({ x, ceiling, floor });
    });
    const below = start + Math.ceil(view.panels.length / across) * (tall + 78);
    add("text", { x: 6, y: below - 4, fill: QUIET }, view.axis);
    if (!whole) {
      const cursor = svg.appendChild(draw("g", { class: "kit-cursor" }));
      this.mark = () => {
        const awake = document.activeElement === this.slider || !this.tip.hidden;
        cursor.replaceChildren(...(awake ? cursors.map(({ x, ceiling, floor }) => draw("line", { x1: x(times[this.at]), x2: x(times[this.at]), y1: ceiling, y2: floor, stroke: INK, "stroke-opacity": 0.5 })) : []));
      };
      this.follow(svg, width, (over, down) => {
        const panel = places.findIndex((each) => each.left <= over && over <= each.right && each.top <= down && down <= each.bottom);
        if (panel < 0) return null;
        const gaps = times.map((time) => Math.abs(places[panel].x(time) - over));
        return { at: gaps.indexOf(Math.min(...gaps)), panel };
      });
    }
    return below + 10;
  }

  /** Name the lines of all panels once; return the rows that this takes. */
  legend(add, width, y, lines) {
    let x = 10, row = 0;
    for (const line of lines) {
      const wide = 50 + 7 * line.name.length;
      if (x + wide > width && x > 10) { x = 10; row += 1; }
      const at = y + 20 * row;
      if (line.points) add("circle", { cx: x + 13, cy: at - 4, r: 4, fill: line.ring ? "#fff" : line.colour, stroke: line.colour, "stroke-width": 1.6 });
      else add("line", { x1: x, x2: x + 26, y1: at - 4, y2: at - 4, stroke: line.colour, "stroke-width": line.thin ? 1.2 : 2.6, "stroke-dasharray": line.dash || undefined });
      add("text", { x: x + 32, y: at }, line.name);
      x += wide;
    }
    return lines.length ? row + 1 : 0;
  }

  /** Ticks below a panel: years, numbers or words. */
  under(add, view, x, floor, room, first, last) {
    const at = (place, text) => add("text", { x: x(place), y: floor + 17, "text-anchor": "middle", fill: QUIET, "font-size": 11 }, text);
    if (view.x === "month") {
      const gap = Math.max(1, Math.ceil((last - first) / 12 / Math.max(1, room / 48)));
      for (let year = Math.ceil(first / 12); 12 * year <= last; year += gap) at(12 * year, String(year));
      if (last - first < 30) this.stopsAt.filter((_, n, all) => n % Math.ceil(all.length / Math.max(1, room / 60)) === 0).forEach((when) => (when.endsWith("-01") ? null : at(serial(when), when.slice(2))));
    } else if (view.x === "word") view.words.forEach((text, n) => at(n, clip(text, room / view.words.length)));
    else steps(first, last, Math.max(2, room / 60)).forEach((value) => at(value, plainNumber(value)));
  }
}
