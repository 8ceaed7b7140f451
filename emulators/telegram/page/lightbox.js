// A picture over the whole window, with the chat's other pictures before and after it.

import { byId, el, iconButton } from "./dom.js";
import { fileSize, fullDate } from "./time.js";

export class Lightbox {
  #pictures = [];
  #at = 0;

  constructor() {
    this.dialog = byId("lightbox");
    this.image = el("img", { class: "lightbox-image", alt: "", on: { click: () => this.#toggleZoom() } });
    this.caption = el("p", { class: "lightbox-caption" });
    this.counter = el("span", { class: "lightbox-counter", "aria-live": "polite" });
    this.facts = el("span", { class: "lightbox-facts" });
    this.download = el("a", { class: "icon-button", title: "Download", "aria-label": "Download" }, iconButton("download", "").firstChild);
    this.before = iconButton("back", "Previous picture", { class: "lightbox-step before", on: { click: () => this.#step(-1) } });
    this.after = iconButton("forward", "Next picture", { class: "lightbox-step after", on: { click: () => this.#step(1) } });
    const close = iconButton("close", "Close", { testid: "lightbox-close", on: { click: () => this.dialog.close() } });
    this.stage = el("div", { class: "lightbox-stage", on: { click: (event) => event.target === this.stage && this.dialog.close() } }, this.image);
    this.dialog.append(
      el("header", { class: "lightbox-head" }, this.counter, this.facts, el("span", { class: "spring" }), this.download, close),
      this.before,
      this.stage,
      this.after,
      this.caption,
    );
    this.dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.dialog.addEventListener("close", () => this.image.removeAttribute("src"));
  }

  /** `messages`: all of the chat; those with a photo are shown, beginning at `messageId`. */
  open(messages, messageId) {
    this.#pictures = messages.filter((one) => !one.deleted && one.media?.kind === "photo");
    this.#at = Math.max(0, this.#pictures.findIndex((one) => one.message_id === messageId));
    if (this.#pictures.length === 0) return;
    this.#show();
    if (!this.dialog.open) this.dialog.showModal();
  }

  #show() {
    const message = this.#pictures[this.#at];
    const { media } = message;
    const name = media.file_name ?? `photo-${message.message_id}.jpg`;
    this.dialog.dataset.zoomed = "false";
    this.image.src = media.url;
    this.image.alt = message.caption || (message.from === "bot" ? "Photo from the bot" : "Your photo");
    this.caption.textContent = message.caption ?? "";
    this.counter.textContent = `${this.#at + 1} of ${this.#pictures.length}`;
    const size = media.width && media.height ? `${media.width} × ${media.height}` : "";
    this.facts.textContent = [size, fileSize(media.size), fullDate(message.date)].filter(Boolean).join(" · ");
    this.download.href = media.url;
    this.download.download = name;
    this.before.disabled = this.#at === 0;
    this.after.disabled = this.#at === this.#pictures.length - 1;
  }

  #step(by) {
    const next = this.#at + by;
    if (next < 0 || next >= this.#pictures.length) return;
    this.#at = next;
    this.#show();
  }

  #toggleZoom() {
    this.dialog.dataset.zoomed = String(this.dialog.dataset.zoomed !== "true");
  }

  #onKey(event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.#step(moves[event.key]);
  }
}
