// Faces for people without pictures: initials on a colour that belongs to their id.

import { el } from "./dom.js";

const HUES = [18, 42, 96, 158, 196, 224, 268, 326];

export function fullName(person) {
  return [person.first_name, person.last_name].filter(Boolean).join(" ");
}

export function avatar(person, { small = false } = {}) {
  const letters = [person.first_name, person.last_name].filter(Boolean).map((name) => [...name][0].toUpperCase());
  const hue = HUES[[...String(person.id)].reduce((sum, digit) => (sum * 7 + Number(digit)) % 1009, 0) % HUES.length];
  return el(
    "span",
    { class: small ? "avatar small" : "avatar", "aria-hidden": "true", style: { "--hue": String(hue) } },
    letters.slice(0, 2).join("") || "?",
  );
}
