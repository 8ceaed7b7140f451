// Times and sizes as a person reads them.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const EXACT = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const FULL = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });

const when = (unixSeconds) => new Date(unixSeconds * 1000);

export const clock = (unixSeconds) => CLOCK.format(when(unixSeconds));
export const exactClock = (unixSeconds) => EXACT.format(when(unixSeconds));
export const fullDate = (unixSeconds) => FULL.format(when(unixSeconds));

/** A key that is the same for all moments of one local day. */
export const dayKey = (unixSeconds) => when(unixSeconds).toDateString();

export function dayName(unixSeconds, now = new Date()) {
  const date = when(unixSeconds);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

export function fileSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function milliseconds(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1) return "<1 ms";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const WHOLE = new Intl.NumberFormat("en");

/** 50000 as 50,000. */
export const grouped = (number) => WHOLE.format(number);

export const starsWords = (count) => `${grouped(count)} ${count === 1 ? "Star" : "Stars"}`;

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
