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

/** Both blocs of a group in a month: level, its band, the difference from today's policies. */
export function blocs(answer, baseline, known, id, q) {
  const n = known.ecosystems;
  return [["us", n], ["cn", n + 1]].map(([bloc, line]) => {
    const [middle, low, high] = answer.level(id, line), [mean, less, more] = answer.diff(id, line);
    return {
      bloc, look: known.lines[line], level: middle[q], before: baseline.level(id, line)[0][q], mean: mean[q],
      band: low ? [low[q], high[q]] : null, apart: less ? [less[q], more[q]] : null,
    };
  });
}

const STILL = 5e-4;  // below, a difference is said to be none: it would be written as 0.0
const change = (mean) => (Math.abs(mean) < STILL ? "stays as it is" : `${mean > 0 ? "gains" : "loses"} ${Math.abs(100 * mean).toFixed(1)} points`);

/** The finding in a sentence. */
export function finding(answer, baseline, known, id, name, q, moved) {
  const [us, cn] = blocs(answer, baseline, known, id, q), here = `${where(id, name)} in ${inWords(known.months[q])}`;
  if (!moved) return `${here}, ${percent(us.level)} of developers build mainly on US models and ${percent(cn.level)} on Chinese ones, under today's policies.`;
  if (Math.abs(us.mean) < STILL && Math.abs(cn.mean) < STILL) return `${here} this changes nothing: both blocs stay as under today's policies.`;
  return `${here} the US bloc ${change(us.mean)} and the Chinese bloc ${change(cn.mean)}, against today's policies.`;
}

/** A change in points with its band, or that there is none. */
export function against({ mean, apart }) {
  if (Math.abs(mean) < STILL) return "as under today's policies";
  return `${points(mean)} points${apart ? ` (${points(apart[0])} to ${points(apart[1])})` : ""}`;
}
