// Numbers in words.

export function percent(share) {
  if (share > 0 && share <= 0.005) return "<1\u00a0%";
  if (share >= 0.995 && share < 1) return ">99\u00a0%";
  return `${Math.round(100 * share)}\u00a0%`;
}

export const plain = (share) => String(Math.round(100 * share));

export function points(share, digits = 1) {
  const text = Math.abs(100 * share).toFixed(digits);
  if (Number(text) === 0) return "0";
  return (share < 0 ? "\u2212" : "+") + text;
}

export function figure(value, digits = 3) {
  const text = Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 });
  return text.replace("-", "\u2212");
}

/** How many of the runs, in words that need no theory of chance. */
export function often(part, runs) {
  const count = Math.round(part * runs);
  if (count === 0) return `in none of ${runs} runs`;
  if (count === runs) return `in all ${runs} runs`;
  return `in ${count} of ${runs} runs`;
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
export const inWords = (month) => `${MONTHS[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;

const IN = { world: "In the world", global_south: "In the Global South", global_south_with_china: "In the Global South with China", world_without_china: "In the world without China" };
export const where = (id, name) => IN[id] || `In ${name}`;

/** What an answer says of a group in a month: sentences, the first the shortest. */
export function sentences(answer, baseline, known, id, name, q) {
  const n = known.ecosystems, us = n, cn = n + 1;
  const said = [];
  for (const [line, who] of [[us, "the US bloc"], [cn, "the Chinese bloc"]]) {
    const [middle, low, high] = answer.level(id, line), [mean, less, more] = answer.diff(id, line), base = baseline.level(id, line)[0];
    const band = low ? ` (${plain(low[q])} to ${plain(high[q])} in nine of ten runs)` : "";
    const moved = Math.abs(mean[q]) < 5e-4 ? "as under today's policies"
      : `${points(mean[q])} points against today's policies${less ? ` (${points(less[q])} to ${points(more[q])})` : ""}`;
    said.push(`${line === us ? `${where(id, name)}, ${inWords(known.months[q])}: ` : ""}${who} holds ${percent(middle[q])}${band}, ${moved}; there it is ${percent(base[q])}.`);
  }
  const ahead = answer.ahead(id, q), before = baseline.ahead(id, q);
  if (ahead !== null) {
    said.push(`The Chinese bloc is the larger one ${often(ahead, answer.head.runs)}${before === null ? "" : `; under today's policies ${often(before, known.runs)}`}.`);
  }
  return said;
}
