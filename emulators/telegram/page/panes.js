// The panes beside the chat: columns where there is room, drawers where there is not.

import { byId } from "./dom.js";

class Pane {
  /** `narrow`: the media query under which the pane is a drawer; `memory`: where an open column is remembered. */
  constructor({ id, openers, closer, narrow, memory, onToggle }) {
    this.root = byId(id);
    this.openers = openers.map(byId);
    this.query = window.matchMedia(narrow);
    Object.assign(this, { memory, onToggle });
    for (const button of this.openers) button.addEventListener("click", () => this.set(!this.isOpen, { byHand: true }));
    byId(closer).addEventListener("click", () => this.set(false, { byHand: true }));
    this.query.addEventListener("change", () => this.set(this.#resting()));
  }

  get isDrawer() {
    return this.query.matches;
  }

  get isOpen() {
    return this.root.dataset.open === "true";
  }

  rest() {
    this.set(this.#resting());
  }

  set(isOpen, { byHand = false } = {}) {
    const focusWasInside = this.root.contains(document.activeElement);
    this.root.dataset.open = String(isOpen);
    this.root.dataset.drawer = String(this.isDrawer);
    // What is folded away must not be reached with the Tab key.
    this.root.inert = !isOpen;
    for (const button of this.openers) button.setAttribute("aria-expanded", String(isOpen));
    if (byHand && !this.isDrawer) localStorage.setItem(this.memory, isOpen ? "open" : "closed");
    if (byHand && isOpen) this.root.focus({ preventScroll: true });
    if (!isOpen && focusWasInside) this.openers.find((button) => button.offsetParent)?.focus();
    this.onToggle();
  }

  #resting() {
    return !this.isDrawer && localStorage.getItem(this.memory) !== "closed";
  }
}

export class Panes {
  constructor({ onTraffic }) {
    const onToggle = () => this.#settle();
    this.scrim = byId("scrim");
    this.onTraffic = onTraffic;
    this.people = new Pane({
      id: "people",
      openers: ["people-toggle", "chat-person"],
      closer: "people-close",
      narrow: "(max-width: 859px)",
      memory: "miomio.people",
      onToggle,
    });
    this.traffic = new Pane({
      id: "traffic",
      openers: ["traffic-toggle"],
      closer: "traffic-close",
      narrow: "(max-width: 1179px)",
      memory: "miomio.traffic",
      onToggle,
    });
    this.scrim.addEventListener("click", () => this.closeDrawers());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.closeDrawers();
    });
  }

  start() {
    this.people.rest();
    this.traffic.rest();
    // Only from here on: a page that opens should not slide its panes in.
    requestAnimationFrame(() => (document.body.dataset.ready = "true"));
  }

  closeDrawers() {
    for (const pane of [this.people, this.traffic]) {
      if (pane.isDrawer && pane.isOpen) pane.set(false);
    }
  }

  #settle() {
    if (!this.people || !this.traffic) return;
    const covered = [this.people, this.traffic].some((pane) => pane.isDrawer && pane.isOpen);
    this.scrim.hidden = !covered;
    byId("chat").inert = covered;
    this.onTraffic(this.traffic.isOpen);
  }
}
