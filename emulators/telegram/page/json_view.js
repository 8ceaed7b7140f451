// A JSON value as people read it: indented, coloured, long texts cut until they are asked for.

import { el } from "./dom.js";

const LONGEST = 600;

/** Text only, so nothing in a value can become markup. */
export function jsonView(value) {
  return el("pre", { class: "json", tabindex: "0" }, el("code", {}, nodes(unpacked(value), "")));
}

export const jsonText = (value) => JSON.stringify(unpacked(value), null, 2) ?? "nothing";

function nodes(value, indent) {
  if (Array.isArray(value)) return list("[", "]", value.map((item) => [null, item]), indent);
  if (typeof value === "object" && value !== null) return list("{", "}", Object.entries(value), indent);
  if (typeof value === "string") return words(value);
  return el("span", { class: "json-plain" }, String(value));
}

function list(open, close, entries, indent) {
  if (entries.length === 0) return open + close;
  const deeper = `${indent}  `;
  const lines = entries.map(([key, item], index) => [
    `\n${deeper}`,
    key !== null && [el("span", { class: "json-key" }, JSON.stringify(key)), ": "],
    nodes(item, deeper),
    index < entries.length - 1 && ",",
  ]);
  return [open, lines, `\n${indent}${close}`];
}

function words(text) {
  const quoted = JSON.stringify(text);
  const node = el("span", { class: "json-text" }, quoted.length > LONGEST ? `${quoted.slice(0, LONGEST)}…` : quoted);
  if (quoted.length <= LONGEST) return node;
  const more = el("button", { type: "button", class: "json-more" }, `${quoted.length - LONGEST} more`);
  more.addEventListener("click", () => {
    node.textContent = quoted;
    more.remove();
  });
  return [node, " ", more];
}

/** Form fields of the Bot API are JSON inside strings; shown as what they mean. */
function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value === "string" && /^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(inner)]));
}
