// Short notices that float over the chat, and alerts that stay until they are put away.

import { byId, el, icon } from "./dom.js";

const STAY_MS = 4_200;
const MOST = 4;

/** `kind` is "plain" (what the bot answered), "good" or "bad" (the page's own news). */
export function toast(text, { kind = "plain" } = {}) {
  const shelf = byId("toasts");
  const marks = { plain: "chat", good: "check", bad: "alert" };
  const node = el("div", { class: "toast", testid: "toast", data: { kind } }, icon(marks[kind], { size: 18 }), el("span", {}, text));
  shelf.append(node);
  while (shelf.children.length > MOST) shelf.firstElementChild.remove();
  const leave = () => {
    node.classList.add("leaving");
    setTimeout(() => node.remove(), 250);
  };
  // Long sentences stay longer: about as long as it takes to read them twice.
  setTimeout(leave, STAY_MS + Math.min(text.length, 200) * 35);
  node.addEventListener("click", leave);
}

/** An alert from the bot (show_alert): stays until it is put away. */
export function alertBox(text) {
  const dialog = el(
    "dialog",
    { class: "box", testid: "toast", "aria-label": "The bot says", data: { kind: "alert" } },
    el("p", { class: "box-text" }, text),
    el("div", { class: "box-buttons" }, el("button", { type: "button", class: "primary", autofocus: true }, "OK")),
  );
  open(dialog);
}

function open(dialog) {
  document.body.append(dialog);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}
