// What stands beside the curves: what was changed, where a figure comes from, what the model cannot
// say, and the tour.

import { button, choice, make } from "/page/dom.js";
import { level } from "/page/levers.js";
import { post } from "/page/wire.js";
import { figure, inWords, percent } from "/page/words.js";

/** An entry of a lever in words. */
export function entryInWords(scenarios, state, key) {
  const entry = scenarios.entry(state, key), lever = scenarios.levers[entry.id];
  const parts = [`${lever.title}: ${level(entry.strength)}`];
  if (entry.strength !== 0) {
    if (entry.start) parts.push(`from ${inWords(entry.start)}`);
    if (entry.end) parts.push(`to ${inWords(entry.end)}`);
    if (entry.nations) parts.push(`in ${entry.nations.slice(0, 6).join(", ")}${entry.nations.length > 6 ? " …" : ""}`);
  }
  return parts.join(", ");
}

export function changed(page) {
  const { state, scenarios, known } = page, preset = scenarios.preset(state);
  const items = [];
  const item = (text, mine, reset) => make("li", { class: mine ? "mine" : "" }, text, mine ? button("reset", reset, { "aria-label": `Reset: ${text}` }) : null);
  for (const key of scenarios.keys(state)) {
    const mine = key in state.levers;
    items.push(item(entryInWords(scenarios, state, key), mine, () => { delete state.levers[key]; page.change(); }));
  }
  for (const path of new Set([...Object.keys(preset.parameters), ...Object.keys(state.parameters)])) {
    const row = scenarios.parameters[path];
    items.push(item(`${row.title}: ${figure(scenarios.parameter(state, path))}, in place of ${row.status === "value" ? figure(row.default) : "a draw in each run"}`, path in state.parameters, () => { delete state.parameters[path]; page.change(); }));
  }
  if (state.future) items.push(item(`Future: ${known.futures[state.future]}`, true, () => { state.future = ""; page.change(); }));
  const count = scenarios.changed(state);
  const parts = [make("h2", {}, "What differs from today's policies")];
  if (preset.name !== known.reference.name) parts.push(make("p", { class: "story" }, make("b", {}, `${preset.title}. `), preset.story));
  if (!items.length) parts.push(make("p", {}, "Nothing yet: move a lever on the left, or choose a scenario above."));
  else parts.push(make("ul", { class: "changes" }, ...items));
  if (count) parts.push(button(`Reset all ${count} change${count > 1 ? "s" : ""}`, () => page.preset(state.base)));
  return parts;
}

export class Explain {
  constructor(page, place) {
    this.page = page;
    this.place = place;
    const { known } = page, n = known.ecosystems;
    this.nation = choice("Nation", known.nations.map((each) => [each.id, each.name]).sort((a, b) => a[1].localeCompare(b[1], "en")), "IND", () => {});
    this.metric = choice("Figure", known.lines.map((look, line) => [line < n ? `share.${look.id}` : `share.${look.id}`, `Share of ${look.name}`]), "share.bloc_cn", () => {});
    this.answer = make("div", { class: "explained", "aria-live": "polite" });
    this.ask = button("Explain", () => this.run());
    place.append(make("h2", {}, "Where a figure comes from"), make("div", { class: "bar" }, this.nation.field, this.metric.field, this.ask), this.answer);
  }

  async run() {
    const { page } = this, month = page.known.months[page.view.quarter];
    this.ask.disabled = true;
    this.answer.replaceChildren(make("p", {}, `Running all ${page.known.runs} replicates again to ${month}; some seconds …`));
    try {
      const body = JSON.stringify({ link: page.link, nation: this.nation.select.value, month, metric: this.metric.select.value });
      this.show(await (await post("/explain", body)).json());
    } catch (error) {
      this.answer.replaceChildren(make("p", { class: "bad" }, error.message));
    }
    this.ask.disabled = false;
  }

  show(found) {
    const { known } = this.page;
    const table = (head, columns, rows) => rows.length ? make("details", { open: head.startsWith("Parts") }, make("summary", {}, head), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": head }, make("table", {},
      make("thead", {}, make("tr", {}, ...columns.map(([, text]) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...columns.map(([name]) => make("td", {}, typeof row[name] === "number" ? figure(row[name]) : String(row[name] ?? "")))))))))
      : null;
    const { p05, p50, p95 } = found.figure;
    const said = found.unit === "fraction" ? `${percent(p50)} (${percent(p05)} to ${percent(p95)})` : `${figure(p50)} (${figure(p05)} to ${figure(p95)}) ${found.unit}`;
    const names = Object.fromEntries(known.lines.map((look) => [look.id, look.name]));
    const utility = found.utility.map((row) => ({ ...row, ecosystem: names[row.ecosystem] || row.ecosystem }));
    const strongest = utility.filter((row) => row.part !== "utility" && row.p50 !== null && Math.abs(row.p50) > 0.05);
    const band = [["p50", "middle"], ["p05", "5 %"], ["p95", "95 %"]];
    this.answer.replaceChildren(...[
      make("p", {}, make("b", {}, `${found.name}, ${inWords(found.month)}, ${found.title}: ${said}`), ` in ${found.runs} runs.`),
      table("Levers that reach it", [["title", "lever"], ["in_force", "part in force"]], found.levers),
      table("Parts of utility: why developers there choose as they do (utils)", [["ecosystem", "ecosystem"], ["part", "part"], ...band], strongest),
      table("Assumptions that go most with it (rank correlation)", [["title", "assumption"], ["correlation", "correlation"], ["low", "low"], ["high", "high"], ["status", "status"]], found.movers),
      table("What was observed there", [["series", "series"], ["ecosystem", "of"], ["month", "month"], ["observed", "observed, %"], ["p50", "model, %"], ["source", "source"]], found.observed.filter((row) => row.p50 !== null)),
      table("What the model knows of it", [["variable", "variable"], ["value", "value"], ["unit", "unit"], ["period", "period"], ["source", "source"]], found.inputs),
    ].filter(Boolean));
  }
}

export const cannot = (known) => [make("h2", {}, "What the model cannot say"), make("ul", {}, ...known.cannot.map((text) => make("li", {}, text)))];

const STEPS = [
  ["#controls", "Move a lever", "Levers stand by who can pull them. Each says what low, central and high mean, where that comes from, and whether it is judgement. Drag one: the curves follow at once as a preview."],
  ["#main-chart", "See what it changes", "Lines are differences from today's policies in the same 200 worlds, shaded where nine of ten of them lie. The label on the right says whether you see a preview or runs; at rest it ends with the numbers of sim run."],
  ["#tools", "Take it along", "The address holds everything you changed: send it, or save the scenario as a file that sim run accepts, with the same numbers."],
];

export class Tour {
  constructor() {
    this.box = make("div", { class: "tour", role: "dialog", "aria-label": "Tour", hidden: true });
    document.body.append(this.box);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.end(); });
  }

  start() { this.from = document.activeElement; this.step(0); }

  step(n) {
    document.querySelector(".toured")?.classList.remove("toured");
    const [selector, title, text] = STEPS[n], target = document.querySelector(selector), last = n === STEPS.length - 1;
    target.classList.add("toured");
    target.scrollIntoView({ block: "nearest" });
    const next = button(last ? "Done" : "Next", () => (last ? this.end() : this.step(n + 1)));
    this.box.replaceChildren(make("h2", {}, `${n + 1} of ${STEPS.length}: ${title}`), make("p", {}, text),
      make("div", { class: "bar" }, n ? button("Back", () => this.step(n - 1)) : null, next, button("End the tour", () => this.end())));
    this.box.hidden = false;
    next.focus({ preventScroll: true });
  }

  end() {
    if (this.box.hidden) return;
    this.box.hidden = true;
    document.querySelector(".toured")?.classList.remove("toured");
    this.from?.focus?.();
  }
}
