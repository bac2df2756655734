// ---- Nations in tiles ----------------------------------------------------------------------------

const WIDE = 60, TALL = 30;
const SHORT = 20;  // nations that a list on a phone shows unasked
const LOW = 0, MIDDLE = 1, HIGH = 2, MEAN = 3;

/** Nations as tiles in the places of a map, by value or by name: searched, and walked by keyboard. */
class Tiles {
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
}

/** The nations of a run: a tile is a small curve. */
class Nations extends Tiles {
  constructor(place, data, curves) {
    super();
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

  read(code) {
    this.chosen = code;
    this.live.replaceChildren(make("b", {}, `${this.data.called[code]}`), ` ${this.words(code)}`);
    this.go.hidden = !this.curves;
    for (const tile of this.tiles) tile.classList.toggle("kit-chosen", tile.dataset.code === code);
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

