// The pane with what went over the wire between the bot and the emulated Telegram: live, filtered, with details.

import * as api from "./api.js";
import { byId } from "./dom.js";
import { Feed } from "./feed.js";
import { failed, TrafficRow } from "./traffic_row.js";

const MOST = 600;

export class Traffic {
  #rows = [];
  #feed = null;
  #kind = "all";
  #person = null;

  /** `onCommands()`: the bot has set its commands anew. */
  constructor({ onCommands }) {
    this.onCommands = onCommands;
    this.list = byId("traffic-list");
    this.search = byId("traffic-search");
    this.mine = byId("traffic-mine");
    this.count = byId("traffic-count");
    this.newest = byId("traffic-newest");
    this.search.addEventListener("input", () => this.#filter());
    this.mine.addEventListener("change", () => this.#filter());
    for (const chip of document.querySelectorAll("[data-traffic-kind]")) {
      chip.addEventListener("click", () => this.#setKind(chip.dataset.trafficKind));
    }
    byId("traffic-clear").addEventListener("click", () => this.#clear());
    this.list.addEventListener("scroll", () => (this.newest.hidden = this.#atEnd()), { passive: true });
    this.newest.addEventListener("click", () => this.#toEnd());
  }

  /** Listens only while the pane is open; what it missed comes when it opens. */
  setOpen(isOpen) {
    if (isOpen === Boolean(this.#feed)) return;
    if (!isOpen) {
      this.#feed.stop();
      this.#feed = null;
      return;
    }
    this.#feed = new Feed({
      ask: (since, wait, signal) => api.readTraffic(since, wait, signal),
      position: (answer) => answer.next,
      onAnswer: (answer, fresh) => this.#take(answer, fresh),
      holdWhenVisible: false,
    }).start();
  }

  setPerson(person) {
    this.#person = person;
    this.#filter();
  }

  nudge() {
    this.#feed?.nudge();
  }

  #take({ entries = [] }, fresh) {
    const follow = this.#atEnd();
    if (fresh) this.#empty();
    for (const entry of entries) {
      const row = new TrafficRow(entry);
      row.node.hidden = !this.#fits(entry);
      this.#rows.push(row);
      this.list.append(row.node);
    }
    while (this.#rows.length > MOST) this.#rows.shift().node.remove();
    if (!fresh && entries.some((entry) => (entry.method ?? entry.type) === "setMyCommands")) this.onCommands();
    this.#showCount();
    if (follow || fresh) this.#toEnd();
    else this.newest.hidden = false;
  }

  #empty() {
    this.#rows = [];
    this.list.replaceChildren();
  }

  /** Only the view is emptied; the emulator keeps its record. */
  #clear() {
    this.#empty();
    this.#showCount();
    this.newest.hidden = true;
  }

  #setKind(kind) {
    this.#kind = kind;
    for (const chip of document.querySelectorAll("[data-traffic-kind]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.trafficKind === kind));
    }
    this.#filter();
  }

  #filter() {
    for (const row of this.#rows) row.node.hidden = !this.#fits(row.entry);
    this.#showCount();
    this.#toEnd();
  }

  #fits(entry) {
    if (this.#kind === "calls" && entry.direction !== "call") return false;
    if (this.#kind === "updates" && entry.direction === "call") return false;
    if (this.#kind === "errors" && !failed(entry)) return false;
    if (this.mine.checked && Number(entry.person) !== this.#person?.id) return false;
    const words = this.search.value.trim().toLowerCase();
    return !words || `${entry.method ?? entry.type} ${entry.summary} ${entry.status}`.toLowerCase().includes(words);
  }

  #showCount() {
    const shown = this.#rows.filter((row) => !row.node.hidden).length;
    const total = this.#rows.length;
    this.count.textContent = shown === total ? String(total) : `${shown} of ${total}`;
    this.list.dataset.empty = shown > 0 ? "" : total > 0 ? "Nothing fits the filter." : "Nothing has gone over the wire yet.";
  }

  #atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < 60;
  }

  #toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.newest.hidden = true;
  }
}
