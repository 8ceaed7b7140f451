// Stars as they are shown everywhere: a filled star and a number.

import { el, icon } from "./dom.js";
import { grouped } from "./time.js";

export function starCount(count, { size = 16 } = {}) {
  return el("span", { class: "star-count" }, icon("star", { size }), grouped(count));
}

/** A button's text with a drawn star in place of the letter, as Telegram shows the pay button. */
export function starText(text) {
  const pieces = text.split(/⭐️?|XTR/u);
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [icon("star", { size: 15, label: "Stars" }), piece]));
}
