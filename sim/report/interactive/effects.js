// ---- Effects of policies by nation ---------------------------------------------------------------

/** What a policy changes in each nation: filled up, hatched down, blank where the interval holds zero. */
class Effects extends Tiles {
  constructor(place, spec, data) {
    super();
    Object.assign(this, { place, spec, data: { ...data, called: spec.called }, known: spec.known });
    this.codes = Object.keys(spec.called);
    [this.policy, this.metric] = [spec.policies[0][0], spec.metrics[0]];
    this.order = matchMedia("(max-width: 62rem)").matches ? "value" : this.codes.length < 12 ? "name" : "map";
    this.build();
    this.fill();
  }

  build() {
    const { spec, data } = this;
    const policies = choice("Policy", [["", spec.policies]], (value) => { this.policy = value; this.fill(); });
    const metrics = choice("Outcome", [["", spec.metrics.map((one) => [one.id, one.name])]],
      (value) => { this.metric = spec.metrics.find((one) => one.id === value); this.fill(); });
    const orders = choice("Order", [["", [["map", "as on a map"], ["value", "by size"], ["name", "by name"]]]],
      (value) => { this.order = value; this.fill(); });
    orders.select.value = this.order;
    this.search = make("input", { id: fresh("search"), type: "search", placeholder: "Nation, code or region", oninput: () => this.filter() });
    this.found = make("span", { class: "kit-count", role: "status" });
    this.title = make("h3", { class: "kit-title" });
    this.note = make("p", { class: "note" });
    this.live = make("p", { class: "kit-live", role: "status", "aria-live": "polite" }, "Point at a nation or tap it, or go there with the Tab key and on with the arrow keys.");
    this.map = make("div", { class: "kit-map", role: "group", "aria-label": "Effects by nation", onkeydown: (event) => this.move(event) });
    this.more = button(`Show all ${this.codes.length} nations`, () => {
      this.map.classList.remove("kit-short");
      this.more.hidden = true;
    }, { class: "kit-more", hidden: this.codes.length <= SHORT });
    this.map.classList.toggle("kit-short", this.codes.length > SHORT);
    const file = () => `${data.name}-nations-${slug(this.policy)}-${slug(this.metric.id)}`;
    this.place.append(make("div", { class: "kit-controls" }, ...(spec.policies.length > 1 ? [policies.field] : []),
      metrics.field, orders.field, field("Search", this.search), this.found),
    this.title, this.note, make("div", { class: "kit-reading" }, this.live), this.map, this.more,
    make("div", { class: "kit-bar", role: "group", "aria-label": "Effects by nation: tools" },
      button("Download CSV", () => saveCsv(`${data.name}-nations`, this.rows())),
      button("Download SVG", () => saveDrawing(file(), this.drawing(), "svg")),
      button("Download PNG", () => saveDrawing(file(), this.drawing(), "png"))));
  }

  value(code) {
    const [low, middle, high, same] = this.spec.values[`${this.policy}|${this.metric.id}`][code];
    return { low, middle, high, same };
  }

  number(value) {
    const text = Math.abs(value).toFixed(this.metric.digits);
    return /[1-9]/.test(text) ? `${value < 0 ? "\u2212" : "+"}${text}` : text;
  }

  words(code) {
    const { low, middle, high, same } = this.value(code);
    const way = middle > 0 ? "up" : middle < 0 ? "down" : "unchanged";
    return `${this.metric.name} ${this.number(middle)} ${this.metric.unit} (${this.number(low)} to ${this.number(high)}), ${way} in ${Math.round(100 * same)}\u00a0% of worlds`;
  }

  /** Median and interval on a line whose middle is nothing. */
  picture(code) {
    const { low, middle, high } = this.value(code), { colour } = this.metric, half = WIDE / 2;
    const x = (value) => half + (half - 3) * Math.min(Math.max(value / this.most, -1), 1);
    const sure = low > 0 || high < 0, part = 0.12 + 0.5 * Math.min(Math.abs(middle) / this.most, 1);
    const inside = [draw("rect", { width: WIDE, height: TALL, fill: "#fff" })];
    if (sure) inside.push(draw("rect", { width: WIDE, height: TALL, fill: colour, "fill-opacity": part }));
    if (sure && middle < 0) {
      for (let at = -TALL; at < WIDE; at += 7) inside.push(draw("path", { d: `M${at} ${TALL}L${at + TALL} 0`, stroke: "#fff", "stroke-width": 2 }));
    }
    inside.push(draw("path", { d: `M${half} 0V${TALL}`, stroke: QUIET, "stroke-width": 0.8 }),
      draw("path", { d: `M${x(low).toFixed(1)} 15H${x(high).toFixed(1)}`, stroke: INK, "stroke-width": 1.4, "vector-effect": "non-scaling-stroke" }),
      draw("path", { d: `M${x(middle).toFixed(1)} 7V23`, stroke: INK, "stroke-width": 3, "vector-effect": "non-scaling-stroke" }));
    return inside;
  }

  sorted() {
    const { called } = this.data, { places } = this.known;
    const by = {
      map: (a, b) => places[a][0] - places[b][0] || places[a][1] - places[b][1],
      value: (a, b) => Math.abs(this.value(b).middle) - Math.abs(this.value(a).middle),
      name: (a, b) => called[a].localeCompare(called[b], "en"),
    };
    return [...this.codes].sort((a, b) => by[this.order](a, b) || by.name(a, b));
  }

  fill() {
    const { called } = this.data, isMap = this.order === "map", kept = this.kept;
    // A few far ends would flatten all others: nine tenths of the intervals fit, the rest are cut.
    const ends = this.codes.map((code) => Math.max(Math.abs(this.value(code).low), Math.abs(this.value(code).high))).sort((a, b) => a - b);
    this.most = Math.max(ends[Math.floor(0.9 * (ends.length - 1))], 1e-9);
    this.map.classList.toggle("kit-grid", isMap);
    this.tiles = this.sorted().map((code) => {
      const { low, middle, high } = this.value(code), [row, column] = this.known.places[code];
      return make("button", {
        type: "button", class: "kit-tile", tabindex: -1, "data-code": code, title: called[code],
        style: isMap ? `grid-row:${row + 1};grid-column:${column}` : undefined,
        "aria-label": `${called[code]}, ${this.words(code)}`,
        onfocus: () => this.read(code), onpointerenter: () => this.read(code), onclick: () => this.read(code),
      }, draw("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...this.picture(code)),
      make("span", { class: "kit-who" }, make("span", { class: "kit-code" }, code), make("span", { class: "kit-full" }, called[code])),
      make("span", { class: "kit-value" }, this.number(middle), make("small", {}, ` ${this.number(low)} to ${this.number(high)}`)));
    });
    this.map.replaceChildren(...this.tiles);
    const ranked = [...this.codes].sort((a, b) => this.value(b).middle - this.value(a).middle);
    const [most, least] = [ranked[0], ranked.at(-1)].map((code) => `${this.number(this.value(code).middle)} (${called[code]})`);
    const policy = this.spec.policies.find(([id]) => id === this.policy)[1];
    this.title.textContent = `${policy}, ${this.metric.name}: medians from ${least} to ${most} ${this.metric.unit}`;
    this.note.textContent = `${month(this.spec.month)}, against ${this.spec.reference}, in the same worlds. Thick: median; thin: 5 to 95 % of worlds, from ${this.number(-this.most)} to ${this.number(this.most)} ${this.metric.unit} with nothing in the middle, cut where longer. Filled: up; hatched: down; blank: the interval holds nothing-happens. Single nations are less certain than groups.`;
    this.filter();
    if (kept) this.read(kept);
  }

  read(code) {
    this.kept = code;
    this.live.replaceChildren(make("b", {}, this.data.called[code]), ` ${this.words(code)}`);
    for (const tile of this.tiles) tile.classList.toggle("kit-chosen", tile.dataset.code === code);
  }

  rows() {
    const { spec, data, known } = this;
    const head = ["iso3", "nation", "region", "policy", "outcome", "month", "unit", "p05", "median", "p95", "same sign"];
    return [head, ...spec.policies.flatMap(([id, title]) => spec.metrics.flatMap((metric) => this.codes.map((code) =>
      [code, data.called[code], known.regions[code], title, metric.name, spec.month, metric.unit, ...spec.values[`${id}|${metric.id}`][code]])))];
  }

  /** The map as one drawing with title and source. */
  drawing() {
    const { data, known } = this, wide = 68, tall = 62, left = 24, isMap = this.order === "map", across = isMap ? 21 : 12;
    const heads = wrap(this.title.textContent, across * wide, 18), notes = wrap(this.note.textContent, across * wide, 12);
    const top = 30 + 24 * heads.length + 16 * notes.length;
    const codes = this.sorted().filter((code) => !this.tiles.find((tile) => tile.dataset.code === code).disabled);
    const place = (code, at) => (isMap ? [known.places[code][0], known.places[code][1] - 1] : [Math.floor(at / across), at % across]);
    const width = 2 * left + across * wide, height = top + (1 + Math.max(...codes.map((code, at) => place(code, at)[0]))) * tall + 48;
    const svg = draw("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FONT, "font-size": 12, fill: INK },
      draw("rect", { width, height, fill: "#fff" }),
      ...heads.map((line, row) => draw("text", { x: left, y: 34 + 24 * row, "font-size": 18, "font-weight": 700 }, line)),
      ...notes.map((line, row) => draw("text", { x: left, y: 32 + 24 * heads.length + 16 * row, fill: QUIET }, line)));
    codes.forEach((code, at) => {
      const [row, column] = place(code, at);
      svg.append(draw("g", { transform: `translate(${left + column * wide} ${top + row * tall})` },
        draw("title", {}, data.called[code]), draw("svg", { width: WIDE, height: TALL, viewBox: `0 0 ${WIDE} ${TALL}` }, ...this.picture(code)),
        draw("rect", { width: WIDE, height: TALL, fill: "none", stroke: RULE }),
        draw("text", { y: TALL + 14, "font-size": 11, "font-weight": 700 }, code),
        draw("text", { x: WIDE, y: TALL + 14, "font-size": 11, "text-anchor": "end", fill: QUIET }, this.number(this.value(code).middle))));
    });
    svg.append(draw("text", { x: left, y: height - 16, "font-size": 11, fill: QUIET }, `${data.title}. ${data.source}.`));
    return svg;
  }
}

