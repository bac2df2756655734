// What stands beside the curves: what was changed, where a figure comes from, what the model cannot
// say, and the tour.

import { button, choice, make } from "/page/dom.js";
import { level } from "/page/levers.js";
import { post } from "/page/wire.js";
import { figure, inWords, percent } from "/page/words.js";

const lower = (text) => text.replace(/^Share/, "share");  // others may begin with a name

/** An entry of a lever in words. */
export function entryInWords(scenarios, state, key) {
  const entry = scenarios.entry(state, key), lever = scenarios.levers[entry.id];
  const parts = [`${lever.title}: ${level(entry.strength)}`];
  if (entry.strength !== 0) {
    parts.push(entry.when ? `once ${lower(entry.when)}` : `from ${inWords(entry.start)}`);
    if (entry.end_when) parts.push(`until ${lower(entry.end_when)}`);
    if (entry.end) parts.push(`to ${inWords(entry.end)}`);
    if (entry.nations) parts.push(`in ${entry.nations.slice(0, 6).join(", ")}${entry.nations.length > 6 ? " …" : ""}`);
  }
  return parts.join(", ");
}

/** What differs from today's policies: first what a hand has moved, then what the scenario brings. */
export function changed(page) {
  const { state, scenarios, known } = page, preset = scenarios.preset(state);
  const mine = [], own = [];
  const add = (text, moved, reset) => (moved
    ? mine.push(make("li", { class: "mine" }, text, button("reset", reset, { "aria-label": `Reset: ${text}` })))
    : own.push(make("li", {}, text)));
  for (const key of scenarios.keys(state)) {
    add(entryInWords(scenarios, state, key), key in state.levers, () => { delete state.levers[key]; page.change(); });
  }
  for (const path of new Set([...Object.keys(preset.parameters), ...Object.keys(state.parameters)])) {
    const row = scenarios.parameters[path];
    add(`${row.title}: ${figure(scenarios.parameter(state, path))}, in place of ${row.status === "value" ? figure(row.default) : "a draw in each run"}`, path in state.parameters, () => { delete state.parameters[path]; page.change(); });
  }
  for (const name of new Set([...preset.responses, ...scenarios.responses(state)])) {
    const on = scenarios.responses(state).includes(name), moved = on !== preset.responses.includes(name);
    add(`${on ? "Answers" : "Does not answer"}: ${scenarios.answers[name].title}`, moved, () => { scenarios.setResponse(state, name, !on); page.change(); });
  }
  if (state.future) add(`Future: ${known.futures[state.future]}`, true, () => { state.future = ""; page.change(); });
  const parts = [make("h2", {}, "What differs from today's policies")];
  if (preset.name !== known.reference.name) parts.push(story(preset));
  if (own.length) parts.push(make("details", { class: "more" }, make("summary", {}, `${own.length} ${own.length > 1 ? "things" : "thing"} that this scenario brings`), make("ul", { class: "changes" }, ...own)));
  if (mine.length) {
    parts.push(make("p", { class: "note" }, "Moved by you:"), make("ul", { class: "changes" }, ...mine));
    if (mine.length > 1) parts.push(button(`Reset all ${mine.length} changes`, () => page.preset(state.base)));
  } else if (!own.length) {
    parts.push(make("p", { class: "note" }, "Nothing yet: move a lever below, or open one of the stories above."));
  }
  return parts;
}

/** The first sentence of a scenario's story, and all of it. */
function story(preset, title = `${preset.title}. `) {
  const [first, ...rest] = preset.story.split(/(?<=[.:]) (?=[A-Z])/);
  return make("div", { class: "story" }, make("p", {}, title && make("b", {}, title), first),
    rest.length ? make("details", { class: "more" }, make("summary", {}, "The whole story"), make("p", {}, rest.join(" "))) : null);
}

const TOPICS = { reference: "Where everything starts", openness: "Openness", controls: "Controls", china: "China", cooperation: "Cooperation", choice: "What nations choose", shocks: "Shocks" };

/** All scenarios with what they tell, to start from one. */
export class Stories {
  constructor(page) {
    this.page = page;
    this.box = make("dialog", { class: "stories", "aria-label": "Scenarios and their stories" });
    document.body.append(this.box);
  }

  open() {
    const { known } = this.page, topics = Map.groupBy(known.presets, (each) => each.topic || "other");
    const close = () => this.box.close();
    const card = (preset) => make("li", {}, button(preset.title, () => { close(); this.page.preset(preset.name); }, { class: "story-open" }), story(preset, null));
    this.box.replaceChildren(
      make("div", { class: "bar" }, make("h2", {}, "Start from a story, then move its levers"), make("span", { class: "gap" }), button("Close", close)),
      ...[...topics].flatMap(([topic, presets]) => [make("h3", {}, TOPICS[topic] || topic), make("ul", { class: "story-list" }, ...presets.map(card))]));
    this.box.showModal();
    this.box.scrollTop = 0;
  }
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

export const cannot = (known) => [make("details", { class: "cannot" },
  make("summary", {}, make("h2", {}, "What the model cannot say"), make("span", {}, " It forecasts no date, no firm and no revenue; nobody answers unless you switch an answer on; most sizes are judgement.")),
  make("ul", {}, ...known.cannot.map((text) => make("li", {}, text))))];

const STEPS = [
  ["#left", "Move a lever", "Levers stand by who can pull them. Each says what low, central and high mean, where that comes from, and whether it is judgement. Drag one: the curves follow at once as a preview."],
  ["#main-chart", "See what it changes", "Lines are differences from today's policies in the same 200 worlds, shaded where nine of ten of them lie. The label on the right says whether you see a preview or runs; at rest it ends with the numbers of sim run."],
  [".top", "Take it along", "The address holds everything you changed: send it, or save the scenario as a file that sim run accepts, with the same numbers."],
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
