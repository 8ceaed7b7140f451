// The list of messages on the screen: days, runs, albums; only what changed is drawn again; scrolling stays calm.

import { blockNode } from "./bubble.js";
import { arrange, el } from "./dom.js";
import { isService } from "./service.js";
import { dayKey, dayName } from "./time.js";

const RUN_SECONDS = 300;
const NEAR_BOTTOM_PX = 140;

export class Timeline {
  #drawn = new Map();
  #days = new Map();
  #unseen = 0;

  /** `list` holds the blocks, `scroller` moves them, `jump` is the button back to the newest message. */
  constructor({ list, scroller, jump, handlers }) {
    Object.assign(this, { list, scroller, jump, handlers });
    this.watcher = new ResizeObserver(() => this.#pinned && this.#toBottom());
    this.watcher.observe(list);
    this.watcher.observe(scroller);
    this.onScroll = () => this.#settle();
    this.onJump = () => this.toNewest({ smooth: true });
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
    jump.addEventListener("click", this.onJump);
  }

  #pinned = true;

  close() {
    this.watcher.disconnect();
    this.scroller.removeEventListener("scroll", this.onScroll);
    this.jump.removeEventListener("click", this.onJump);
    this.list.replaceChildren();
    this.jump.hidden = true;
  }

  /** `messages` in order of their ids; `arrived` says how many of them are new from the bot. */
  show(messages, { arrived = 0 } = {}) {
    const focused = this.#focusPath();
    const nodes = [];
    let day = null;
    for (const block of blocksOf(messages)) {
      const [{ date }] = block.messages;
      if (dayKey(date) !== day) {
        day = dayKey(date);
        nodes.push(this.#dayNode(day, date));
      }
      nodes.push(this.#blockNode(block));
    }
    arrange(this.list, nodes);
    this.#forgetAllBut(new Set(nodes));
    this.#restoreFocus(focused);
    if (this.#pinned) this.#toBottom();
    else this.#unseen += arrived;
    this.#showJump();
  }

  toNewest({ smooth = false } = {}) {
    this.#pinned = true;
    this.#toBottom(smooth ? "smooth" : "instant");
  }

  jumpTo(messageId) {
    const target = this.list.querySelector(`[data-message-id="${messageId}"]`);
    if (!target) return;
    this.#pinned = false;
    target.scrollIntoView({ block: "center", behavior: "smooth" });
    target.classList.remove("flash");
    requestAnimationFrame(() => target.classList.add("flash"));
  }

  #blockNode(block) {
    const ids = block.messages.map((one) => `${one.message_id}.${one.rev}`).join(" ");
    // A quote shows another message, so its block is drawn again when that one changes.
    const quoted = block.messages.map((one) => this.handlers.find(one.reply_to?.message_id ?? one.reply_to)?.rev ?? "").join();
    const signature = `${ids} ${block.first} ${block.last} ${quoted}`;
    const known = this.#drawn.get(block.key);
    if (known?.signature === signature) return known.node;
    const node = blockNode(block, this.handlers);
    if (known) node.classList.add("redrawn");
    this.#drawn.set(block.key, { signature, node });
    return node;
  }

  #dayNode(key, date) {
    if (!this.#days.has(key)) this.#days.set(key, el("div", { class: "day" }, el("span", {}, dayName(date))));
    return this.#days.get(key);
  }

  #forgetAllBut(nodes) {
    for (const [key, { node }] of this.#drawn) {
      if (!nodes.has(node)) this.#drawn.delete(key);
    }
  }

  /** A re-drawn message must not take the keyboard focus away from the button someone stands on. */
  #focusPath() {
    const row = document.activeElement?.closest?.(".row");
    if (!row || !this.list.contains(row)) return null;
    const key = [...this.#drawn].find(([, drawn]) => drawn.node === row)?.[0];
    return { key, index: focusable(row).indexOf(document.activeElement) };
  }

  #restoreFocus(path) {
    if (!path || this.list.contains(document.activeElement)) return;
    const node = this.#drawn.get(path.key)?.node;
    if (node) focusable(node)[path.index]?.focus({ preventScroll: true });
  }

  #toBottom(behavior = "instant") {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.#unseen = 0;
    this.#showJump();
  }

  #settle() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.#pinned = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    if (this.#pinned) this.#unseen = 0;
    this.#showJump();
  }

  #showJump() {
    this.jump.hidden = this.#pinned;
    this.jump.dataset.unseen = this.#unseen ? String(this.#unseen) : "";
    this.jump.setAttribute("aria-label", this.#unseen ? `To the newest message, ${this.#unseen} new` : "To the newest message");
  }
}

const focusable = (node) => [...node.querySelectorAll("a[href], button, [tabindex='0'], video")];

/** Groups messages into blocks; messages of one album stand together even when others came in between. */
function blocksOf(messages) {
  const blocks = [];
  const albums = new Map();
  for (const message of messages) {
    const album = message.media_group_id ? albums.get(message.media_group_id) : undefined;
    if (album) {
      album.messages.push(message);
      continue;
    }
    const key = message.media_group_id ? `album ${message.media_group_id}` : `message ${message.message_id}`;
    const block = { key, messages: [message], first: true, last: true };
    if (message.media_group_id) albums.set(message.media_group_id, block);
    blocks.push(block);
  }
  blocks.forEach((block, index) => {
    block.first = !sameRun(blocks[index - 1], block);
    block.last = !sameRun(block, blocks[index + 1]);
  });
  return blocks;
}

function sameRun(before, after) {
  if (!before || !after) return false;
  const [one, other] = [before.messages[0], after.messages[0]];
  if (isService(one) || isService(other)) return false;
  const close = Math.abs(other.date - one.date) < RUN_SECONDS && dayKey(one.date) === dayKey(other.date);
  return one.from === other.from && close;
}
