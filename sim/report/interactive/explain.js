// ---- Where a figure of a nation comes from -------------------------------------------------------

/** The figure of a nation with what was observed there, what is known of it, and what to ask next. */
class Explain {
  constructor(place, data) {
    Object.assign(this, { place, data, told: data.explain });
    const codes = Object.keys(data.nations.values).sort((a, b) => data.called[a].localeCompare(data.called[b], "en"));
    this.code = codes[0];
    [this.line, this.when] = [data.nations.lines[0], data.nations.months.at(-1)];
    const nations = choice("Nation", [["", codes.map((code) => [code, data.called[code]])]], (value) => { this.code = value; this.fill(); });
    const lines = choice("Main ecosystem", [["", data.nations.lines.map((id) => [id, data.looks[id].name])]], (value) => { this.line = value; this.fill(); });
    const months = choice("Month", [["", [...data.nations.months].reverse().map((when) => [when, month(when)])]], (value) => { this.when = value; this.fill(); });
    this.out = make("div", { role: "region", "aria-live": "polite", "aria-label": "Where the figure comes from" });
    place.append(make("div", { class: "kit-controls" }, nations.field, lines.field, months.field), this.out);
    this.fill();
  }

  fill() {
    const { data, told, code } = this, values = data.nations.values[code][data.nations.lines.indexOf(this.line)];
    const at = data.nations.months.indexOf(this.when), [low, middle, high, mean] = values.map((row) => row[at] / 1e4);
    const regions = data.nations.regions[code];
    const rows = told.variables.map(([, title, unit], n) => [title, told.values[code]?.[n] ?? null, told.medians[regions]?.[n] ?? null, unit, told.status[code]?.[n] ?? ""]);
    const seen = told.observed[code] || [];
    this.out.replaceChildren(
      make("p", {}, make("b", {}, `${data.called[code]}, ${data.looks[this.line].name}, ${month(this.when)}: ${percent(middle)}`), ` in the median of the runs, ${between(low, high)} in 5 to 95 % of them (mean ${percent(mean)}).`),
      make("h3", {}, `What was observed there: ${seen.length} figures`),
      this.table("Observed", ["Series", "Of", "Month", "Observed"], seen.map(([series, of, when, value, unit]) => [told.series[series], of, month(when), `${plainNumber(value)} ${told.units[unit]}`])),
      make("h3", {}, `What is known of it, beside the median of ${regions}`),
      this.table("Inputs", ["What", data.called[code], "Median of the region", "Unit", "Status"], rows.filter((row) => row[1] !== null).map(([title, value, median, unit, status]) => [title, plainNumber(value), median === null ? "" : plainNumber(median), unit, status])),
      make("p", { class: "note" }, "Parts of utility, who decides, and the parameters that move the figure most are run again on demand: ", make("code", {}, `sim explain ${code} ${this.when} share.${this.line} --from ${told.folder}`), "; a page of the nation: ", make("code", {}, `sim report ${told.folder} --focus ${code}`), "."));
  }

  table(name, head, rows) {
    if (!rows.length) return make("p", { class: "note" }, "Nothing.");
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, make("table", {},
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text, at) => make(at ? "td" : "th", at ? { class: "words" } : { scope: "row" }, text)))))));
  }
}

