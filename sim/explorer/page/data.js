// Answers as the page draws them: levels and differences of rows (groups, then nations) and lines
// (ecosystems, then blocs) over quarters.

const at = (array, ...place) => {
  let index = 0;
  place.forEach((each, axis) => { index = index * array.shape[axis] + each; });
  return index;
};

/** The baseline, whose rows are all groups and all nations. */
export class Baseline {
  constructor({ arrays }, known) {
    this.arrays = arrays;
    this.known = known;
    this.quarters = known.months.length;
    this.groups = known.groups.map((each) => each.id);
    this.codes = known.nations.map((each) => each.id);
  }

  row(id) {
    const group = this.groups.indexOf(id);
    return group >= 0 ? group : this.groups.length + this.codes.indexOf(id);
  }

  /** Median, 5 and 95 % of a line, one array each. */
  level(id, line) {
    return [0, 1, 2].map((band) => this.series(this.arrays.level, [band], this.row(id), line));
  }

  series(array, before, row, line) {
    const out = new Float32Array(this.quarters);
    for (let q = 0; q < this.quarters; q += 1) out[q] = array.values[at(array, ...before, q, row, line)];
    return out;
  }

  ahead(id, q) {
    const row = this.groups.indexOf(id);
    return row < 0 ? null : this.arrays.ahead.values[at(this.arrays.ahead, q, row)];
  }

  world(name) {
    const k = this.known.world.indexOf(name), array = this.arrays.world;
    return [0, 1, 2].map((band) => Float32Array.from({ length: this.quarters }, (_, q) => array.values[at(array, band, q, k)]));
  }

  /** Mean shares of a nation in a December, by ecosystem. */
  tile(december, nation) {
    const first = at(this.arrays.tiles, december, nation, 0);
    return this.arrays.tiles.values.subarray(first, first + this.arrays.tiles.shape[2]);
  }
}

/** An answer of the server. */
export class Answer {
  constructor(head, arrays, baseline) {
    this.head = head;
    this.arrays = arrays;
    this.baseline = baseline;
    this.label = head.last ? `${head.runs} runs, as sim run` : `${head.runs} runs`;
    this.preview = false;
  }

  row(id) {
    const group = this.baseline.groups.indexOf(id);
    if (group >= 0) return group;
    const pin = this.head.pins.indexOf(id);
    return pin < 0 ? -1 : this.baseline.groups.length + pin;
  }

  level(id, line) {
    const row = this.row(id);
    if (row < 0) return this.baseline.level(id, line);
    return [0, 1, 2].map((band) => this.baseline.series(this.arrays.level, [band], row, line));
  }

  /** Mean of the paired differences, their 5 and 95 %, and the standard error of the mean. */
  diff(id, line) {
    const row = this.row(id);
    if (row < 0) return [0, 1, 2, 3].map(() => new Float32Array(this.baseline.quarters));
    return [0, 1, 2, 3].map((band) => this.baseline.series(this.arrays.diff, [band], row, line));
  }

  ahead(id, q) {
    const row = this.row(id);
    return row < 0 ? null : this.arrays.ahead.values[at(this.arrays.ahead, q, row)];
  }

  world(name, first = 0, count = 3) {
    const k = this.baseline.known.world.indexOf(name), array = this.arrays.world;
    return Array.from({ length: count }, (_, band) => Float32Array.from({ length: this.baseline.quarters }, (__, q) => array.values[at(array, first + band, q, k)]));
  }

  worldDiff(name) { return this.world(name, 3, 4); }

  tile(december, nation) {
    const first = at(this.arrays.tiles, december, nation, 0);
    return this.arrays.tiles.values.subarray(first, first + this.arrays.tiles.shape[2]);
  }
}

/** Weights of nodes at a place of the track: the polynomial through all of them. */
export function weights(places, value) {
  return places.map((mine, i) => places.reduce((product, other, j) => (i === j ? product : (product * (value - other)) / (mine - other)), 1));
}

const THIRDS = [0, 1 / 3, 2 / 3, 1], NEAR = 1e-9;

/**
 * One curve at a strength between nodes: the polynomial through those of its third of the track. A
 * lever's size bends at the ends of thirds and is linear between them.
 */
export function strengths(places, value, at, length) {
  const n = Math.min(Math.floor(3 * value + NEAR), 2), out = new Float32Array(length);
  const mine = places.map((place, i) => [place, i]).filter(([place]) => place > THIRDS[n] - NEAR && place < THIRDS[n + 1] + NEAR);
  weights(mine.map(([place]) => place), value).forEach((weight, i) => {
    const curve = at(mine[i][1]);
    for (let q = 0; q < length; q += 1) out[q] += weight * curve[q];
  });
  return out;
}

/** Slopes at the ends of an interval that keep a curve from overshooting (Fritsch and Butland 1984). */
const slope = (before, after) => (before * after <= 0 ? 0 : (2 * before * after) / (before + after));

/**
 * One curve between nodes of a parameter: `at(n)` gives its values at node n. Neighbours are joined
 * by a cubic that is monotone where they are.
 */
export function between(places, value, at, length) {
  const out = new Float32Array(length), last = places.length - 1;
  let i = 0;
  while (i < last - 1 && value > places[i + 1]) i += 1;
  const h = places[i + 1] - places[i], s = (value - places[i]) / h;
  const [p0, p1, p2, p3] = [at(Math.max(i - 1, 0)), at(i), at(i + 1), at(Math.min(i + 2, last))];
  for (let q = 0; q < length; q += 1) {
    const step = p2[q] - p1[q];
    const m1 = i > 0 ? slope(p1[q] - p0[q], step) : step, m2 = i + 2 <= last ? slope(step, p3[q] - p2[q]) : step;
    out[q] = p1[q] + s * (m1 + s * (3 * step - 2 * m1 - m2 + s * (m1 + m2 - 2 * step)));
  }
  return out;
}

/** A curve moved by quarters, which need not be whole; its end is carried on. */
function moved(curve, by) {
  const out = new Float32Array(curve.length), last = curve.length - 1;
  for (let q = 0; q <= last; q += 1) {
    const from = Math.min(Math.max(q - by, 0), last), low = Math.floor(from), part = from - low;
    out[q] = curve[low] + part * (curve[Math.min(low + 1, last)] - curve[low]);
  }
  return out;
}

/**
 * A curve for a start between two that were run: what the lever does, moved from the one and from
 * the other, and mixed. Beyond the horizon the later one says nothing: what it adds is carried on.
 */
export function started(places, value, at, length) {
  const off = at(0), last = places.length - 1;
  let i = 0;
  while (i < last - 1 && value > places[i + 1]) i += 1;
  const effect = (n) => at(n + 1).map((each, q) => each - off[q]);
  const part = (value - places[i]) / (places[i + 1] - places[i]);
  const left = moved(effect(i), (value - places[i]) / 3), right = moved(effect(i + 1), (value - places[i + 1]) / 3);
  const known = Math.max(0, Math.floor(length - 1 - (places[i + 1] - value) / 3));
  return off.map((each, q) => each + left[q] + part * (right[Math.min(q, known)] - left[Math.min(q, known)]));
}

/** What is drawn while the hand drags: curves between nodes that were run. */
export class Preview {
  constructor(head, arrays, baseline, value) {
    Object.assign(this, { head, arrays, baseline, value });
    this.label = "preview";
    this.preview = true;
    this.way = head.part === "start" ? started : head.key.startsWith("p.") ? between : strengths;
    const [low, high] = [head.places[0], head.places.at(-1)];
    this.value = Math.min(Math.max(value, low), high);
  }

  row(id) { return Answer.prototype.row.call(this, id); }

  diff(id, line) {
    const row = this.row(id), { baseline } = this;
    if (row < 0) return [new Float32Array(baseline.quarters), null, null, null];
    const at = (n) => baseline.series(this.arrays.diff, [n], row, line);
    return [this.way(this.head.places, this.value, at, baseline.quarters), null, null, null];
  }

  level(id, line) {
    const base = this.baseline.level(id, line), [mean] = this.diff(id, line);
    return [base[0].map((value, q) => value + mean[q]), null, null];
  }

  ahead() { return null; }

  worldDiff(name) {
    const k = this.baseline.known.world.indexOf(name), { world } = this.arrays;
    const at_ = (n) => Float32Array.from({ length: this.baseline.quarters }, (_, q) => world.values[at(world, n, q, k)]);
    return [this.way(this.head.places, this.value, at_, this.baseline.quarters), null, null, null];
  }

  world(name) {
    const base = this.baseline.world(name), [mean] = this.worldDiff(name);
    return [base[0].map((value, q) => value + mean[q]), null, null];
  }

  tile() { return null; }
}
