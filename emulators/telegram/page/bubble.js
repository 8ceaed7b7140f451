// One block of the conversation as elements: a message, or an album of several.

import { albumGrid } from "./album.js";
import { otherCard, otherName } from "./cards.js";
import { el, icon, iconButton } from "./dom.js";
import { richText } from "./entities.js";
import { inlineKeyboard } from "./keyboard.js";
import { fileCard, isPicture, mediaNode, picture } from "./media.js";
import { isService, serviceRow } from "./service.js";
import { clock, fullDate } from "./time.js";

/**
 * `block` = {messages, first, last}: one message, or those of one album; first and last tell its place in a run
 * from the same side. `handlers` = {chat, press, pay, openPicture, onCommand, edit, remove, jumpTo, find}.
 */
export function blockNode(block, handlers) {
  const [message] = block.messages;
  if (isService(message)) return serviceRow(message, messageHooks(message));
  const isAlbum = block.messages.length > 1;
  const row = isAlbum
    ? el("article", { class: "row", testid: "album", data: { from: message.from, group: message.media_group_id } })
    : el("article", { class: "row", ...messageHooks(message) });
  row.setAttribute("aria-label", `${message.from === "bot" ? "The bot" : "You"}, ${clock(message.date)}`);
  row.dataset.first = String(block.first);
  row.dataset.last = String(block.last);

  const stack = el("div", { class: "stack" }, isAlbum ? albumBubble(block.messages, handlers) : bubble(message, handlers));
  const keyed = block.messages.find((one) => one.buttons?.length && !one.deleted);
  if (keyed) stack.append(inlineKeyboard(keyed, handlers));
  row.append(stack, tools(message, handlers, { isAlbum }));
  return row;
}

function messageHooks(message) {
  const { message_id: id, from, deleted, edited } = message;
  return {
    testid: "message",
    data: { messageId: String(id), from, deleted: String(Boolean(deleted)), edited: String(Number(edited ?? 0)) },
  };
}

function bubble(message, handlers) {
  if (message.deleted) return ghost(message);
  const node = el("div", { class: "bubble" });
  const quote = replyQuote(message, handlers);
  if (quote) node.append(quote);
  if (message.media) node.append(mediaNode(message.media, openers(message, handlers)));
  if (hasOther(message)) node.append(otherCard(message.other));
  const text = message.text ?? message.caption;
  node.dataset.kind = kindOf(message, text);
  node.append(words(text, message, handlers));
  return node;
}

/** Text or caption, and the footer that flows after its last word. */
function words(text, message, handlers, { edited } = {}) {
  const shown = text && el("div", { class: "text", dir: "auto" }, richText(text, entitiesOf(message), handlers));
  return el("div", { class: "words" }, shown, footer(message, { edited }));
}

function kindOf(message, text) {
  const showsPicture = message.media && ["photo", "video", "animation"].includes(message.media.kind);
  if (showsPicture) return text ? "picture-and-text" : "picture";
  if (message.media?.kind === "sticker" || message.other?.sticker || message.other?.dice) return "bare";
  return "text";
}

const hasOther = (message) => !message.media && message.other && Object.keys(message.other).length > 0;
const entitiesOf = (message) => message.entities ?? message.caption_entities;

function openers(message, handlers) {
  return { describe: describePicture(message), onOpen: (seconds) => handlers.openPicture(message.message_id, seconds) };
}

function describePicture(message) {
  const what = message.media.kind === "photo" ? "photo" : "video";
  const whose = message.from === "bot" ? `${capital(what)} from the bot` : `Your ${what}`;
  return message.caption ? `${whose}: ${message.caption.slice(0, 80)}` : whose;
}

function albumBubble(messages, handlers) {
  const node = el("div", { class: "bubble" });
  const pictures = messages.every((one) => one.deleted || isPicture(one.media) || one.media?.kind === "video");
  const tiles = messages.map((one) => tile(one, handlers, { inGrid: pictures }));
  node.append(pictures ? albumGrid(messages.map((one) => (one.deleted ? null : one.media)), tiles) : el("div", {}, tiles));
  const captioned = messages.find((one) => one.caption && !one.deleted);
  node.dataset.kind = pictures ? (captioned ? "picture-and-text" : "picture") : "text";
  const edited = messages.some((one) => one.edited);
  node.append(words(captioned?.caption, captioned ?? messages.at(-1), handlers, { edited }));
  return node;
}

function tile(message, handlers, { inGrid }) {
  const hooks = { class: inGrid ? "tile" : "tile-file", ...messageHooks(message) };
  if (message.deleted) return el("div", hooks, el("span", { class: "ghost-tile" }, icon("trash"), "Deleted"));
  if (!inGrid) return el("div", hooks, fileCard(message.media));
  if (isPicture(message.media)) return el("div", hooks, picture(message.media, openers(message, handlers)));
  return el("div", hooks, mediaNode(message.media, openers(message, handlers)));
}

/** What is left of a deleted message: that it was there, and (struck through) what the emulator still knows of it. */
function ghost(message) {
  const what = excerpt(message);
  return el(
    "div",
    { class: "bubble ghost", data: { kind: "text" } },
    el("span", { class: "ghost-note" }, icon("trash", { size: 15 }), "Message deleted"),
    what && el("s", { class: "ghost-text" }, what),
    footer(message),
  );
}

export function excerpt(message) {
  const said = message.text ?? message.caption;
  if (said) return said.length > 90 ? `${said.slice(0, 89)}…` : said;
  if (message.media) return message.media.kind === "document" ? (message.media.file_name ?? "File") : capital(message.media.kind);
  if (message.other?.invoice) return `Invoice: ${message.other.invoice.title}`;
  return hasOther(message) ? capital(otherName(message.other)) : "";
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");

function replyQuote(message, { find, jumpTo }) {
  const quoted = message.reply_to?.message_id ?? message.reply_to;
  if (!quoted) return null;
  const original = find(quoted);
  const said = original ? (original.deleted ? "Deleted message" : excerpt(original)) : `Message ${quoted}`;
  return el(
    "button",
    { type: "button", class: "quote", "aria-label": `In reply to: ${said}`, on: { click: () => jumpTo(quoted) } },
    el("b", {}, original?.from === "person" ? "You" : "MIOMIO"),
    el("span", {}, said),
  );
}

function footer(message, { edited = Boolean(message.edited) } = {}) {
  return el(
    "span",
    { class: "footer" },
    message.silent && icon("muted", { size: 13, label: "Sent without sound" }),
    edited && !message.deleted && el("span", { class: "edited" }, "edited"),
    el("time", { datetime: new Date(message.date * 1000).toISOString(), title: fullDate(message.date) }, clock(message.date)),
  );
}

function tools(message, { edit, remove }, { isAlbum }) {
  const box = el("div", { class: "tools" });
  if (message.deleted || isAlbum) return box;
  if (message.from === "person" && message.text) {
    box.append(iconButton("edit", "Edit this message", { on: { click: () => edit(message) } }));
  }
  box.append(iconButton("trash", "Delete this message", { on: { click: () => remove(message) } }));
  return box;
}
