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

/** What is drawn while the hand drags: the polynomial between nodes that were run. */
export class Preview {
  constructor(head, arrays, baseline, value) {
    this.head = head;
    this.baseline = baseline;
    this.label = "preview";
    this.preview = true;
    const w = weights(head.places, value);
    this.mix = (array) => {
      const size = array.values.length / w.length, out = new Float32Array(size);
      for (let n = 0; n < w.length; n += 1) {
        const first = n * size, weight = w[n];
        for (let i = 0; i < size; i += 1) out[i] += weight * array.values[first + i];
      }
      return { shape: array.shape.slice(1), values: out };
    };
    this.arrays = { diff: this.mix(arrays.diff), world: this.mix(arrays.world) };
  }

  row(id) { return Answer.prototype.row.call(this, id); }

  diff(id, line) {
    const row = this.row(id);
    return [row < 0 ? new Float32Array(this.baseline.quarters) : this.baseline.series(this.arrays.diff, [], row, line), null, null, null];
  }

  level(id, line) {
    const base = this.baseline.level(id, line), [mean] = this.diff(id, line);
    return [base[0].map((value, q) => value + mean[q]), null, null];
  }

  ahead() { return null; }

  worldDiff(name) {
    const k = this.baseline.known.world.indexOf(name);
    return [Float32Array.from({ length: this.baseline.quarters }, (_, q) => this.arrays.world.values[at(this.arrays.world, q, k)]), null, null, null];
  }

  world(name) {
    const base = this.baseline.world(name), [mean] = this.worldDiff(name);
    return [base[0].map((value, q) => value + mean[q]), null, null];
  }

  tile() { return null; }
}
