// The map of nations: a tile each, at its place; never redrawn while a hand drags.

import { draw, make } from "/page/dom.js";
import { percent, points } from "/page/words.js";

const COLUMNS = 21;

/** White to a colour, by a fraction. */
const tint = (colour, part) => {
  const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const mixed = channels.map((each) => Math.round(255 - (255 - each) * Math.min(1, Math.max(0, part))));
  return `rgb(${mixed.join(",")})`;
};

export class Tiles {
  constructor(place, known, baseline, onpin) {
    Object.assign(this, { place, known, baseline, onpin });
    this.blocs = ["us", "cn", "eu", "sovereign"];
    this.of = known.lines.slice(0, known.ecosystems).map((look) => this.blocs.indexOf(look.bloc));
    this.colours = this.blocs.map((bloc) => known.lines.find((look) => look.id === `bloc_${bloc}`).colour);
    this.build();
  }

  build() {
    this.tiles = this.known.nations.map((nation, n) => {
      const [row, column] = nation.place;
      const bar = draw("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
      const parts = this.colours.map((colour) => draw("rect", { height: 8, y: 0, fill: colour }));
      bar.append(...parts);
      const value = make("span", { class: "tile-value" });
      const tile = make("button", { type: "button", class: "tile", "aria-pressed": "false", onclick: () => this.onpin(nation.id) },
        make("span", { class: "tile-code" }, nation.id), value, bar);
      tile.style.gridRow = String(row + 1);
      tile.style.gridColumn = String(column + 1);
      return { nation, n, tile, parts, value };
    });
    this.map = make("div", { class: "tile-map" }, ...this.tiles.map((each) => each.tile));
    this.map.style.setProperty("--columns", String(COLUMNS));
    this.legend = make("p", { class: "note" });
    this.place.append(this.legend, this.map);
  }

  sums(shares) {
    const sums = [0, 0, 0, 0];
    shares.forEach((share, k) => { sums[this.of[k]] += share; });
    return sums;
  }

  update(answer, december, difference, pins) {
    const month = this.known.months[this.known.decembers[december]];
    this.legend.textContent = difference
      ? `Chinese bloc's share in ${month}, points against today's policies (mean of runs); bars show the four blocs. Press a tile to pin a nation.`
      : `Chinese bloc's share in ${month} (mean of runs); bars show the four blocs. Press a tile to pin a nation.`;
    for (const { nation, n, tile, parts, value } of this.tiles) {
      const now = this.sums(answer.tile(december, n)), before = this.sums(this.baseline.tile(december, n));
      const moved = now[1] - before[1];
      let x = 0;
      now.forEach((share, b) => {
        parts[b].setAttribute("x", (100 * x).toFixed(2));
        parts[b].setAttribute("width", (100 * share).toFixed(2));
        x += share;
      });
      value.textContent = difference ? points(moved, Math.abs(moved) < 0.0995 ? 1 : 0) : percent(now[1]);
      tile.style.background = difference ? tint(moved > 0 ? this.colours[1] : this.colours[0], Math.abs(moved) / 0.15) : tint(this.colours[1], now[1] * 0.8);
      tile.setAttribute("aria-pressed", pins.includes(nation.id) ? "true" : "false");
      tile.setAttribute("aria-label", `${nation.name}: Chinese bloc ${percent(now[1])}, ${points(moved)} points against today's policies. Pin`);
      tile.title = `${nation.name}: US ${percent(now[0])}, Chinese ${percent(now[1])}, European ${percent(now[2])}, sovereign ${percent(now[3])}`;
    }
  }
}
