// The people who can be played: who there is, who is chosen (kept in the address and for the next visit), who blocks.

import * as api from "./api.js";
import { avatar, fullName } from "./avatar.js";
import { arrange, byId, el, icon, iconButton } from "./dom.js";
import { toast } from "./notices.js";
import { askForPerson, suggestPerson } from "./person_dialog.js";

const REMEMBERED = "miomio.person";

export class People {
  #people = [];
  #current = null;

  /** `onChoose(person | null)`: another person was chosen, or none is there; `onChange(person)`: the chosen one changed. */
  constructor({ onChoose, onChange }) {
    Object.assign(this, { onChoose, onChange });
    this.list = byId("people-list");
    byId("person-add").addEventListener("click", () => this.add());
    window.addEventListener("hashchange", () => this.#follow());
  }

  get current() {
    return this.#current;
  }

  /** Reads everybody; leaves what is shown alone when nothing changed. */
  async refresh() {
    this.#people = await api.listPeople();
    this.#draw();
    this.#choose();
  }

  async add() {
    const fields = await askForPerson({ title: "Add a person", yes: "Add", person: suggestPerson(this.#people) });
    if (fields) await this.#attempt(() => this.#enter(fields));
  }

  /** The one-click way in for somebody who sees the page for the first time. */
  async addSuggested() {
    await this.#attempt(() => this.#enter(suggestPerson(this.#people)));
  }

  async edit(person) {
    const fields = await askForPerson({ title: "Edit person", yes: "Save", person });
    if (fields) await this.#attempt(() => api.changePerson(person.id, fields));
  }

  async setBlocked(person, blocked) {
    await this.#attempt(() => (blocked ? api.blockBot(person.id) : api.unblockBot(person.id)));
  }

  async #attempt(work) {
    try {
      await work();
      await this.refresh();
    } catch (error) {
      toast(error.message, { kind: "bad" });
    }
  }

  async #enter(fields) {
    const person = await api.addPerson(fields);
    window.location.hash = `person=${person.id}`;
  }

  /** The address names somebody else now, perhaps a person whom another window or a test has added. */
  async #follow() {
    if (this.#known(this.#inAddress())) this.#choose();
    else await this.#attempt(() => {});
  }

  #inAddress() {
    return new URLSearchParams(window.location.hash.slice(1)).get("person");
  }

  #known(id) {
    return this.#people.find((person) => String(person.id) === id);
  }

  #wanted() {
    return this.#known(this.#inAddress()) ?? this.#known(localStorage.getItem(REMEMBERED)) ?? this.#people[0] ?? null;
  }

  #choose() {
    const person = this.#wanted();
    const before = this.#current;
    this.#current = person;
    if (person) {
      localStorage.setItem(REMEMBERED, String(person.id));
      const hash = `#person=${person.id}`;
      if (window.location.hash !== hash) window.history.replaceState(null, "", hash);
    }
    this.#draw();
    if (before?.id !== person?.id || !before) this.onChoose(person);
    else if (JSON.stringify(before) !== JSON.stringify(person)) this.onChange(person);
  }

  #draw() {
    arrange(this.list, this.#people.map((person) => this.#row(person)));
  }

  #row(person) {
    const chosen = person.id === this.#current?.id;
    // A real link: it can be opened in another window, which is how one plays two people at once.
    const link = el(
      "a",
      { class: "person", href: `#person=${person.id}`, testid: "person", "aria-current": chosen ? "true" : null, data: { personId: String(person.id) } },
      avatar(person),
      el(
        "span",
        { class: "person-body" },
        el("b", {}, fullName(person)),
        el("span", { class: "faint" }, [person.username && `@${person.username}`, person.language_code].filter(Boolean).join(" · ") || `id ${person.id}`),
      ),
      person.blocked && el("span", { class: "badge" }, "blocked"),
    );
    return el("li", { class: "person-row" }, link, chosen && this.#actions(person));
  }

  #actions(person) {
    const blockWords = person.blocked ? "Unblock the bot" : "Block the bot";
    return el(
      "div",
      { class: "person-actions" },
      el("button", { type: "button", on: { click: () => this.edit(person) } }, icon("edit", { size: 15 }), "Edit"),
      el(
        "button",
        { type: "button", testid: "person-block", "aria-label": blockWords, on: { click: () => this.setBlocked(person, !person.blocked) } },
        icon(person.blocked ? "check" : "block", { size: 15 }),
        person.blocked ? "Unblock bot" : "Block bot",
      ),
      newWindow(person),
    );
  }
}

function newWindow(person) {
  const open = () => window.open(`${window.location.pathname}#person=${person.id}`, "_blank", "noopener");
  return iconButton("window", "Open in a new window", { class: "small", on: { click: open } });
}
