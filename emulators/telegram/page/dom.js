// Building and finding elements. Text always goes in as text nodes, so nothing a message says can become markup.

import { outline } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * el("button", { class: "send", testid: "send", on: { click } }, icon("send"), "Send")
 * `data`, `style` and `on` are objects; null, undefined and false leave an attribute out, true writes it empty.
 */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    setAttribute(node, key, value);
  }
  node.append(...children.flat(Infinity).filter(isContent));
  return node;
}

function isContent(child) {
  return child !== null && child !== undefined && child !== false;
}

function setAttribute(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    return;
  }
  if (key === "data") {
    Object.assign(node.dataset, value);
    return;
  }
  if (key === "style") {
    // Through the CSSOM: a style attribute would need 'unsafe-inline' in the page's content security policy.
    for (const [property, setting] of Object.entries(value)) node.style.setProperty(property, setting);
    return;
  }
  const attribute = key === "testid" ? "data-testid" : key;
  node.setAttribute(attribute, value === true ? "" : value);
}

export function icon(name, { label = null, size = 20 } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  for (const d of outline(name)) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export function iconButton(name, label, attributes = {}) {
  const { class: extra = "", ...rest } = attributes;
  return el(
    "button",
    { type: "button", class: `icon-button ${extra}`.trim(), title: label, "aria-label": label, ...rest },
    icon(name),
  );
}

export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no element #${id}`);
  return node;
}

/** Makes `parent` hold exactly `wanted`, in order, moving only what is out of place (keeps focus and playback). */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) {
    if (!keep.has(child)) child.remove();
  }
  wanted.forEach((node, index) => {
    const there = parent.children[index];
    if (there !== node) parent.insertBefore(node, there ?? null);
  });
}
