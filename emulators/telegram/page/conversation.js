// One person's chat with the bot: keeps what the feed tells, draws it, and passes on what the person does.

import * as api from "./api.js";
import { Feed } from "./feed.js";
import { askForPayment } from "./payment_sheet.js";
import { Timeline } from "./timeline.js";

const PRESS_SECONDS = 45;
const HOLD_SECONDS = 15;

const ACTIONS = {
  typing: "typing…",
  upload_photo: "sending a photo…",
  record_video: "recording a video…",
  upload_video: "sending a video…",
  record_voice: "recording a voice message…",
  upload_voice: "sending a voice message…",
  upload_document: "sending a file…",
  choose_sticker: "choosing a sticker…",
  find_location: "looking up a place…",
  record_video_note: "recording a video message…",
  upload_video_note: "sending a video message…",
};

export class Conversation {
  #messages = new Map();
  #actionTimer = null;
  stars = 0;

  /**
   * `parts` = {list, scroller, jump}; `show` = {action(words, name), empty(isEmpty), keyboard(markup), stars(count),
   * away(delay), back(), opened(id, seconds), notice(text, {alert}), paid(invoice), failed(error), edit(message),
   * command(text)}: what the rest of the page does with it.
   */
  constructor({ person, parts, show }) {
    this.person = person;
    this.show = show;
    this.timeline = new Timeline({ ...parts, handlers: this.#handlers() });
    this.feed = new Feed({
      ask: (since, wait, signal) => api.readChat(person.id, since, wait, signal),
      position: (answer) => answer.rev,
      onAnswer: (answer, fresh) => this.#take(answer, fresh),
      onAway: (error, delay) => show.away(error, delay),
      onBack: () => show.back(),
    }).start();
  }

  close() {
    this.feed.stop();
    clearTimeout(this.#actionTimer);
    this.timeline.close();
  }

  /** All messages that still stand, oldest first. */
  get messages() {
    return [...this.#messages.values()].sort((one, other) => one.message_id - other.message_id);
  }

  /** Sends something and brings the newest message into view; true when the emulator took it. */
  async attempt(work) {
    try {
      await work(this.person.id);
      this.timeline.toNewest();
      this.feed.nudge();
      return true;
    } catch (error) {
      this.show.failed(error);
      return false;
    }
  }

  #take({ messages = [], action = null, keyboard = null, stars = 0 }, fresh) {
    this.stars = stars;
    this.show.stars(stars);
    if (fresh) this.#messages.clear();
    const arrived = messages.filter((one) => one.from === "bot" && !this.#messages.has(one.message_id)).length;
    for (const message of messages) this.#messages.set(message.message_id, message);
    if (fresh || messages.length > 0) this.timeline.show(this.messages, { arrived: fresh ? 0 : arrived });
    if (fresh) this.timeline.toNewest();
    this.show.empty(this.#messages.size === 0);
    this.show.keyboard(keyboard);
    this.#showAction(action);
  }

  #showAction(action) {
    clearTimeout(this.#actionTimer);
    const left = action ? action.until * 1000 - Date.now() : 0;
    if (left <= 0) {
      this.show.action(null);
      return;
    }
    this.show.action(ACTIONS[action.name] ?? `${action.name}…`, action.name);
    this.#actionTimer = setTimeout(() => this.show.action(null), left);
  }

  #handlers() {
    return {
      chat: this.person.id,
      find: (messageId) => this.#messages.get(messageId),
      jumpTo: (messageId) => this.timeline.jumpTo(messageId),
      openPicture: (messageId, seconds) => this.show.opened(messageId, seconds),
      onCommand: (text) => this.show.command(text),
      edit: (message) => this.show.edit(message),
      remove: (message) => this.attempt((id) => api.deleteMessage(id, message.message_id)),
      press: (messageId, row, column) => this.#press(messageId, row, column),
      pay: (message) => this.#pay(message),
    };
  }

  async #pay(message) {
    const { invoice } = message.other;
    const account = {
      stars: () => this.stars,
      pay: () => api.payInvoice(this.person.id, message.message_id),
      topUp: async (more) => {
        ({ stars: this.stars } = await api.setStars(this.person.id, this.stars + more));
        this.show.stars(this.stars);
      },
    };
    if (!(await askForPayment(invoice, account))) return;
    this.show.paid(invoice);
    this.timeline.toNewest();
    this.feed.nudge();
  }

  /** Presses a button and waits until the bot answers, or as long as a real client shows its spinner. */
  async #press(messageId, row, column) {
    const patience = Date.now() + PRESS_SECONDS * 1000;
    try {
      const { callback_query_id: queryId } = await api.pressButton(this.person.id, messageId, row, column);
      while (Date.now() < patience) {
        const answer = await api.readCallback(queryId, HOLD_SECONDS);
        if (!answer.answered) continue;
        if (answer.text) this.show.notice(answer.text, { alert: Boolean(answer.show_alert) });
        return;
      }
    } catch (error) {
      this.show.failed(error);
    }
  }
}
