// The controls: presets, levers by actor, parameters, switches and the three futures.

import { button, choice, fresh, make } from "/page/dom.js";

const LEVELS = [["low", 1 / 3], ["central", 2 / 3], ["high", 1]];
export const level = (strength) => {
  if (strength === null) return "drawn";
  if (strength === 0) return "off";
  const named = LEVELS.find(([, value]) => Math.abs(value - strength) < 0.005);
  return named ? named[0] : strength.toFixed(2);
};

/** A strength as a slider has it: a hundredth, or exactly low or central where it is that near. */
const snapped = (value) => {
  const named = LEVELS.find(([, each]) => Math.abs(each - value) < 0.0051);
  return named ? named[1] : value;
};

/** The size that a strength stands for: linear between nothing, low, central and high. */
function size(lever, strength) {
  const sizes = [lever.neutral ?? 0, ...lever.sizes], place = Math.min(3 * strength, 3), n = Math.min(Math.floor(place + 1e-9), 2);
  return sizes[n] + (place - n) * (sizes[n + 1] - sizes[n]);
}

const signed = (lever, value) => (lever.sizes.some((each) => each < 0) && value > 0 ? "+" : "") + figure(value);

const lower = (text) => text.replace(/^Share/, "share");  // others may begin with a name

const figure = (value) => Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "\u2212");

export class Controls {
  /**
   * `on`: { slide(key, value, apply), rest(), focus(key), change(), preset(name), reset(key) }.
   */
  constructor(place, known, scenarios, on) {
    Object.assign(this, { place, known, scenarios, on });
    this.rows = new Map();
    this.open = new Set();
  }

  build(state) {
    this.state = state;
    this.rows.clear();
    this.search = make("input", { type: "search", id: fresh("search"), placeholder: "Search levers and assumptions", "aria-label": "Search levers and assumptions", oninput: () => this.filter() });
    this.found = make("span", { class: "count", role: "status" });
    this.signs = new Map();
    const parts = [make("div", { class: "search" }, this.search, this.found)];
    const byActor = Map.groupBy(this.known.levers, (lever) => lever.actor);
    for (const [actor, name] of Object.entries(this.known.actors)) {
      const all = byActor.get(actor) || [], levers = [...all.filter((lever) => this.inForce(lever.id)), ...all.filter((lever) => !this.inForce(lever.id))];
      if (levers.length) parts.push(this.group(name, levers.map((lever) => () => this.lever(lever.id)), levers.some((lever) => this.inForce(lever.id)) || (actor === "us" && !this.scenarios.keys(state).length), levers));
    }
    const answers = this.known.responses, on = this.scenarios.responses(state);
    if (answers.length) parts.push(this.group("Who answers", answers.map((each) => () => this.answer(each)), on.length > 0, answers));
    parts.push(this.futures());
    const plain = this.known.parameters.filter((row) => !row.switch);
    const matter = plain.filter((row) => row.rank !== null).slice(0, 12), rest = plain.filter((row) => !matter.includes(row));
    const moved = (rows) => rows.some((row) => this.scenarios.parameter(state, row.path) !== null);
    const switches = this.known.parameters.filter((row) => row.switch);
    parts.push(this.group("Assumptions that matter most", matter.map((row) => () => this.parameter(row)), moved(matter), matter));
    parts.push(this.group("Switches of the model", switches.map((row) => () => this.toggle(row)), moved(switches), switches));
    parts.push(this.group("All other assumptions", rest.map((row) => () => this.parameter(row)), moved(rest), rest));
    this.place.replaceChildren(...parts);
  }

  inForce(id) {
    return this.scenarios.keys(this.state).some((key) => key.split(".")[0] === id && this.scenarios.entry(this.state, key).strength !== 0);
  }

  /** A group whose rows are made when it is opened: 150 of them at once cost half a second. */
  group(name, rows, open, items) {
    const inside = make("div", { class: "rows" });
    const details = make("details", { class: "group", open: open || this.open.has(name) }, make("summary", {}, make("h2", {}, name), make("span", { class: "count" }, String(rows.length))), inside);
    const fill = () => { if (!inside.childElementCount) inside.append(...rows.map((row) => row())); };
    details.addEventListener("toggle", () => {
      if (details.open) { fill(); this.open.add(name); } else this.open.delete(name);
    });
    if (details.open) fill();
    details.fill = fill;
    details.items = items;
    return details;
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const details of this.place.querySelectorAll("details.group")) {
      const texts = details.items.map((item) => JSON.stringify(item).toLowerCase());
      const hits = texts.map((text) => words.every((word) => text.includes(word)));
      const some = hits.some(Boolean);
      details.hidden = !some;
      if (words.length && some) { details.fill(); details.open = true; }
      [...details.querySelector(".rows").children].forEach((row, n) => { row.hidden = !hits[n]; });
      found += hits.filter(Boolean).length;
    }
    this.found.textContent = words.length ? `${found} found` : "";
  }

  futures() {
    const own = this.scenarios.preset(this.state).future;
    const now = this.state.future || own;
    const name = fresh("future");
    const options = Object.entries(this.known.futures).map(([key, text]) => make("label", {}, make("input", {
      type: "radio", name, value: key, checked: key === now, onchange: () => { this.state.future = key === own ? "" : key; this.on.change(); },
    }), ` ${text}`));
    return make("fieldset", { class: "futures" }, make("legend", {}, "Do builders go on learning of Chinese models?"), ...options);
  }

  lever(id) {
    const lever = this.scenarios.levers[id];
    const keys = this.scenarios.keys(this.state).filter((key) => key.split(".")[0] === id);
    const box = make("div", { class: "lever", "data-lever": id });
    for (const key of keys.length ? keys : [id]) box.append(this.entry(lever, key));
    return box;
  }

  entry(lever, key) {
    const entry = this.scenarios.entry(this.state, key);
    const id = fresh("lever"), output = make("output", { for: id, class: "value" });
    const sized = lever.sizes.some(Boolean);  // what is done or not, and not by how much, has none
    const say = (strength) => {
      output.textContent = strength && sized ? `${level(strength)}: ${signed(lever, size(lever, strength))}` : level(strength);
      track.setAttribute("aria-valuetext", strength ? `${output.textContent} ${lever.unit}` : level(strength));
    };
    const track = make("input", {
      type: "range", id, min: 0, max: 1, step: 0.01, value: entry.strength ?? 0, "aria-describedby": `${id}-unit`,
      disabled: entry.strength === null,
      onpointerdown: () => this.on.focus(key), onfocus: () => this.on.focus(key),
      oninput: () => {
        const value = snapped(Number(track.value));
        say(value);
        this.on.slide(key, value, () => this.scenarios.set(this.state, key, "strength", value));
      },
      onchange: () => this.on.rest(),
    });
    const mark = (word, text) => make("span", { class: `mark ${word}` }, text);
    const marks = make("div", { class: "marks", "aria-hidden": "true" }, mark("none", "off"), ...LEVELS.map(([word], n) => mark(word, sized ? `${word} ${signed(lever, lever.sizes[n])}` : word)));
    const facts = make("p", { class: "unit", id: `${id}-unit` });
    const row = make("div", { class: "entry", "data-key": key },
      make("div", { class: "head" }, make("label", { for: id }, lever.title), output),
      make("div", { class: "track" }, track, marks), facts);
    if (entry.when || entry.end_when) row.append(this.waiting(lever.id, entry));
    row.append(this.more(lever, key, entry));
    const refresh = () => {
      const now = this.scenarios.entry(this.state, key);
      if (document.activeElement !== track) track.value = now.strength ?? 0;
      say(now.strength);
      facts.replaceChildren(...this.facts(lever, now));
      row.classList.toggle("moved", key in this.state.levers);
      row.classList.toggle("on", now.strength !== 0);
    };
    this.rows.set(key, refresh);
    refresh();
    return row;
  }

  /** A control's unit, scope, time, and how well its size is known, in a line. */
  facts(lever, entry) {
    const dates = lever.sources.map((key) => this.known.sources[key]?.date || "").filter(Boolean).sort();
    const where = entry.nations ? (entry.nations.length === 1 ? this.known.places[entry.nations[0]] || entry.nations[0] : `${entry.nations.length} nations`) : lever.nations ? `${lever.nations} nations` : "world-wide";
    const said = [lever.unit, where];
    if (entry.start) said.push(`from ${entry.start}${entry.end ? ` to ${entry.end}` : ""}`);
    if (lever.sources.length) said.push(`${lever.sources.length} source${lever.sources.length > 1 ? "s" : ""}${dates.length ? ` to ${dates.at(-1)}` : ""}`);
    return [said.filter(Boolean).join(" \u00b7 "), lever.judged ? make("span", { class: "judged", title: "No measurement gives the size of this lever" }, "size judged") : null].filter(Boolean);
  }

  /** The sign for which an entry waits, in words, and room to say in how many runs it came. */
  waiting(lever, entry) {
    const came = make("b", { class: "came" });
    const box = make("p", { class: "sign" }, entry.when ? `When ${lower(entry.when)}. ` : "", entry.end_when ? `Ends when ${lower(entry.end_when)}. ` : "", came);
    if (entry.when) this.signs.set(came, lever);
    return box;
  }

  /** Say in how many runs each sign came: { lever: [runs, month in the middle] }. */
  came(signs, runs) {
    for (const [place, lever] of this.signs) {
      const found = signs[lever];
      place.textContent = !found ? "" : found[0] === 0 ? `Came in none of ${runs} runs.` : `Came in ${found[0]} of ${runs} runs, half of them by ${found[1]}.`;
    }
  }

  /** What another one does once it sees a sign, to be switched on and off. */
  answer(response) {
    const box = make("input", { type: "checkbox", id: fresh("answer"), onchange: () => {
      this.scenarios.setResponse(this.state, response.name, box.checked);
      this.on.change();
    } });
    const does = response.levers.map((entry) => make("li", {}, `${entry.title}: ${level(entry.strength)}`));
    const row = make("div", { class: "entry answer", "data-answer": response.name },
      make("label", { for: box.id }, box, ` ${response.title}`),
      make("p", { class: "unit" }, response.actor, response.judged ? make("span", { class: "judged" }, "sign judged") : null),
      this.waiting(response.levers[0].id, response.levers[0]),
      make("details", { class: "more" }, make("summary", {}, "What it does, and why"), make("p", {}, response.story), make("ul", { class: "sources" }, ...does), this.sources(response)));
    const refresh = () => {
      box.checked = this.scenarios.responses(this.state).includes(response.name);
      row.classList.toggle("moved", box.checked !== this.scenarios.preset(this.state).responses.includes(response.name));
    };
    this.rows.set(`r.${response.name}`, refresh);
    refresh();
    return row;
  }

  more(lever, key, entry) {
    const inside = make("div", { class: "about" });
    const details = make("details", { class: "more" }, make("summary", {}, "What it does, when, where, sources"), inside);
    details.addEventListener("toggle", () => {
      if (details.open) inside.replaceChildren(...this.about(lever, key, this.scenarios.entry(this.state, key)));
    });
    return details;
  }

  about(lever, key, entry) {
    const [first, last] = this.known.ends;
    const month = (part, text, min, extra = {}) => {
      const field = fresh("month");
      const input = make("input", { type: "month", id: field, min, max: last, value: entry[part] || "", ...extra, onchange: () => {
        if (!input.value && part === "start" && !entry.when) { input.value = entry.start; return; }
        if (input.value && !/^\d{4}-\d{2}$/.test(input.value)) return;
        this.scenarios.set(this.state, key, part, input.value || null);
        this.on.change();
      } });
      return make("div", { class: "field" }, make("label", { for: field }, text), input);
    };
    const parts = entry.start ? [this.starts(key, entry)] : [];
    parts.push(make("div", { class: "when" },
      month("start", entry.when ? "Start (empty: waits for its sign)" : "Start", first),
      month("end", "End (empty: stays)", first)));
    if (lever.nations) {
      const options = [["all", `all ${lever.nations} on which it acts`], ["Groups", Object.entries(this.known.places)],
        ["Nations", this.known.nations.map((each) => [each.id, each.name])]];
      const now = entry.nations === null ? "all" : entry.nations.length === 1 ? entry.nations[0] : "several";
      if (now === "several") options.unshift(["several", `${entry.nations.length} nations: ${entry.nations.slice(0, 8).join(", ")}`]);
      const { field } = choice("Nations", options, now, (value) => {
        if (value === "several") return;
        this.scenarios.set(this.state, key, "nations", value === "all" ? null : [value]);
        this.on.change();
      });
      parts.push(field);
    } else {
      parts.push(make("p", {}, "Acts on the world alone: no nations to choose."));
    }
    for (const effect of lever.does) {
      const on = effect.on.length ? ` on ${effect.on.join(", ")}` : "";
      parts.push(make("p", {}, make("b", {}, effect.role === "side" ? "Side effect: " : "Does: "), `${effect.driver}${on}. ${effect.conversion}`));
    }
    parts.push(make("p", {}, `Acts ${entry.lag} months after its start and reaches its full effect over ${entry.ramp} months.`));
    parts.push(make("p", {}, `Costs ${lever.cost.map(figure).join(", ")} USD million a year (low, central, high; ${lever.cost_kind}).`));
    if (lever.side) parts.push(make("p", {}, make("b", {}, "Leaves out: "), lever.side));
    if (lever.seed) parts.push(make("p", {}, make("b", {}, "Asked for: "), lever.seed));
    parts.push(make("p", {}, `Today: ${lever.status}.`, lever.note ? ` ${lever.note}` : ""));
    parts.push(this.sources(lever));
    parts.push(button("Reset this lever", () => { delete this.state.levers[key]; this.on.change(); }));
    return parts;
  }

  /** When a lever starts, as a track of months. */
  starts(key, entry) {
    const serial = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5)) - 1;
    const text = (n) => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, "0")}`;
    const [, last] = this.known.ends, id = fresh("start");
    const low = Math.min(serial(this.known.facts) - 11, serial(entry.start)), output = make("output", { for: id, class: "value" }, entry.start);
    const track = make("input", {
      type: "range", id, min: low, max: serial(last), step: 1, value: serial(entry.start), "aria-valuetext": entry.start,
      onpointerdown: () => this.on.focus(key, "start"), onfocus: () => this.on.focus(key, "start"),
      oninput: () => {
        const month = text(Number(track.value));
        output.textContent = month;
        track.setAttribute("aria-valuetext", month);
        this.on.slide(key, Number(track.value), () => this.scenarios.set(this.state, key, "start", month), "start");
      },
      onchange: () => this.on.rest(),
    });
    return make("div", { class: "starts", "data-start": key }, make("div", { class: "head" }, make("label", { for: id }, "Starts"), output), track);
  }

  sources({ sources, judged }) {
    const items = sources.map((key) => {
      const source = this.known.sources[key] || { title: key, publisher: "", date: "" };
      const title = source.url && source.url.startsWith("https://") ? make("a", { href: source.url, rel: "noopener noreferrer", target: "_blank" }, source.title) : source.title;
      return make("li", {}, title, ` (${[source.publisher, source.date].filter(Boolean).join(", ")})`);
    });
    if (judged) items.push(make("li", { class: "judged" }, "judgement of this project, no measurement"));
    return make("ul", { class: "sources" }, ...items);
  }

  parameter(row) {
    const id = fresh("parameter"), now = this.scenarios.parameter(this.state, row.path);
    const output = make("output", { for: id, class: "value" });
    const step = (row.high - row.low) / 200 || 1;
    const track = make("input", {
      type: "range", id, min: row.low, max: row.high, step, value: now ?? row.default, disabled: row.low === row.high,
      onpointerdown: () => this.on.focus(`p.${row.path}`), onfocus: () => this.on.focus(`p.${row.path}`),
      oninput: () => {
        const value = Number(Number(track.value).toPrecision(6));
        output.textContent = figure(value);
        this.on.slide(`p.${row.path}`, value, () => this.scenarios.setParameter(this.state, row.path, value));
      },
      onchange: () => this.on.rest(),
    });
    const place = (value) => `${(100 * (value - row.low)) / (row.high - row.low || 1)}%`;
    const [low, central, high] = row.fitted ?? [null, row.default, null];
    const marks = make("div", { class: "marks", "aria-hidden": "true" });
    if (row.low !== row.high) {
      const part = (central - row.low) / (row.high - row.low), side = part < 0.2 ? "early" : part > 0.8 ? "late" : "";
      marks.append(make("span", { class: `mark ${side}`, style: `left: ${place(central)}` }, `${row.fitted ? "fitted" : "usual"} ${figure(central)}`));
      if (row.fitted) marks.append(make("span", { class: "reach", style: `left: ${place(low)}; width: calc(${place(high)} - ${place(low)})` }));
    }
    const free = button("draw it again", () => { delete this.state.parameters[row.path]; this.on.change(); }, { class: "free" });
    const fitted = row.fitted ? `; fitted ${figure(row.fitted[1])} (${figure(row.fitted[0])} to ${figure(row.fitted[2])})` : "";
    const box = make("div", { class: "entry parameter", "data-key": `p.${row.path}` },
      make("div", { class: "head" }, make("label", { for: id }, row.title), output),
      make("div", { class: "track" }, track, marks),
      make("p", { class: "unit" }, `${figure(row.low)} to ${figure(row.high)}, usually ${figure(row.default)}${row.unit === "-" ? "" : ` ${row.unit}`}${fitted}`, row.judged ? make("span", { class: "judged" }, "judgement") : null),
      make("details", { class: "more" }, make("summary", {}, "What it is"), make("p", {}, row.meaning), this.sources(row), free));
    const refresh = () => {
      const value = this.scenarios.parameter(this.state, row.path);
      output.textContent = value === null ? (row.status === "value" ? figure(row.default) : "drawn in each run") : figure(value);
      if (document.activeElement !== track) track.value = value ?? row.default;
      box.classList.toggle("moved", row.path in this.state.parameters);
    };
    this.rows.set(`p.${row.path}`, refresh);
    refresh();
    return box;
  }

  toggle(row) {
    const box = make("input", { type: "checkbox", id: fresh("switch"), onchange: () => {
      const value = box.checked ? 1 : 0;
      this.scenarios.setParameter(this.state, row.path, value === row.default ? null : value);
      this.on.change();
    } });
    const refresh = () => { box.checked = Boolean(this.scenarios.parameter(this.state, row.path) ?? row.default); };
    this.rows.set(`p.${row.path}`, refresh);
    refresh();
    return make("div", { class: "entry switch", "data-key": `p.${row.path}` }, make("label", { for: box.id }, box, ` ${row.title}`), make("p", { class: "unit" }, row.meaning));
  }

  refresh(state) {
    this.state = state;
    for (const refresh of this.rows.values()) refresh();
    const now = state.future || this.scenarios.preset(state).future;
    for (const radio of this.place.querySelectorAll(".futures input")) radio.checked = radio.value === now;
  }
}
