// The line at the bottom: text, caption or edit, depending on what is at hand; Enter sends.

import * as api from "./api.js";
import { CommandMenu } from "./commands.js";
import { byId } from "./dom.js";

const LIMITS = { text: 4096, caption: 1024 };
const WARN_BELOW = 150;

export class Composer {
  #editing = null;
  #busy = false;

  /** `conversation()` gives the open chat or null. */
  constructor({ tray, conversation }) {
    this.tray = tray;
    this.conversation = conversation;
    this.field = byId("composer-field");
    this.form = byId("composer-form");
    this.sendButton = byId("send");
    this.count = byId("composer-count");
    this.editBar = byId("edit-bar");
    this.commands = new CommandMenu({ field: this.field, onPick: (text) => this.sendText(text) });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.field.addEventListener("input", () => this.refresh());
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    byId("edit-cancel").addEventListener("click", () => this.stopEditing());
  }

  /** Called when the chat, the tray or the text changed. */
  refresh() {
    const hasFiles = !this.tray.isEmpty;
    this.field.placeholder = hasFiles ? "Add a caption…" : "Message";
    this.field.setAttribute("aria-label", hasFiles ? "Caption" : "Message");
    this.#grow();
    const limit = hasFiles ? LIMITS.caption : LIMITS.text;
    const left = limit - this.field.value.length;
    this.count.hidden = left > WARN_BELOW;
    this.count.textContent = String(left);
    this.count.dataset.over = String(left < 0);
    this.sendButton.disabled = this.#busy || left < 0 || (!hasFiles && !this.field.value.trim());
    this.commands.refresh({ enabled: !hasFiles && !this.#editing });
  }

  reset() {
    this.stopEditing();
    this.field.value = "";
    this.refresh();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  edit(message) {
    this.#editing = message;
    this.editBar.hidden = false;
    byId("edit-excerpt").textContent = message.text;
    this.field.value = message.text;
    this.refresh();
    this.focus();
  }

  stopEditing() {
    if (!this.#editing) return;
    this.#editing = null;
    this.editBar.hidden = true;
    this.field.value = "";
    this.refresh();
  }

  async sendText(text) {
    const chat = this.conversation();
    if (!chat) return;
    const sent = await this.#during(() => chat.attempt((id) => api.sendMessage(id, { text })));
    if (sent && this.field.value.trim() === text.trim()) this.field.value = "";
    // A command picked from the menu leaves behind what was typed to find it.
    if (sent && text.startsWith(this.field.value.trim())) this.field.value = "";
    this.refresh();
  }

  async #send() {
    const chat = this.conversation();
    const text = this.field.value.trim();
    if (!chat || this.sendButton.disabled) return;
    if (!this.tray.isEmpty) {
      await this.#sendFiles(chat, text);
    } else if (this.#editing) {
      const { message_id: messageId } = this.#editing;
      const done = await this.#during(() => chat.attempt((id) => api.editMessage(id, messageId, text)));
      if (done) this.stopEditing();
    } else {
      await this.sendText(text);
    }
    this.focus();
  }

  async #sendFiles(chat, caption) {
    const { asDocument } = this.tray;
    const sent = await this.#during(() =>
      chat.attempt(async (id) => {
        let words = caption;
        for (const files of this.tray.groups()) {
          await api.sendFiles(id, files, { asDocument, caption: words });
          words = "";
        }
      }),
    );
    if (!sent) return;
    this.tray.clear();
    this.field.value = "";
    this.refresh();
  }

  async #during(work) {
    this.#busy = true;
    this.sendButton.dataset.busy = "true";
    this.sendButton.disabled = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      delete this.sendButton.dataset.busy;
      this.refresh();
    }
  }

  #onKey(event) {
    if (this.commands.onKey(event)) return;
    if (event.key === "Escape") this.stopEditing();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #grow() {
    // Of a hidden field nothing can be measured.
    if (!this.field.offsetParent) return;
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 180)}px`;
  }
}
