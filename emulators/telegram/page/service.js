// Service messages: what Telegram itself says in the middle of the chat, and the receipt behind a payment.

import { byId, el, icon } from "./dom.js";
import { starCount } from "./stars.js";
import { fullDate, starsWords } from "./time.js";

const KINDS = {
  successful_payment: { icon: "check", heading: "Payment done" },
  refunded_payment: { icon: "refund", heading: "Stars came back" },
};

function kindOf(message) {
  return Object.keys(message.other ?? {}).find((name) => name in KINDS);
}

export function isService(message) {
  return !message.deleted && kindOf(message) !== undefined;
}

/** The row of a service message; a click opens its receipt. */
export function serviceRow(message, hooks) {
  const kind = kindOf(message);
  const words = el("span", {}, ...sentence(message, kind));
  const open = () => showReceipt(message, kind);
  const button = el(
    "button",
    { type: "button", class: "service", testid: "service", data: { service: kind }, title: "Open the receipt", on: { click: open } },
    icon(KINDS[kind].icon, { size: 16 }),
    words,
    icon("receipt", { size: 16 }),
  );
  return el("article", { class: "row service-row", ...hooks }, button);
}

function sentence(message, kind) {
  const bold = (text) => el("b", {}, text);
  const amount = bold(starsWords(message.other[kind].total_amount));
  const title = message.receipt?.title;
  const what = title ? [" for ", bold(title)] : [];
  const bot = byId("bot-name").textContent;
  return kind === "successful_payment" ? ["You paid ", bot, " ", amount, ...what] : [bot, " gave back ", amount, ...what];
}

function showReceipt(message, kind) {
  const payment = message.other[kind];
  const refunded = message.receipt?.refunded;
  const rows = [
    ["What", message.receipt?.title],
    ["Price", starCount(payment.total_amount)],
    ["Paid", fullDate(message.receipt?.date ?? message.date)],
    ["Given back", refunded ? fullDate(refunded) : null],
    ["Transaction", el("code", {}, payment.telegram_payment_charge_id)],
  ];
  const dialog = el(
    "dialog",
    { class: "box sheet", testid: "receipt", "aria-label": "Receipt" },
    el("span", { class: "sheet-star", "aria-hidden": "true" }, icon("star", { size: 56 })),
    el("h2", {}, refunded ? "Refunded" : KINDS[kind].heading),
    el("dl", { class: "receipt-rows" }, rows.filter(([, value]) => value).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("div", { class: "sheet-buttons" }, el("button", { type: "button", class: "primary large", autofocus: true, on: { click: () => dialog.close() } }, "OK")),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
