// The tray above the composer: files that wait to be sent, as photos or as files.

import { arrange, byId, el, icon, iconButton } from "./dom.js";
import { fileSize } from "./time.js";

const ALBUM = 10;
/** What a Telegram client turns into a photo; all else goes as a file, with its bytes as they are. */
const PHOTO_TYPES = ["image/jpeg", "image/png", "image/webp"];

export class Tray {
  #items = [];
  #next = 1;
  #asked = false;

  constructor({ onChange }) {
    this.onChange = onChange;
    this.root = byId("tray");
    this.list = el("ul", { class: "tray-list", "aria-label": "Files to send" });
    this.toggle = el("input", { type: "checkbox", role: "switch", testid: "as-file", on: { change: () => this.#ask(this.toggle.checked) } });
    this.note = el("span", { class: "faint", "aria-live": "polite" });
    this.root.append(
      this.list,
      el(
        "div",
        { class: "tray-foot" },
        el("label", { class: "switch" }, this.toggle, el("span", { class: "switch-track" }), "Send as file"),
        this.note,
        iconButton("close", "Put all away", { class: "small", on: { click: () => this.clear() } }),
      ),
    );
  }

  get isEmpty() {
    return this.#items.length === 0;
  }

  get asDocument() {
    return this.#asked || this.#onlyFiles();
  }

  add(files, { asDocument = false } = {}) {
    for (const file of files) {
      const showable = PHOTO_TYPES.includes(file.type) || file.type === "image/gif";
      const item = { id: this.#next, file, url: showable ? URL.createObjectURL(file) : null };
      this.#next += 1;
      item.node = this.#thumb(item);
      this.#items.push(item);
    }
    if (asDocument) this.#asked = true;
    this.#draw();
  }

  /** The files in groups of at most ten, as an album holds no more. */
  groups() {
    const files = this.#items.map((item) => item.file);
    return Array.from({ length: Math.ceil(files.length / ALBUM) }, (_, index) => files.slice(index * ALBUM, (index + 1) * ALBUM));
  }

  clear() {
    for (const item of this.#items) this.#release(item);
    this.#items = [];
    this.#asked = false;
    this.#draw();
  }

  #ask(asDocument) {
    this.#asked = asDocument;
    this.#draw();
  }

  #onlyFiles() {
    return this.#items.some((item) => !PHOTO_TYPES.includes(item.file.type));
  }

  #remove(item) {
    this.#release(item);
    this.#items = this.#items.filter((other) => other !== item);
    this.#draw();
  }

  #release(item) {
    if (item.url) URL.revokeObjectURL(item.url);
  }

  #thumb(item) {
    const ending = item.file.name.split(".").pop().slice(0, 4).toUpperCase();
    const face = item.url ? el("img", { src: item.url, alt: "" }) : el("span", { class: "tray-file" }, icon("file"), ending);
    return el(
      "li",
      { class: "tray-item", title: `${item.file.name}, ${fileSize(item.file.size)}` },
      face,
      el("span", { class: "tray-name" }, item.file.name),
      iconButton("close", `Remove ${item.file.name}`, { class: "tray-remove", on: { click: () => this.#remove(item) } }),
    );
  }

  #draw() {
    arrange(this.list, this.#items.map((item) => item.node));
    this.root.hidden = this.isEmpty;
    this.root.dataset.asFile = String(this.asDocument);
    this.toggle.checked = this.asDocument;
    this.toggle.disabled = this.#onlyFiles();
    this.note.textContent = this.#describe();
    this.onChange();
  }

  #describe() {
    const count = this.#items.length;
    if (this.asDocument) {
      return count === 1 ? "Original bytes, with everything the camera wrote" : `${count} files, original bytes`;
    }
    if (count === 1) return "Compressed as Telegram does";
    const albums = Math.ceil(count / ALBUM);
    return albums === 1 ? `${count} photos as one album` : `${count} photos as ${albums} albums`;
  }
}
