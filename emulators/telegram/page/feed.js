// A long poll that never gives up: asks again from where it was, and says when the other side is away.

const HOLD_SECONDS = 20;
const GLANCE_MS = 2_500;
const RETRY_MS = [400, 800, 1_500, 2_000];

/**
 * Browsers allow six connections to one origin over all windows together, so only a window that is looked at
 * holds its request open; the others glance from time to time.
 */
function isWatched({ whenVisible }) {
  return document.visibilityState === "visible" && (whenVisible || document.hasFocus());
}

export class Feed {
  #stop = new AbortController();
  #since = 0;
  #epoch = null;
  #wake = () => {};

  /**
   * `ask(since, wait, signal)` answers an object; `position(answer)` says where to go on from.
   * `onAnswer(answer, fresh)`: fresh means that the answer is the whole story, not a change.
   */
  constructor({ ask, position, onAnswer, onAway = () => {}, onBack = () => {}, holdWhenVisible = true }) {
    Object.assign(this, { ask, position, onAnswer, onAway, onBack, holdWhenVisible });
  }

  start() {
    this.#run();
    return this;
  }

  stop() {
    this.#stop.abort();
    this.#wake();
  }

  /** Asks at once when the feed is pausing. */
  nudge() {
    this.#wake();
  }

  async #run() {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#once();
        if (failures > 0) this.onBack();
        failures = 0;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const delay = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
        failures += 1;
        // After an absence the other side may have been reset: start over instead of trusting the old position.
        this.#since = 0;
        this.onAway(error, delay);
        await this.#pause(delay);
      }
    }
  }

  async #once() {
    const fresh = this.#since === 0;
    const watched = isWatched({ whenVisible: this.holdWhenVisible });
    const answer = await this.ask(this.#since, watched && !fresh ? HOLD_SECONDS : 0, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    const position = this.position(answer);
    const isAnother = this.#epoch !== null && answer.epoch !== this.#epoch;
    this.#epoch = answer.epoch ?? null;
    if (!fresh && (isAnother || position < this.#since)) {
      // The emulator has forgotten everything: what is shown is no longer so.
      this.#since = 0;
      return;
    }
    this.#since = position;
    this.onAnswer(answer, fresh);
    // Position 0 means that nothing ever happened there, and such a request is not held open.
    if (!watched || position === 0) await this.#pause(position === 0 ? 700 : GLANCE_MS);
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
