// Message text and its entities as nodes. Offsets count UTF-16 units, which is what JavaScript strings count too.

import { el } from "./dom.js";

const BARE = /(https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]}])|((?<=^|\s)\/[a-z][a-z0-9_]{0,31}\b)/gi;
const FOLDED_LINES = 3;
const FOLDED_LETTERS = 120;

/** Only these may become a link: a bot could otherwise send `javascript:` to the person who clicks. */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** `onCommand(text)` is called when a /command in the text is clicked. */
export function richText(text, entities, { onCommand }) {
  const spans = (entities ?? [])
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .filter((entity, index, all) => !all.slice(0, index).some((other) => isSame(entity, other)))
    .map((entity) => ({ ...entity, end: Math.min(entity.offset + entity.length, text.length) }))
    .sort((one, other) => one.offset - other.offset || other.end - one.end);
  const fragment = document.createDocumentFragment();
  fragment.append(...render(text, 0, text.length, spans, { onCommand, literal: false }));
  return fragment;
}

function isSame(one, other) {
  return one.type === other.type && one.offset === other.offset && one.length === other.length;
}

/** The text from `start` to `end`, with `spans` (sorted, widest first) nested inside one another. */
function render(text, start, end, spans, context) {
  const nodes = [];
  let at = start;
  let rest = spans;
  while (rest.length > 0) {
    const [span, ...others] = rest;
    if (span.offset < at) {
      // Overlaps its elder brother's end: keep the part that sticks out.
      rest = span.end > at ? [{ ...span, offset: at }, ...others] : others;
      continue;
    }
    if (span.offset >= end) break;
    nodes.push(...plain(text.slice(at, span.offset), context));
    const stop = Math.min(span.end, end);
    const inner = others.filter((other) => other.offset < stop);
    const literal = context.literal || ["code", "pre", "text_link", "url"].includes(span.type);
    const children = render(text, span.offset, stop, inner, { ...context, literal });
    nodes.push(wrap(span, text.slice(span.offset, stop), children, context));
    at = stop;
    rest = others.filter((other) => other.end > stop);
  }
  nodes.push(...plain(text.slice(at, end), context));
  return nodes;
}

function wrap(span, covered, children, { onCommand }) {
  switch (span.type) {
    case "bold":
      return el("strong", {}, children);
    case "italic":
      return el("em", {}, children);
    case "underline":
      return el("u", {}, children);
    case "strikethrough":
      return el("s", {}, children);
    case "code":
      return el("code", {}, children);
    case "pre":
      return el("pre", { tabindex: "0" }, el("code", { "data-language": span.language }, children));
    case "blockquote":
      return el("blockquote", {}, children);
    case "expandable_blockquote":
      return foldable(covered, children);
    case "spoiler":
      return spoiler(children);
    case "text_link":
      return link(span.url, children);
    case "url":
      return link(/^[a-z]+:/i.test(covered) ? covered : `https://${covered}`, children);
    case "email":
      return link(`mailto:${covered}`, children);
    case "bot_command":
      return command(covered, onCommand);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return el("span", { class: "mention" }, children);
    default:
      return el("span", {}, children);
  }
}

function link(address, children) {
  const href = safeUrl(address);
  if (!href) return el("span", {}, children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, children);
}

function command(text, onCommand) {
  return el("button", { type: "button", class: "command-link", on: { click: () => onCommand(text) } }, text);
}

/** Three lines of it, and the rest by a tap, as Telegram's own apps do. */
function foldable(covered, children) {
  if (covered.split("\n").length <= FOLDED_LINES && covered.length <= FOLDED_LETTERS) return el("blockquote", {}, children);
  const text = el("div", { class: "folded" }, children);
  const unfold = (event) => {
    text.classList.remove("folded");
    event.currentTarget.remove();
  };
  const more = el("button", { type: "button", class: "command-link", on: { click: unfold } }, "Show all");
  return el("blockquote", { "data-testid": "foldable" }, [text, more]);
}

function spoiler(children) {
  const show = (event) => {
    const node = event.currentTarget;
    node.dataset.shown = "true";
    node.removeAttribute("role");
    node.removeAttribute("tabindex");
    node.removeAttribute("aria-label");
  };
  const onKey = (event) => (event.key === "Enter" || event.key === " ") && show(event);
  return el(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text: show", on: { click: show, keydown: onKey } },
    children,
  );
}

/** Text that no entity covers: bare addresses and commands become pressable, as a real client shows them. */
function plain(text, { onCommand, literal }) {
  if (!text) return [];
  if (literal) return [text];
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(BARE)) {
    nodes.push(text.slice(at, found.index));
    nodes.push(found[1] ? link(found[1], [found[1]]) : command(found[2], onCommand));
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter(Boolean);
}
