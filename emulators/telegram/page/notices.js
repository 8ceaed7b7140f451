// Short notices that float over the chat, alerts that want an answer, and questions before something is lost.

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
  return open(dialog, { OK: true });
}

/** Resolves true when the person confirms. */
export function confirmBox(text, { yes }) {
  const dialog = el(
    "dialog",
    { class: "box", "aria-label": text },
    el("p", { class: "box-text" }, text),
    el(
      "div",
      { class: "box-buttons" },
      el("button", { type: "button", class: "quiet" }, "Cancel"),
      el("button", { type: "button", class: "primary danger", autofocus: true }, yes),
    ),
  );
  return open(dialog, { [yes]: true });
}

function open(dialog, answers) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = false;
    for (const button of dialog.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        answer = answers[button.textContent] ?? false;
        dialog.close();
      });
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}
