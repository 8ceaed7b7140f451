// A picture or a video over the whole window, with the chat's others before and after it.

import { byId, el, iconButton } from "./dom.js";
import { duration, fileSize, fullDate } from "./time.js";

export class Lightbox {
  #pictures = [];
  #at = 0;

  constructor() {
    this.dialog = byId("lightbox");
    this.image = el("img", { class: "lightbox-image", alt: "", on: { click: () => this.#toggleZoom() } });
    this.video = el("video", { class: "lightbox-image", testid: "lightbox-video", controls: true, playsinline: true, hidden: true });
    this.caption = el("p", { class: "lightbox-caption" });
    this.counter = el("span", { class: "lightbox-counter", "aria-live": "polite" });
    this.facts = el("span", { class: "lightbox-facts" });
    this.download = el("a", { class: "icon-button", title: "Download", "aria-label": "Download" }, iconButton("download", "").firstChild);
    this.before = iconButton("back", "Previous picture", { class: "lightbox-step before", on: { click: () => this.#step(-1) } });
    this.after = iconButton("forward", "Next picture", { class: "lightbox-step after", on: { click: () => this.#step(1) } });
    const close = iconButton("close", "Close", { testid: "lightbox-close", on: { click: () => this.dialog.close() } });
    this.stage = el("div", { class: "lightbox-stage", on: { click: (event) => event.target === this.stage && this.dialog.close() } }, this.image, this.video);
    this.dialog.append(
      el("header", { class: "lightbox-head" }, this.counter, this.facts, el("span", { class: "spring" }), this.download, close),
      this.before,
      this.stage,
      this.after,
      this.caption,
    );
    this.dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.dialog.addEventListener("close", () => this.#clear());
  }

  /** `messages`: all of the chat; those with a photo or a video are shown, beginning at `messageId`, a video at `seconds`. */
  open(messages, messageId, seconds = 0) {
    this.#pictures = messages.filter((one) => !one.deleted && ["photo", "video"].includes(one.media?.kind));
    this.#at = Math.max(0, this.#pictures.findIndex((one) => one.message_id === messageId));
    if (this.#pictures.length === 0) return;
    this.#show(seconds);
    if (!this.dialog.open) this.dialog.showModal();
  }

  #show(seconds = 0) {
    const message = this.#pictures[this.#at];
    const { media } = message;
    const isVideo = media.kind === "video";
    const name = media.file_name ?? `${media.kind}-${message.message_id}.${isVideo ? "mp4" : "jpg"}`;
    this.#clear();
    this.image.hidden = isVideo;
    this.video.hidden = !isVideo;
    const whose = message.from === "bot" ? `The bot's ${media.kind}` : `Your ${media.kind}`;
    if (isVideo) this.#play(media, { seconds, label: message.caption || whose });
    else Object.assign(this.image, { src: media.url, alt: message.caption || whose });
    this.caption.textContent = message.caption ?? "";
    this.counter.textContent = `${this.#at + 1} of ${this.#pictures.length}`;
    const size = media.width && media.height ? `${media.width} × ${media.height}` : "";
    const length = isVideo ? duration(media.duration) : "";
    this.facts.textContent = [size, length, fileSize(media.size), fullDate(message.date)].filter(Boolean).join(" · ");
    this.download.href = media.url;
    this.download.download = name;
    this.before.disabled = this.#at === 0;
    this.after.disabled = this.#at === this.#pictures.length - 1;
  }

  #play(media, { seconds, label }) {
    // The shape is known before the video is: the frame has its size at once.
    this.video.style.setProperty("aspect-ratio", media.width && media.height ? `${media.width} / ${media.height}` : "auto");
    if (media.poster) this.video.poster = media.poster;
    this.video.setAttribute("aria-label", label);
    this.video.src = media.url;
    this.video.currentTime = seconds;
    // A browser may refuse to play by itself; the controls are there.
    this.video.play().catch(() => {});
  }

  #clear() {
    this.dialog.dataset.zoomed = "false";
    this.image.removeAttribute("src");
    this.video.pause();
    this.video.removeAttribute("poster");
    if (this.video.hasAttribute("src")) {
      this.video.removeAttribute("src");
      this.video.load();
    }
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
    // On a video the arrows are for its own controls.
    if (!(event.key in moves) || event.target === this.video) return;
    event.preventDefault();
    this.#step(moves[event.key]);
  }
}
