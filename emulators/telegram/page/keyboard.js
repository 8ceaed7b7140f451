// Inline keyboards: rows of buttons under a message, with a waiting state until the bot has answered the press.

import { el, icon } from "./dom.js";
import { safeUrl } from "./entities.js";
import { starText } from "./stars.js";

/** Presses that wait for their answer, by "chat:message:row:column"; kept here so that a re-drawn button still waits. */
const waiting = new Set();

/**
 * `chat` names the conversation; `press(messageId, row, column)` resolves when the bot has answered, or has had its
 * time; `pay(message)` when the sheet is closed.
 */
export function inlineKeyboard(message, { chat, press, pay }) {
  const rows = message.buttons.map((buttons, row) =>
    el(
      "div",
      { class: "keyboard-row" },
      buttons.map((button, column) =>
        button.url ? addressButton(button) : button.pay ? payButton(message, button, pay) : pressButton(message, button, { chat, row, column, press }),
      ),
    ),
  );
  return el("div", { class: "keyboard", role: "group", "aria-label": "Buttons of this message" }, rows);
}

function addressButton(button) {
  const href = safeUrl(button.url);
  return el(
    "a",
    { class: "inline-button", testid: "inline-button", href, target: "_blank", rel: "noopener noreferrer", title: button.url },
    el("span", {}, button.text),
    icon("link", { size: 14 }),
  );
}

function payButton(message, button, pay) {
  return el(
    "button",
    { type: "button", class: "inline-button pay", testid: "pay", on: { click: () => pay(message) } },
    el("span", {}, starText(button.text)),
  );
}

function pressButton(message, button, { chat, row, column, press }) {
  const key = `${chat}:${message.message_id}:${row}:${column}`;
  const node = el(
    "button",
    { type: "button", class: "inline-button", testid: "inline-button", data: { key } },
    el("span", {}, button.text),
  );
  node.addEventListener("click", async () => {
    // A second press while the first waits goes out too: real clients let people do that, and bots must bear it.
    waiting.add(key);
    mark(key);
    try {
      await press(message.message_id, row, column);
    } finally {
      waiting.delete(key);
      mark(key);
    }
  });
  setWaiting(node, waiting.has(key));
  return node;
}

function mark(key) {
  for (const node of document.querySelectorAll(`.inline-button[data-key="${key}"]`)) setWaiting(node, waiting.has(key));
}

function setWaiting(node, isWaiting) {
  node.dataset.waiting = String(isWaiting);
  node.setAttribute("aria-busy", String(isWaiting));
}
