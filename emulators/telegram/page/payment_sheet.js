// The sheet over the chat in which a person pays an invoice: what it costs, what is left, and what the bot says to it.

import { byId, el } from "./dom.js";
import { starCount } from "./stars.js";
import { starsWords } from "./time.js";

const TOP_UP = 10_000;

/**
 * `invoice` = {title, total_amount}; `account` = {stars(), pay() → {paid, error?}, topUp(stars)}.
 * Resolves to true when it was paid, to false when the sheet was put away.
 */
export function askForPayment(invoice, account) {
  return new Promise((resolve) => new PaymentSheet(invoice, account, resolve));
}

class PaymentSheet {
  #isPaid = false;

  constructor(invoice, account, resolve) {
    Object.assign(this, { invoice, account });
    this.have = el("span", { class: "sheet-balance" });
    this.says = el("p", { class: "sheet-says", testid: "payment-error", role: "alert", hidden: true });
    this.confirm = el("button", { type: "button", class: "primary large", testid: "payment-confirm", autofocus: true });
    this.cancel = el("button", { type: "button", class: "quiet", testid: "payment-cancel", on: { click: () => this.dialog.close() } }, "Cancel");
    this.dialog = el(
      "dialog",
      { class: "box sheet", testid: "payment-sheet", "aria-label": "Confirm your purchase" },
      this.have,
      el("span", { class: "sheet-star", "aria-hidden": "true" }, starCount("", { size: 56 }).firstChild),
      el("h2", {}, "Confirm your purchase"),
      el("p", { class: "sheet-question" }, ...this.#question()),
      this.says,
      el("div", { class: "sheet-buttons" }, this.confirm, this.cancel),
    );
    this.confirm.addEventListener("click", () => this.#act());
    this.dialog.addEventListener("cancel", (event) => this.isAsking && event.preventDefault());
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      resolve(this.#isPaid);
    });
    document.body.append(this.dialog);
    this.#show();
    this.dialog.showModal();
  }

  get isShort() {
    return this.account.stars() < this.invoice.total_amount;
  }

  #question() {
    const bold = (words) => el("b", {}, words);
    const { title, total_amount: amount } = this.invoice;
    return ["Do you want to buy ", bold(title), " from ", bold(byId("bot-name").textContent), " for ", bold(starsWords(amount)), "?"];
  }

  #show({ isAsking = false, error = "" } = {}) {
    this.isAsking = isAsking;
    const missing = this.invoice.total_amount - this.account.stars();
    this.have.replaceChildren("Balance", starCount(this.account.stars()));
    this.says.textContent = error || (this.isShort ? `You are ${starsWords(missing)} short.` : "");
    this.says.hidden = !this.says.textContent;
    this.confirm.disabled = isAsking;
    this.confirm.dataset.waiting = String(isAsking);
    this.cancel.disabled = isAsking;
    if (isAsking) this.confirm.replaceChildren(el("span", { class: "spinner", "aria-hidden": "true" }), "Asking the bot…");
    else if (this.isShort) this.confirm.replaceChildren("Get", starCount(TOP_UP));
    else this.confirm.replaceChildren(error ? "Try again" : "Confirm and pay", starCount(this.invoice.total_amount));
  }

  async #act() {
    const wasShort = this.isShort;
    this.#show({ isAsking: true });
    try {
      if (wasShort) {
        await this.account.topUp(TOP_UP);
        this.#show();
        return;
      }
      const answer = await this.account.pay();
      this.#isPaid = answer.paid;
      if (answer.paid) this.dialog.close();
      else this.#show({ error: answer.error });
    } catch (error) {
      this.#show({ error: error.message });
    }
  }
}
