// The form for one simulated person.

import { el } from "./dom.js";

const LANGUAGES = [
  ["en", "English"],
  ["de", "Deutsch"],
  ["es", "Español"],
  ["fr", "Français"],
  ["it", "Italiano"],
  ["ja", "日本語"],
  ["ko", "한국어"],
  ["pt-br", "Português (Brasil)"],
  ["ru", "Русский"],
  ["tr", "Türkçe"],
  ["uk", "Українська"],
  ["zh-hans", "简体中文"],
  ["zh-hant", "繁體中文"],
];

const SUGGESTIONS = [
  { first_name: "Mia", last_name: "Chan", username: "mia_chan", language_code: "en" },
  { first_name: "Jonas", last_name: "Weber", username: "jonasweber", language_code: "de" },
  { first_name: "Aiko", last_name: "Sato", username: "aiko_sato", language_code: "ja" },
  { first_name: "Olena", last_name: "Koval", username: "olena_koval", language_code: "uk" },
  { first_name: "Rafael", last_name: "Lima", username: "rafa_lima", language_code: "pt-br" },
];

/** Somebody who is not among `people` yet. */
export function suggestPerson(people) {
  const taken = new Set(people.map((person) => person.username));
  return SUGGESTIONS.find((one) => !taken.has(one.username)) ?? { first_name: `Person ${people.length + 1}`, language_code: "en" };
}

/** Resolves to the fields (null removes one), or to null when the form was put away. */
export function askForPerson({ title, yes, person }) {
  const form = el(
    "form",
    { class: "person-form", method: "dialog" },
    el("h2", {}, title),
    el(
      "div",
      { class: "field-pair" },
      field("First name", "first_name", person, { required: true, maxlength: "64" }),
      field("Last name", "last_name", person, { maxlength: "64" }),
    ),
    el(
      "div",
      { class: "field-pair" },
      field("Username", "username", person, { pattern: "@?[A-Za-z][A-Za-z0-9_]{3,31}", title: "4 to 32 letters, digits or _" }),
      languageField(person),
    ),
    el(
      "div",
      { class: "box-buttons" },
      el("button", { type: "button", class: "quiet", on: { click: () => dialog.close() } }, "Cancel"),
      el("button", { type: "submit", class: "primary", testid: "person-save" }, yes),
    ),
  );
  const dialog = el("dialog", { class: "box wide", "aria-label": title, testid: "person-dialog" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let fields = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      fields = read(form);
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(fields);
    });
    dialog.showModal();
    form.elements.first_name.select();
  });
}

function read(form) {
  const value = (name) => form.elements[name].value.trim() || null;
  return {
    first_name: value("first_name"),
    last_name: value("last_name"),
    username: value("username")?.replace(/^@/, "") ?? null,
    language_code: value("language_code"),
  };
}

function field(label, name, person, attributes) {
  const input = el("input", { name, autocomplete: "off", spellcheck: "false", value: person?.[name] ?? "", ...attributes });
  return el("label", { class: "field" }, el("span", {}, label), input);
}

function languageField(person) {
  const current = person?.language_code ?? "";
  const known = LANGUAGES.some(([code]) => code === current) || !current;
  const choices = [["", "Not told"], ...LANGUAGES, ...(known ? [] : [[current, current]])];
  const options = choices.map(([code, name]) => el("option", { value: code, selected: code === current }, code ? `${name} (${code})` : name));
  return el("label", { class: "field" }, el("span", {}, "Language"), el("select", { name: "language_code" }, options));
}
