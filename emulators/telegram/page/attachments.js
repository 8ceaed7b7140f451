// Ways to put something into a message: the menu behind the paper clip, dropping, pasting, and the samples.

import * as api from "./api.js";
import { byId, el, icon } from "./dom.js";
import { DropZone } from "./drop.js";
import { toast } from "./notices.js";

const SAMPLES = [
  ["cat.jpg", "Cat"],
  ["cup.jpg", "Cup"],
  ["rocket.jpg", "Rocket"],
  ["portrait.jpg", "Portrait"],
  ["portrait-exif-gps-rotated.jpg", "With GPS"],
];

/** What a person may send and the bot has no use for. */
const OTHER = [
  ["location", "Location", { location: { latitude: 22.2819, longitude: 114.1582 } }],
  [
    "venue",
    "Venue",
    {
      venue: {
        location: { latitude: 22.2935, longitude: 114.1699 },
        title: "Clock Tower",
        address: "Tsim Sha Tsui, Kowloon",
      },
    },
  ],
  ["contact", "Contact", { contact: { phone_number: "+852 5550 0100", first_name: "Robin", last_name: "Example" } }],
  ["voice", "Voice", { voice: {} }],
  ["sticker", "Sticker", { sticker: {} }],
  ["passport", "Passport", { passport_data: {} }],
];

export class Attachments {
  constructor({ tray, conversation, composer }) {
    Object.assign(this, { tray, conversation, composer });
    this.menu = byId("attach-menu");
    this.button = byId("attach");
    this.input = byId("file-input");
    this.button.addEventListener("click", () => this.#toggle());
    this.input.addEventListener("change", () => {
      this.#take([...this.input.files]);
      this.input.value = "";
    });
    document.addEventListener("pointerdown", (event) => this.#onOutside(event));
    this.menu.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("paste", (event) => this.#onPaste(event));
    new DropZone({ onFiles: (files, options) => this.#take(files, options), isOpen: () => this.conversation() !== null });
  }

  #take(files, options) {
    if (files.length === 0) return;
    this.close();
    this.tray.add(files, options);
    this.composer.focus();
  }

  #toggle() {
    if (!this.menu.hidden) {
      this.close();
      return;
    }
    // Built when first asked for: the sample pictures are fetched only by those who look.
    if (!this.menu.firstChild) this.menu.append(...this.#contents());
    this.menu.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.menu.querySelector("button").focus();
  }

  close() {
    this.menu.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  #contents() {
    return [
      el(
        "button",
        { type: "button", class: "menu-wide", on: { click: () => this.input.click() } },
        el("span", { class: "round-mark" }, icon("photo")),
        el("span", {}, el("b", {}, "Photo or file"), el("span", { class: "faint" }, "or drop it on the chat, or paste it")),
      ),
      el("h3", {}, "Sample photos"),
      el("div", { class: "samples" }, SAMPLES.map(([name, label]) => this.#sample(name, label))),
      el("h3", {}, "What the bot has to refuse"),
      el("div", { class: "others" }, OTHER.map(([iconName, label, content]) => this.#other(iconName, label, content))),
    ];
  }

  #sample(name, label) {
    const image = el("img", { src: `/samples/${name}`, alt: "", draggable: "false" });
    const button = el(
      "button",
      { type: "button", class: "sample", data: { sample: name }, on: { click: () => this.#takeSample(name) } },
      image,
      el("span", {}, label),
    );
    image.addEventListener("error", () => button.remove());
    return button;
  }

  async #takeSample(name) {
    const response = await fetch(`/samples/${name}`);
    if (!response.ok) {
      toast(`The emulator does not have ${name}.`, { kind: "bad" });
      return;
    }
    this.#take([new File([await response.blob()], name, { type: "image/jpeg" })]);
  }

  #other(iconName, label, content) {
    const send = () => {
      this.close();
      this.conversation()?.attempt((id) => api.sendMessage(id, content));
      this.composer.focus();
    };
    return el("button", { type: "button", class: "other", on: { click: send } }, icon(iconName), el("span", {}, label));
  }

  #onOutside(event) {
    if (this.menu.hidden || this.menu.contains(event.target) || this.button.contains(event.target)) return;
    this.close();
  }

  #onKey(event) {
    if (event.key !== "Escape") return;
    this.close();
    this.button.focus();
  }

  #onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || !this.conversation() || event.target.closest?.("dialog")) return;
    event.preventDefault();
    this.#take(files.map(named));
  }
}

/** Pasted pictures are all called image.png; the time tells them apart. */
function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const stamp = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([file], `pasted-${stamp}.png`, { type: file.type });
}
