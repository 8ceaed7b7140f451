// The keyboard a bot may put in place of the letters: its buttons send their own words.

import { byId, el } from "./dom.js";

/** `keyboard` is the chat's ReplyKeyboardMarkup, or null; `onPick(text)` sends. */
export function showReplyKeyboard(keyboard, { onPick }) {
  const root = byId("reply-keyboard");
  const rows = keyboard?.keyboard ?? [];
  root.hidden = rows.length === 0;
  root.replaceChildren(
    ...rows.map((buttons) => el("div", { class: "keyboard-row" }, buttons.map((button) => replyButton(button, onPick)))),
  );
}

function replyButton(button, onPick) {
  const text = typeof button === "string" ? button : button.text;
  return el("button", { type: "button", class: "inline-button", on: { click: () => onPick(text) } }, el("span", {}, text));
}
