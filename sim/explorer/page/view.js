// What the page shows of an answer.

import { Chart } from "/page/curves.js";
import { button, choice, make } from "/page/dom.js";

const WORLD = {
  hardware: { title: "Chinese chips in the world's AI compute", unit: "%", factor: 100, least: 0.01 },
  lag: { title: "Months added to the Chinese lag", unit: "months", factor: 1, least: 0.5 },
  load: { title: "Load of Chinese services (1 is full)", unit: "", factor: 1, least: 0.05 },
  cost: { title: "Cost of the levers so far", unit: "USD billion", factor: 1, least: 1 },
  developers: { title: "Developers who build on models", unit: "million", factor: 1, least: 0.5 },
  gap: { title: "Best Chinese model behind the best US one", unit: "ECI points", factor: 1, least: 1 },
};

export class View {
  constructor(page) {
    this.page = page;
    this.known = page.known;
    this.small = new Map();
    this.world = new Map();
  }

  get group() { return this.page.state.shown.group || "global_south"; }

  get difference() {
    const mode = this.page.state.shown.mode;
    if (mode) return mode === "diff";
    return this.page.scenarios.moved(this.page.state, this.known.reference.name);
  }

  lines() {
    const blocs = this.page.state.shown.lines === "bloc", n = this.known.ecosystems;
    return this.known.lines.map((look, line) => ({ look, line })).filter(({ line }) => (line >= n) === blocs);
  }

  called(id) {
    const found = this.known.groups.find((each) => each.id === id) || this.known.nations.find((each) => each.id === id);
    return found ? found.name : id;
  }

  tools() {
    const { page, known } = this;
    const { field } = choice("Scenario", known.presets.map((each) => [each.name, each.title]), page.state.base, (name) => page.preset(name));
    document.getElementById("tools").replaceChildren(field,
      button("Undo", () => page.undo()),
      button("Reset all", () => page.preset(known.reference.name)));
    this.frame();
  }

  frame() {
    if (this.main) return;
    const { known, page } = this;
    const groups = [["Groups", known.groups.map((each) => [each.id, each.name])]];
    const where = choice("Where", groups, this.group, (value) => page.show("group", value));
    const mode = choice("Show", [["diff", "difference from baseline"], ["level", "share of developers"]], this.difference ? "diff" : "level", (value) => page.show("mode", value));
    const lines = choice("Lines", [["eco", "ecosystems"], ["bloc", "blocs"]], page.state.shown.lines || "eco", (value) => page.show("lines", value === "eco" ? "" : value));
    this.modes = mode.select;
    this.wheres = where.select;
    this.label = make("span", { class: "runs", id: "runs" });
    this.caption = make("h2", { class: "caption" });
    const place = document.getElementById("main-chart");
    place.replaceChildren(make("div", { class: "bar" }, where.field, mode.field, lines.field, this.label), this.caption);
    this.main = new Chart(place, { months: known.months, facts: known.facts, height: 360, name: "Curves." });
    const world = document.getElementById("world");
    world.replaceChildren(make("h2", {}, "What shares do not show"));
    const grid = make("div", { class: "grid" });
    world.append(grid);
    for (const name of known.world) {
      const box = make("figure", {}, make("figcaption", {}, WORLD[name].title));
      grid.append(box);
      this.world.set(name, new Chart(box, { months: known.months, facts: known.facts, height: 130, small: true, name: WORLD[name].title }));
    }
  }

  series(answer, id, lines, held) {
    const { baseline } = this.page, difference = this.difference;
    return lines.map(({ look, line }) => {
      const shared = { id: look.id, name: look.name, colour: look.colour, ink: look.ink, dash: look.dash };
      if (difference) {
        const [values, low, high] = answer.diff(id, line);
        return { ...shared, values, low, high };
      }
      const [values, low, high] = answer.level(id, line);
      return { ...shared, values, low, high, base: baseline.level(id, line)[0] };
    });
  }

  drag(answer) {
    this.say(answer);
    this.curves(answer, true);
  }

  all(answer) {
    if (!answer || !this.main) return;
    this.modes.value = this.difference ? "diff" : "level";
    this.wheres.value = this.group;
    this.say(answer);
    this.curves(answer, false);
    this.worlds(answer);
  }

  say(answer) {
    this.label.textContent = answer.label;
    this.label.classList.toggle("preview", answer.preview);
    this.page.say(answer.preview ? "Preview between runs" : answer.head.last ? `${answer.head.runs} runs: the numbers of sim run` : `${answer.head.runs} runs; more are on their way`);
  }

  curves(answer, held) {
    const difference = this.difference;
    this.caption.textContent = `${this.called(this.group)}: ${difference ? "difference from today's policies" : "share of developers by main ecosystem"}`;
    this.main.update({
      series: this.series(answer, this.group, this.lines(), held), difference, factor: 100, held, least: 0.02,
      unit: difference ? "percentage points" : "% of developers", ...(difference ? {} : { low: 0, high: 1 }),
    });
  }

  worlds(answer) {
    for (const [name, chart] of this.world) {
      const look = WORLD[name], difference = this.difference;
      const [values, low, high] = difference ? answer.worldDiff(name) : answer.world(name);
      const base = difference ? undefined : this.page.baseline.world(name)[0];
      chart.update({ series: [{ id: name, name: "", colour: "#2f5d8a", ink: "#2f5d8a", dash: [], values, low, high, base }], difference, factor: look.factor, least: look.least, unit: look.unit });
    }
  }
}
