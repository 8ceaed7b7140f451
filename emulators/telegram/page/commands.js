// The menu of the bot's commands: opens by typing "/" or by its button. The bot may have
// told setMyCommands other words for other languages; those are read from the calls the emulator recorded.

import * as api from "./api.js";
import { byId, el } from "./dom.js";

export class CommandMenu {
  #commands = [];
  #shown = [];
  #active = 0;
  #dismissed = "";

  constructor({ field, onPick }) {
    this.field = field;
    this.onPick = onPick;
    this.root = byId("command-menu");
    this.button = byId("command-button");
    this.button.addEventListener("click", () => this.#onButton());
  }

  /** `commands` are those for everybody; called when the chat opens and when the bot has set them anew. */
  async load(commands, language) {
    this.#commands = latest(await api.readCalls("setMyCommands"), language) ?? commands;
    this.button.hidden = this.#commands.length === 0;
    this.refresh({ enabled: true });
  }

  refresh({ enabled }) {
    const typed = this.field.value;
    const wanted = enabled && /^\/\S*$/.test(typed) && typed !== this.#dismissed;
    const found = wanted ? this.#commands.filter((one) => `/${one.command}`.startsWith(typed.toLowerCase())) : [];
    this.#shown = found;
    this.#active = Math.min(this.#active, Math.max(found.length - 1, 0));
    if (typed !== this.#dismissed) this.#dismissed = "";
    this.#draw();
  }

  /** True when the key was for the menu. */
  onKey(event) {
    if (this.#shown.length === 0) return false;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      this.#active = (this.#active + moves[event.key] + this.#shown.length) % this.#shown.length;
      this.#draw();
    } else if (event.key === "Enter") {
      this.#pick(this.#shown[this.#active]);
    } else if (event.key === "Tab") {
      this.field.value = `/${this.#shown[this.#active].command} `;
      this.field.dispatchEvent(new Event("input"));
    } else if (event.key === "Escape") {
      this.#dismiss();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  #onButton() {
    const isOpen = this.#shown.length > 0;
    if (isOpen) {
      this.#dismiss();
      return;
    }
    this.field.value = "/";
    this.#dismissed = "";
    this.field.dispatchEvent(new Event("input"));
    this.field.focus();
  }

  #dismiss() {
    if (this.field.value === "/") this.field.value = "";
    this.#dismissed = this.field.value;
    this.field.dispatchEvent(new Event("input"));
  }

  #pick(command) {
    this.onPick(`/${command.command}`);
  }

  #draw() {
    const isOpen = this.#shown.length > 0;
    this.root.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    this.field.setAttribute("aria-expanded", String(isOpen));
    this.root.replaceChildren(...this.#shown.map((command, index) => this.#option(command, index)));
    const active = this.root.children[this.#active];
    if (active) this.field.setAttribute("aria-activedescendant", active.id);
    else this.field.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  #option(command, index) {
    const attributes = {
      id: `command-${index}`,
      class: "command",
      role: "option",
      "aria-selected": String(index === this.#active),
      // Before the field loses its focus, so that the menu is still there when the click comes.
      on: { mousedown: (event) => event.preventDefault(), click: () => this.#pick(command) },
    };
    return el("div", attributes, el("b", {}, `/${command.command}`), el("span", { class: "faint" }, command.description));
  }
}

/** The last list recorded for that language, else for everybody, else undefined. */
function latest(calls, language) {
  const lists = calls
    .map((call) => call.params ?? {})
    .filter((params) => ["default", "all_private_chats", undefined].includes(parsed(params.scope)?.type));
  const own = lists.filter((params) => params.language_code && language?.startsWith(params.language_code)).at(-1);
  const everybody = lists.filter((params) => !params.language_code).at(-1);
  return parsed((own ?? everybody)?.commands);
}

function parsed(value) {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
