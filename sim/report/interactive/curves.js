// ---- Curves of a run -----------------------------------------------------------------------------

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
  return data.looks[id] || { name: "Median", colour: "#3f4b57", ink: "#3f4b57", dash: [] };
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
    this.record = make("p", { class: "note kit-record" });
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
      this.title, this.about, this.record, this.paper,
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
    this.record.textContent = this.metric.record || "";
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

