// ---- Where a figure of a nation comes from -------------------------------------------------------

const FULL = 200, NOTED = 5; // hundredths of a util at which a part has its full colour, and from which it is named
const utils = (hundredths) => `${hundredths > 0 ? "+" : ""}${(hundredths / 100).toFixed(2)}`;

const CHANCE = "0 or 1"; // the unit of what is or is not so
const known = (value, unit) => (unit === CHANCE ? ["no", "mixed", "yes"][Math.round(2 * value)] : plainNumber(value));

/** The figure of a nation, why its developers choose, what was observed and is known there, and what to ask next. */
class Explain {
  constructor(place, data) {
    Object.assign(this, { place, data, told: data.explain });
    const codes = Object.keys(data.nations.values).sort((a, b) => data.called[a].localeCompare(data.called[b], "en"));
    this.code = codes[0];
    [this.line, this.when] = [data.nations.lines[0], data.nations.months.at(-1)];
    const nations = choice("Nation", [["", codes.map((code) => [code, data.called[code]])]], (value) => { this.code = value; this.fill(); });
    const lines = choice("Main ecosystem", [["", data.nations.lines.map((id) => [id, data.looks[id].name])]], (value) => { this.line = value; this.fill(); });
    const months = choice("Month", [["", [...data.nations.months].reverse().map((when) => [when, month(when)])]], (value) => { this.when = value; this.fill(); });
    this.said = make("p", { role: "status" });
    this.out = make("div");
    place.append(make("div", { class: "kit-controls" }, nations.field, lines.field, months.field), this.said, this.out);
    this.fill();
  }

  fill() {
    const { data, told, code } = this, values = data.nations.values[code][data.nations.lines.indexOf(this.line)];
    const at = data.nations.months.indexOf(this.when), [low, middle, high, mean] = values.map((row) => row[at] / 1e4);
    const regions = data.nations.regions[code];
    const rows = told.variables.map(([, title, unit], n) => [title, told.values[code]?.[n] ?? null, told.medians[regions]?.[n] ?? null, unit, told.status[code]?.[n] ?? ""]);
    const seen = told.observed[code] || [];
    this.said.replaceChildren(make("b", {}, `${data.called[code]}, ${data.looks[this.line].name}, ${month(this.when)}: ${percent(middle)}`), ` in the median of the runs, ${between(low, high)} in 5 to 95 % of them (mean ${percent(mean)}).`);
    this.out.replaceChildren(
      ...this.why(),
      make("h3", {}, `What was observed there: ${seen.length} figures`),
      this.table("Observed", ["Series", "Of", "Month", "Observed"], seen.map(([series, of, when, value, unit]) => [told.series[series], of, month(when), `${plainNumber(value)} ${told.units[unit]}`])),
      make("h3", {}, `What is known of it, beside the median of ${regions}`),
      this.table("Inputs", ["What", data.called[code], "Median of the region", "Unit", "Status"], rows.filter((row) => row[1] !== null).map(([title, value, median, unit, status]) => [title, known(value, unit), median === null ? "" : known(median, unit), unit === CHANCE ? "" : unit, status])),
      make("p", { class: "note" }, `${this.parts() ? "Who" : "Parts of utility, who"} decides, and the parameters that move the figure most are run again on demand: `, this.asked(), "; a page of the nation: ", make("code", {}, `sim report ${told.folder} --focus ${code}`), "."));
    // Where the table is wider than the screen, the chosen ecosystem stands beside the names of the parts.
    const own = this.out.querySelector("th.kit-own");
    if (own) own.closest(".scroll").scrollLeft = own.offsetLeft - own.parentElement.firstChild.offsetWidth - 3;
  }

  asked() {
    return make("code", {}, `sim explain ${this.code} ${this.when} share.${this.line} --from ${this.told.folder}`);
  }

  /** The rows of parts of the nation in the month, or nothing where none are kept. */
  parts() {
    const { parts } = this.told;
    return parts?.values[this.code]?.[parts.months.indexOf(this.when)];
  }

  /** Why developers choose: in a sentence what speaks for and against the ecosystem, and all parts as a table. */
  why() {
    const { told, data } = this, rows = this.parts();
    if (!told.parts) return [];
    const head = make("h3", {}, `Why developers choose: parts of utility, ${month(this.when)}`);
    if (!rows) {
      const kept = told.parts.months.map(month);
      return [head, make("p", { class: "note" }, `They are kept of ${kept.slice(0, -1).join(", ")}${kept.length > 1 ? " and " : ""}${kept.at(-1)}. Of this month: `, this.asked(), ".")];
    }
    const at = data.nations.lines.indexOf(this.line) + 1, sum = told.parts.titles.length - 1;
    return [head, this.balance(rows, at), this.matrix(rows, at, sum),
      make("p", { class: "note" }, "Utils, medians of the runs, means of segments by weight. Filled speaks for an ecosystem, hatched against it; medians of parts need not add up to the median of the sum. A dash: no run can have it there. One util more makes newcomers choose an ecosystem e times as often, nests aside.")];
  }

  balance(rows, at) {
    const { told, data } = this, name = data.looks[this.line].name;
    if (rows.at(-1)[at] === null) return make("p", {}, `${name} cannot be had there in any run.`);
    const known = rows.slice(0, -1).filter(([place]) => place > 0).sort((a, b) => b[at] - a[at]);
    const words = (some) => some.slice(0, 3).map((row) => `${told.parts.titles[row[0]]}\u00a0${utils(row[at])}`).join(", ") || "nothing of weight";
    const favour = known.filter((row) => row[at] >= NOTED), burden = known.filter((row) => row[at] <= -NOTED).reverse();
    return make("p", {}, `Beside what its models can do, most speaks for ${name}: ${words(favour)}. Most speaks against it: ${words(burden)}.`);
  }

  matrix(rows, chosen, sum) {
    const { told, data } = this, { lines } = data.nations;
    const values = data.nations.values[this.code].map(([, middle]) => middle[data.nations.months.indexOf(this.when)] / 1e4);
    const own = (at) => (at === chosen ? " kit-own" : "");
    const cell = (value, at, total) => {
      if (value === null) return make("td", { class: `number${own(at)}` }, "–");
      const way = total ? "" : value > 0 ? " kit-for" : value < 0 ? " kit-against" : " kit-nothing";
      const part = Math.round(8 + 32 * Math.min(Math.abs(value) / FULL, 1));
      return make("td", { class: `number${own(at)}${way}`, style: !total && value !== 0 && `--own: ${data.looks[lines[at - 1]].colour}; --part: ${part}%` }, utils(value));
    };
    const foot = make("tr", { class: "bloc" }, make("th", { scope: "row" }, "main ecosystem"), ...values.map((share, n) => make("td", { class: `number${own(n + 1)}` }, percent(share))));
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Parts of utility" }, make("table", { class: "kit-parts" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Part of utility"), ...lines.map((id, n) => make("th", { scope: "col", class: `number${own(n + 1)}` }, make("span", { class: "chip", style: `background: ${data.looks[id].colour}` }), data.looks[id].name)))),
      make("tbody", {}, ...rows.map(([place, ...row]) => make("tr", { class: place === sum ? "bloc" : false }, make("th", { scope: "row" }, told.parts.titles[place]), ...row.map((value, n) => cell(value, n + 1, place === sum)))), foot)));
  }

  table(name, head, rows) {
    if (!rows.length) return make("p", { class: "note" }, "Nothing.");
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, make("table", {},
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text, at) => make(at ? "td" : "th", at ? { class: "words" } : { scope: "row" }, text)))))));
  }
}

