// The state of the page, as sim/explorer/state.py reads it from a link.

const NAMED = [["low", 1 / 3], ["central", 2 / 3]];

const strength = (value) => {
  const named = NAMED.find(([, each]) => each === value);
  return named ? named[0] : String(value);
};

function useText(use) {
  let text = use.strength === undefined ? "" : strength(use.strength);
  if (use.start !== undefined) text += `@${use.start}`;
  if (use.end !== undefined) text += `..${use.end}`;
  if (use.nations !== undefined) text += `:${use.nations.join("+")}`;
  if (use.lag !== undefined) text += `~${use.lag}`;
  if (use.ramp !== undefined) text += `^${use.ramp}`;
  return text;
}

const safe = (text) => encodeURIComponent(text).replace(/%2B/g, "+").replace(/%40/g, "@").replace(/%3A/g, ":").replace(/%5E/g, "^").replace(/%7E/g, "~");

/** The link of a state, after the #. */
export function link(state) {
  const pairs = [["v", "1"], ["b", state.base]];
  if (state.focus) pairs.push(["f", state.focus]);
  if (state.future) pairs.push(["future", state.future]);
  if (state.responses) pairs.push(["r", state.responses.join("+") || "none"]);
  for (const [key, use] of Object.entries(state.levers).sort()) {
    const text = useText(use);
    if (text) pairs.push([key, text]);
  }
  for (const [path, value] of Object.entries(state.parameters).sort()) pairs.push([`p.${path}`, String(value)]);
  for (const [key, value] of Object.entries(state.shown).sort()) if (value) pairs.push([`.${key}`, value]);
  if (state.other) pairs.push(["vs", state.other]);
  return pairs.map(([key, value]) => `${key}=${safe(value)}`).join("&");
}

export const empty = (base) => ({ base, focus: "", levers: {}, parameters: {}, future: "", responses: null, shown: {}, other: "" });

export const copy = (state) => structuredClone(state);

/** What there is to ask of a state and of the scenario that it departs from. */
export class Scenarios {
  constructor(known) {
    this.presets = Object.fromEntries(known.presets.map((each) => [each.name, each]));
    this.levers = Object.fromEntries(known.levers.map((each) => [each.id, each]));
    this.parameters = Object.fromEntries(known.parameters.map((each) => [each.path, each]));
    this.answers = Object.fromEntries(known.responses.map((each) => [each.name, each]));
  }

  preset(state) { return this.presets[state.base]; }

  /** The entry of a key as the base has it; of strength 0 where it has none. */
  own(state, key) {
    const preset = this.preset(state);
    const found = preset.levers[key];
    if (found) return { ...found, lag: found.lag_months, ramp: found.ramp_months };
    const lever = this.levers[key.split(".")[0]];
    return { id: lever.id, strength: 0, start: preset.fresh, end: null, nations: null, lag: lever.lag, ramp: lever.ramp };
  }

  /** The entry of a key as it is run. */
  entry(state, key) {
    const own = this.own(state, key), use = state.levers[key] || {};
    const made = { ...own, ...use };
    if (use.start !== undefined) delete made.when;  // a month goes in the place of a sign
    if (use.end !== undefined) delete made.end_when;
    if (made.end === "never") made.end = null;
    if (made.nations && made.nations[0] === "all") made.nations = null;
    return made;
  }

  /** Set one part of an entry; what is as the base has it is not kept. */
  set(state, key, part, value) {
    const own = this.own(state, key), use = { ...(state.levers[key] || {}) };
    const none = { end: "never", nations: ["all"] }[part];
    const same = JSON.stringify(own[part] ?? null) === JSON.stringify(value ?? null);
    if (same) delete use[part];
    else use[part] = value === null ? none : value;
    if (Object.keys(use).length) state.levers[key] = use;
    else delete state.levers[key];
  }

  /** Keys of all entries that the base or the state has. */
  keys(state) {
    return [...new Set([...Object.keys(this.preset(state).levers), ...Object.keys(state.levers)])];
  }

  parameter(state, path) {
    return state.parameters[path] ?? this.preset(state).parameters[path] ?? null;
  }

  setParameter(state, path, value) {
    const own = this.preset(state).parameters[path] ?? null;
    if (value === null || value === own) delete state.parameters[path];
    else state.parameters[path] = value;
  }

  /** Names of the responses that are on. */
  responses(state) { return state.responses ?? this.preset(state).responses; }

  setResponse(state, name, on) {
    const now = this.responses(state).filter((each) => each !== name);
    const wanted = (on ? [...now, name] : now).sort();
    state.responses = wanted.join() === [...this.preset(state).responses].sort().join() ? null : wanted;
  }

  changed(state) {
    return Object.keys(state.levers).length + Object.keys(state.parameters).length + (state.future ? 1 : 0) + (state.responses ? 1 : 0);
  }

  /** Whether anything differs from today's policies. */
  moved(state, reference) {
    return this.changed(state) > 0 || state.base !== reference;
  }
}
