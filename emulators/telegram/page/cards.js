// What is neither text nor media: places, contacts, and whatever else a message may carry, as small cards.

import { el, icon } from "./dom.js";
import { starCount } from "./stars.js";

/** `other` is the part of a Bot API message that has no file, e.g. {location: {latitude, longitude}}. */
export function otherCard(other) {
  const [kind] = Object.keys(other);
  const value = other[kind] ?? {};
  const draw = CARDS[kind];
  return draw ? draw(value) : plainCard("file", kind.replaceAll("_", " "), summary(value));
}

export function otherName(other) {
  return Object.keys(other)[0].replaceAll("_", " ");
}

const CARDS = {
  location: (place) => mapCard(place, "Location", coordinates(place)),
  venue: (venue) => mapCard(venue.location ?? {}, venue.title ?? "Venue", venue.address ?? coordinates(venue.location ?? {})),
  contact: (contact) =>
    plainCard("contact", [contact.first_name, contact.last_name].filter(Boolean).join(" "), contact.phone_number),
  voice: (voice) => plainCard("voice", "Voice message", voice.duration ? `${voice.duration} s` : ""),
  sticker: (sticker) => el("span", { class: "big-emoji", role: "img", "aria-label": "Sticker" }, sticker.emoji ?? "🐈"),
  dice: (dice) => el("span", { class: "big-emoji" }, `${dice.emoji ?? "🎲"}`, el("sub", {}, dice.value ?? "")),
  passport_data: () => plainCard("passport", "Telegram Passport", "Identity documents"),
  invoice: invoiceCard,
};

function invoiceCard(invoice) {
  return el(
    "div",
    { class: "invoice", testid: "invoice" },
    el("span", { class: "invoice-mark" }, icon("star", { size: 26 })),
    el("span", { class: "file-body" }, el("b", {}, invoice.title), starCount(invoice.total_amount)),
    el("p", { class: "invoice-words", dir: "auto" }, invoice.description),
  );
}

function plainCard(iconName, title, detail) {
  return el(
    "div",
    { class: "card" },
    el("span", { class: "round-mark" }, icon(iconName)),
    el("span", { class: "file-body" }, el("b", {}, title), detail && el("span", { class: "faint" }, detail)),
  );
}

/** No map server may be asked, so the place is hinted at: streets drawn from the coordinates. */
function mapCard(place, title, detail) {
  const turn = Math.round(((place.longitude ?? 0) * 37) % 60) - 30;
  const shift = Math.round(Math.abs((place.latitude ?? 0) * 53) % 40);
  const sketch = el(
    "div",
    { class: "map", "aria-hidden": "true", style: { "--turn": `${turn}deg`, "--shift": `${shift}px` } },
    el("i"),
    icon("location", { size: 34 }),
  );
  return el(
    "div",
    { class: "place" },
    sketch,
    el("span", { class: "file-body" }, el("b", {}, title), el("span", { class: "faint" }, detail)),
  );
}

function coordinates({ latitude, longitude }) {
  if (latitude === undefined || longitude === undefined) return "";
  return `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`;
}

function summary(value) {
  if (typeof value !== "object" || value === null) return String(value);
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
