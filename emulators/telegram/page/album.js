// Several pictures as one grid: rows that fill the width, each tile as wide as its picture's shape asks for.

import { el } from "./dom.js";
import { shape } from "./media.js";

const ROWS = { 1: [1], 2: [2], 3: [1, 2], 4: [2, 2], 5: [2, 3], 6: [3, 3], 7: [3, 4], 8: [3, 3, 2], 9: [3, 3, 3], 10: [3, 3, 4] };

/** Two wide pictures read better above one another, two tall ones side by side. */
function rowsFor(shapes) {
  if (shapes.length === 2 && shapes.every((ratio) => ratio > 1.6)) return [1, 1];
  if (shapes.length === 3 && shapes[0] < 0.9) return [3];
  return ROWS[shapes.length] ?? tail(shapes.length);
}

function tail(count) {
  const rows = Array(Math.floor(count / 3)).fill(3);
  if (count % 3) rows.push(count % 3);
  return rows;
}

/** `tiles` are elements, one per medium in `media`, in the same order. */
export function albumGrid(media, tiles) {
  const shapes = media.map((one) => (one ? Math.min(Math.max(shape(one), 0.7), 1.9) : 1));
  const grid = el("div", { class: "album-grid" });
  let at = 0;
  for (const count of rowsFor(shapes)) {
    const row = el("div", { class: "album-row" });
    for (let index = at; index < at + count; index += 1) {
      const tile = tiles[index];
      tile.style.setProperty("--shape", String(shapes[index]));
      row.append(tile);
    }
    at += count;
    grid.append(row);
  }
  return grid;
}
