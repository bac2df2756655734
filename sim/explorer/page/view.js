// What the page shows of an answer.

import { Chart, last } from "/page/curves.js";
import { button, choice, fresh, make } from "/page/dom.js";
import { Explain, Stories, Tour, cannot, changed, entryInWords } from "/page/panels.js";
import { cite, csv, drawing, png, save, table } from "/page/save.js";
import { Tiles } from "/page/tiles.js";
import { post } from "/page/wire.js";
import { against, blocs, finding, inWords, often, percent, plain } from "/page/words.js";

const WORLD = {
  hardware: { title: "Chinese chips in the world's AI compute", unit: "%", factor: 100, least: 0.01 },
  lag: { title: "Months added to the Chinese lag", unit: "months", factor: 1, least: 0.5 },
  load: { title: "Load of Chinese services (1 is full)", unit: "", factor: 1, least: 0.05 },
  cost: { title: "Cost of the levers so far, USD billion", unit: "USD billion", factor: 1, least: 1 },
  developers: { title: "Developers who build on models, million", unit: "million", factor: 1, least: 0.5 },
  gap: { title: "Best Chinese model behind the best US one, ECI points", unit: "ECI points", factor: 1, least: 1 },
};
const FIRST = ["world", "global_south", "sub_saharan_africa", "latin_america_and_caribbean"];
const MOST_PINS = 6;
const SHADED = 3;  // lines with a band: of all seven they would hide each other

const at = (id) => document.getElementById(id);

export class View {
  constructor(page) {
    this.page = page;
    this.known = page.known;
    this.small = new Map();
    this.world = new Map();
    this.tour = new Tour();
    this.stories = new Stories(page);
  }

  get shown() { return this.page.state.shown; }

  get pins() { return (this.shown.pins || "").split("+").filter(Boolean); }

  get group() {
    const wanted = this.shown.group || "global_south", groups = this.known.groups.map((each) => each.id);
    return groups.includes(wanted) || this.pins.includes(wanted) ? wanted : groups.includes("global_south") ? "global_south" : "world";
  }

  get difference() {
    const mode = this.shown.mode;
    if (mode) return mode === "diff";
    return this.page.scenarios.moved(this.page.state, this.known.reference.name);
  }

  /** The quarter that is spoken of: the last one unless another was chosen. */
  get quarter() {
    const found = this.known.months.indexOf(this.shown.month || "");
    return found < 0 ? this.known.months.length - 1 : found;
  }

  lines() {
    const blocs = this.shown.lines === "bloc", n = this.known.ecosystems;
    return this.known.lines.map((look, line) => ({ look, line })).filter(({ line }) => (line >= n) === blocs);
  }

  blocs() {
    const n = this.known.ecosystems;
    return [n, n + 1].map((line) => ({ look: this.known.lines[line], line }));
  }

  called(id) {
    const found = this.known.groups.find((each) => each.id === id) || this.known.nations.find((each) => each.id === id);
    return found ? found.name : id;
  }

  // ---- what is built once, or when the scenario is another one

  tools() {
    const { page, known } = this;
    const topics = Map.groupBy(known.presets, (each) => each.topic || "other");
    const options = [...topics].map(([topic, presets]) => [topic, presets.map((each) => [each.name, each.title])]);
    const scenario = choice("Scenario", options, page.state.base, (name) => page.preset(name));
    const parts = [scenario.field, button("Stories", () => this.stories.open(), { title: "All scenarios with what they tell" })];
    if (page.scenarios.preset(page.state).focus) {
      const nations = [["Groups", Object.entries(known.places)], ["Nations", known.nations.map((each) => [each.id, each.name])]];
      parts.push(choice("Nations in focus", nations, page.state.focus, (value) => { page.state.focus = value; page.change(); page.built = ""; }).field);
    }
    const file = make("input", { type: "file", accept: ".yaml,.yml", class: "hidden", id: fresh("file"), "aria-label": "Open a scenario file", onchange: () => { if (file.files[0]) this.open(file.files[0]); file.value = ""; } });
    parts.push(
      make("span", { class: "gap" }),
      button("Undo", () => page.undo()),
      button("Reset all", () => page.preset(known.reference.name)),
      button("Copy link", () => this.copy()),
      make("details", { class: "menu" }, make("summary", {}, "Take along"), make("div", { class: "menu-list" },
        button("Scenario (YAML)", () => this.yaml()), button("Open a scenario file", () => file.click()), file,
        button("Numbers (CSV)", () => this.csv()), button("Picture (PNG)", () => this.picture("png")), button("Drawing (SVG)", () => this.picture("svg")))),
      button(page.state.other ? "Stop comparing" : "Set aside to compare", () => page.beside()),
      button("Tour", () => this.tour.start(), { class: "first" }));
    at("tools").replaceChildren(...parts);
    this.frame();
  }

  frame() {
    if (this.main) return;
    const { known, page } = this;
    const where = choice("Where", [], "", (value) => page.show("group", value));
    const mode = choice("Show", [["diff", "difference from today's policies"], ["level", "share of developers"]], "diff", (value) => page.show("mode", value));
    const lines = choice("Lines", [["eco", "ecosystems"], ["bloc", "blocs"]], "eco", (value) => page.show("lines", value === "eco" ? "" : value));
    Object.assign(this, { modes: mode.select, wheres: where.select, kinds: lines.select });
    this.label = make("span", { class: "runs", id: "runs" });
    this.caption = make("h2", { class: "caption" });
    this.note = make("p", { class: "note" });
    this.two = make("div", { class: "two" });
    at("main-chart").replaceChildren(make("div", { class: "bar" }, where.field, mode.field, lines.field, this.label), this.two, this.note);
    this.main = this.chart(this.two, this.caption);
    const month = make("input", { type: "range", id: fresh("month"), min: 0, max: known.months.length - 1, step: 1, oninput: () => page.show("month", Number(month.value) === known.months.length - 1 ? "" : known.months[month.value]) });
    this.monthSaid = make("output", { for: month.id });
    this.month = month;
    at("main-chart").append(make("div", { class: "slide" }, make("label", { for: month.id }, "Month spoken of"), month, this.monthSaid));
    this.words = make("p", { class: "finding" });
    this.figures = make("div", { class: "figures" });
    at("headline").replaceChildren(this.words, this.figures);
    this.smallGrid = make("div", { class: "grid" });
    const pin = choice("Pin a nation", [["", "choose"], ...known.nations.map((each) => [each.id, each.name]).sort((a, b) => a[1].localeCompare(b[1], "en"))], "", (code) => { if (code) this.pin(code); pin.select.value = ""; });
    this.all_ = button("Show all groups", () => page.show("all", this.shown.all ? "" : "1"));
    const keys = this.blocs().map(({ look }) => make("span", { class: "key", style: `--key: ${look.colour}; color: ${look.ink}` }, look.name));
    at("small-charts").replaceChildren(make("div", { class: "bar" }, make("h2", {}, "Elsewhere"), ...keys, make("span", { class: "gap" }), pin.field, this.all_), this.smallGrid);
    this.worldGrid();
    at("tiles").replaceChildren(make("h2", {}, "Nations"));
    this.tiles = new Tiles(at("tiles"), known, page.baseline, (code) => this.pin(code));
    at("explain").replaceChildren();
    this.explain = new Explain(page, at("explain"));
    at("cannot").replaceChildren(...cannot(known));
  }

  chart(place, caption) {
    const box = make("figure", { class: "side" }, make("figcaption", {}, caption));
    place.append(box);
    const chart = new Chart(box, { months: this.known.months, facts: this.known.facts, height: window.innerWidth < 600 ? 230 : 330, name: "Curves." });
    chart.keys = make("p", { class: "keys" });
    box.append(chart.keys);
    return chart;
  }

  worldGrid() {
    const { known } = this, grid = make("div", { class: "grid" });
    at("world").replaceChildren(make("h2", {}, "What shares do not show"), grid);
    for (const name of known.world) {
      const box = make("figure", {}, make("figcaption", {}, WORLD[name].title));
      grid.append(box);
      this.world.set(name, new Chart(box, { months: known.months, facts: known.facts, height: 140, small: true, name: WORLD[name].title }));
    }
  }

  // ---- drawing

  series(answer, id, lines, difference = this.difference) {
    const { baseline } = this.page;
    const found = lines.map(({ look, line }) => {
      const shared = { id: look.id, name: look.name, colour: look.colour, ink: look.ink, dash: look.dash };
      if (difference) {
        const [values, low, high] = answer.diff(id, line);
        return { ...shared, values, low, high };
      }
      const [values, low, high] = answer.level(id, line);
      return { ...shared, values, low, high, base: baseline.level(id, line)[0] };
    });
    const most = found.map(({ values }) => values.reduce((sum, value) => sum + Math.abs(value), 0)).sort((a, b) => b - a);
    for (const each of found) each.band = each.values.reduce((sum, value) => sum + Math.abs(value), 0) >= most[Math.min(SHADED, most.length) - 1];
    return found;
  }

  /** A frame of a drag: the curves, their label and the finding, nothing else. */
  drag(answer) {
    this.say(answer);
    this.curves(answer, true);
    this.find(answer);
    this.figures.classList.add("stale");
  }

  all(answer) {
    if (!answer || !this.main) return;
    this.choices();
    this.say(answer);
    this.curves(answer, false);
    this.talk(answer);
    this.smalls(answer);
    this.worlds(answer);
    const december = this.decembersUntil(this.quarter);
    this.tiles.update(answer, december, this.difference, this.pins);
    at("changed").replaceChildren(...changed(this.page), ...this.second());
    if (answer.head.signs) this.page.controls.came(answer.head.signs, answer.head.runs);
  }

  decembersUntil(q) {
    const found = this.known.decembers.filter((each) => each <= q).length - 1;
    return Math.max(0, found);
  }

  choices() {
    const groups = [["Groups", this.known.groups.map((each) => [each.id, each.name])]];
    if (this.pins.length) groups.push(["Pinned nations", this.pins.map((code) => [code, this.called(code)])]);
    this.wheres.replaceChildren(...groups.map(([name, entries]) => make("optgroup", { label: name }, ...entries.map(([value, text]) => make("option", { value }, text)))));
    this.wheres.value = this.group;
    this.modes.value = this.difference ? "diff" : "level";
    this.kinds.value = this.shown.lines === "bloc" ? "bloc" : "eco";
    this.month.value = this.quarter;
    this.monthSaid.textContent = inWords(this.known.months[this.quarter]);
    this.month.setAttribute("aria-valuetext", this.monthSaid.textContent);
    this.all_.textContent = this.shown.all ? "Show fewer groups" : "Show all groups";
  }

  say(answer) {
    this.label.textContent = answer.label;
    this.label.classList.toggle("preview", answer.preview);
    this.page.say(answer.preview ? "Preview between runs" : answer.head.last ? `${answer.head.runs} runs: the numbers of sim run` : `${answer.head.runs} runs; more are on their way`);
  }

  curves(answer, held) {
    const { difference } = this, other = this.page.second;
    const name = difference ? "difference from today's policies" : "share of developers by main ecosystem";
    const title = `${this.called(this.group)}: ${name}`;
    this.caption.textContent = other ? `Yours now. ${title}` : title;
    const view = (mine) => ({
      series: this.series(mine, this.group, this.lines()), difference, factor: 100, held, least: 0.02, title,
      unit: difference ? "percentage points" : "% of developers", ...(difference ? {} : { low: 0, high: 1 }),
    });
    if (!other) {
      this.show(this.main, view(answer));
      this.drop();
    } else {
      if (!this.beside) {
        this.besideCaption = make("h2", { class: "caption" });
        this.beside = this.chart(this.two, this.besideCaption);
        this.two.classList.add("pair");
      }
      this.besideCaption.textContent = `Set aside. ${title}`;
      // Both on one axis: first as wide as the other, then again with that.
      const views = [view(answer), view(other)];
      const reach = views.map((each) => this.main.scale(each));
      const span = difference ? { reach: [Math.min(...reach.map(([low]) => low)), Math.max(...reach.map(([, high]) => high))] } : {};
      this.show(this.main, { ...views[0], ...span });
      if (!held) this.show(this.beside, { ...views[1], ...span });
    }
    if (held) return;
    for (const chart of [this.main, this.beside]) chart?.mark(this.quarter);
    const shade = "Shade: nine of ten runs, of the lines that matter most.";
    this.note.textContent = difference
      ? `Percentage points; lines are means of runs that share everything but the policy. ${shade}`
      : `% of developers; lines are medians, dotted ones today's policies. ${shade}`;
  }

  /** Draw a chart; where there is no room for names at the ends of lines they stand below it. */
  show(chart, view) {
    chart.update(view);
    if (view.held && !chart.keys.checkVisibility()) return;
    if (chart.keys.childElementCount !== view.series.length) chart.keys.replaceChildren(...view.series.map(() => make("span", { class: "key" })));
    view.series.forEach((each, n) => {
      const key = chart.keys.children[n];
      key.textContent = last(each, view);
      key.style.cssText = `--key: ${each.colour}; color: ${each.ink}`;
    });
  }

  drop() {
    if (!this.beside) return;
    this.beside.frame.parentElement.remove();
    this.beside = null;
    this.two.classList.remove("pair");
  }

  find(answer) {
    const { page, known } = this, moved = page.scenarios.moved(page.state, known.reference.name);
    this.words.textContent = finding(answer, page.baseline, known, this.group, this.called(this.group), this.quarter, moved);
  }

  /** The finding, and the figures behind it with their intervals. */
  talk(answer) {
    this.find(answer);
    const rows = [["", answer]];
    if (this.page.second) rows.splice(0, 1, ["Yours now", answer], ["Set aside", this.page.second]);
    this.figures.replaceChildren(...rows.flatMap(([name, mine]) => this.cards(name, mine)));
    this.figures.classList.remove("stale");
  }

  cards(name, answer) {
    const { page, known } = this, id = this.group, q = this.quarter, { runs } = answer.head;
    const card = (look, value, under, more) => make("div", { class: "figure", style: look ? `--key: ${look.colour}` : "--key: #6b7682" },
      make("p", { class: "figure-name" }, name ? `${name}: ` : "", look ? look.name : "Chinese bloc the larger one"), make("p", { class: "figure-value" }, value), make("p", { class: "figure-under" }, under), make("p", { class: "figure-under" }, more));
    const cards = blocs(answer, page.baseline, known, id, q).map((each) => card(
      each.look, percent(each.level), each.band ? `${plain(each.band[0])} to ${plain(each.band[1])} % in nine of ten runs` : "", against(each)));
    const ahead = answer.ahead(id, q), before = page.baseline.ahead(id, q);
    if (ahead !== null) cards.push(card(null, often(ahead, runs), "", before === null ? "" : `${often(before, known.runs)} under today's policies`));
    return cards;
  }

  smalls(answer) {
    const groups = this.shown.all ? this.known.groups.map((each) => each.id) : FIRST.filter((id) => this.known.groups.some((each) => each.id === id));
    const wanted = [...groups, ...this.pins];
    for (const [id, { box }] of this.small) {
      if (!wanted.includes(id)) { box.remove(); this.small.delete(id); }
    }
    for (const id of wanted) {
      if (!this.small.has(id)) {
        const name = make("figcaption", {}, button(this.called(id), () => this.page.show("group", id), { class: "plain" }), this.pins.includes(id) ? button("unpin", () => this.pin(id), { class: "plain", "aria-label": `Unpin ${this.called(id)}` }) : null);
        const box = make("figure", {}, name);
        this.smallGrid.append(box);
        this.small.set(id, { box, chart: new Chart(box, { months: this.known.months, facts: this.known.facts, height: 150, small: true, name: this.called(id) }) });
      }
      this.small.get(id).chart.update({ series: this.series(answer, id, this.blocs()), difference: this.difference, factor: 100, least: 0.02, unit: "", ...(this.difference ? {} : { low: 0, high: 1 }) });
    }
  }

  worlds(answer) {
    for (const [name, chart] of this.world) {
      const look = WORLD[name], { difference } = this;
      const [values, low, high] = difference ? answer.worldDiff(name) : answer.world(name);
      const base = difference ? undefined : this.page.baseline.world(name)[0];
      chart.update({ series: [{ id: name, name: "", colour: "#2f5d8a", ink: "#2f5d8a", dash: [], values, low, high, base }], difference, factor: look.factor, least: look.least, unit: "" });
    }
  }

  // ---- what a hand asks for

  pin(code) {
    const pins = this.pins.includes(code) ? this.pins.filter((each) => each !== code) : [...this.pins, code].slice(-MOST_PINS);
    this.page.show("pins", pins.join("+"));
  }

  second() {
    const { page } = this;
    if (!page.secondState) return [];
    const state = page.secondState;
    const items = page.scenarios.keys(state).map((key) => make("li", {}, entryInWords(page.scenarios, state, key)));
    return [make("h2", {}, "Set aside"), make("ul", { class: "changes" }, ...items), button("Exchange the two", () => page.exchange())];
  }

  name() { return `${this.page.state.base}-${this.group}`; }

  async copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.page.say("The link is copied; it opens on every machine that runs sim explore");
    } catch {
      this.page.say(`Copy the address of this page: ${location.href}`);
    }
  }

  async yaml() {
    try {
      const answer = await post("/file", this.page.link);
      save(`${this.page.state.base}_changed.yaml`, await answer.text(), "application/yaml");
    } catch (error) { this.page.wrong(error.message); }
  }

  async open(file) {
    try {
      const { link } = await (await post("/open", file)).json();
      location.hash = `#${link}`;
    } catch (error) { this.page.wrong(`${file.name}: ${error.message}`); }
  }

  csv() {
    const { page } = this;
    const rows = table(page.answer, page.baseline, this.known, this.group, this.lines());
    save(`${this.name()}.csv`, csv([...rows, [], [cite(this.known, page.link)]]), "text/csv;charset=utf-8");
  }

  picture(kind) {
    const text = drawing(this.main.svg, `${this.caption.textContent} (${this.label.textContent})`, cite(this.known, this.page.link));
    if (kind === "svg") save(`${this.name()}.svg`, text, "image/svg+xml");
    else png(this.name(), text, this.main.width);
  }
}
