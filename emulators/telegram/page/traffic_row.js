// One line of the wire: which way it went, what it was, how it ended; a click unfolds all that is known of it.

import * as api from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { jsonText, jsonView } from "./json_view.js";
import { exactClock, milliseconds } from "./time.js";

const WAYS = {
  call: { arrow: "incoming", words: "Call by the bot" },
  update: { arrow: "outgoing", words: "Update to the bot" },
  "webhook-reply": { arrow: "incoming", words: "Call in the webhook's reply" },
};

export class TrafficRow {
  #details = null;

  constructor(entry) {
    this.entry = entry;
    const way = WAYS[entry.direction] ?? WAYS.call;
    const good = !failed(entry);
    this.head = el(
      "button",
      { type: "button", class: "wire-head", "aria-expanded": "false", on: { click: () => this.#toggle() } },
      el("span", { class: "wire-way", title: way.words }, icon(way.arrow, { size: 14, label: way.words })),
      el("span", { class: "wire-name" }, nameOf(entry)),
      el("span", { class: "wire-status", data: { good: String(good) } }, String(entry.status ?? "")),
      el("span", { class: "wire-ms" }, milliseconds(entry.ms)),
      el("span", { class: "wire-summary" }, shortened(entry.summary ?? "")),
      el("time", { class: "wire-time" }, exactClock(entry.at)),
    );
    this.node = el(
      "li",
      { class: "wire", testid: "traffic-row", data: { n: String(entry.n), direction: entry.direction, method: nameOf(entry), good: String(good) } },
      this.head,
    );
  }

  async #toggle() {
    const isOpen = this.head.getAttribute("aria-expanded") === "true";
    this.head.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) {
      this.#details.remove();
      this.#details = null;
      return;
    }
    this.#details = el("div", { class: "wire-details", testid: "traffic-details" }, factsOf(this.entry));
    this.node.append(this.#details);
    await this.#unfold(this.#details);
    this.node.scrollIntoView({ block: "nearest" });
  }

  /** The list tells each entry in a line; its bodies are fetched when somebody looks. */
  async #unfold(details) {
    try {
      const { update, params, response } = await api.readEntry(this.entry.n);
      details.querySelector(".wire-whole")?.remove();
      if (update) details.append(block("Update", update));
      if (params) details.append(block("Parameters", params));
      details.append(block(update ? "The bot's answer" : "Answer", response));
    } catch (error) {
      details.append(el("p", { class: "faint" }, error.message));
    }
  }
}

function nameOf(entry) {
  return entry.method ?? entry.type ?? "";
}

/** The chat's number is the same on every line; the details still have it. */
function shortened(summary) {
  return summary.replace(/\bchat_id=-?\d+ ?/, "");
}

export function failed({ status }) {
  const code = Number(status);
  if (Number.isFinite(code)) return code >= 400 || code === 0;
  return !/^(ok|true|sent|delivered|queued|taken)$/i.test(String(status ?? "ok"));
}

function factsOf(entry) {
  const way = (WAYS[entry.direction] ?? WAYS.call).words;
  const facts = [way, `entry ${entry.n}`, entry.person && `person ${entry.person}`].filter(Boolean).join(" · ");
  return [el("p", { class: "faint" }, facts), entry.summary && el("p", { class: "wire-whole" }, entry.summary)];
}

function block(title, value) {
  const copy = iconButton("copy", `Copy: ${title}`, { class: "small", on: { click: () => navigator.clipboard?.writeText(jsonText(value)) } });
  return el("section", {}, el("header", { class: "wire-block" }, el("h4", {}, title), copy), jsonView(value));
}
