// Pictures, videos, files and sounds inside a message. Space is reserved from the known size, so nothing jumps.

import { el, icon, iconButton } from "./dom.js";
import { duration, fileSize } from "./time.js";

const WIDEST = 480;
const TALLEST = 520;
const NARROWEST = 220;

/** Width over height, kept within what a chat can show: a 1 by 20,000 strip would be a line. */
export function shape(media) {
  const ratio = media.width && media.height ? media.width / media.height : 4 / 3;
  return Math.min(Math.max(ratio, 0.45), 2.6);
}

function frameWidth(media) {
  const ratio = shape(media);
  const natural = media.width || WIDEST;
  return Math.round(Math.max(NARROWEST, Math.min(WIDEST, TALLEST * ratio, Math.max(natural, 360))));
}

export function isPicture(media) {
  return media?.kind === "photo";
}

/** A photo as a button that opens it large. `describe` is its name for those who cannot see it. */
export function picture(media, { describe, onOpen }) {
  const image = el("img", { src: media.url, alt: describe, decoding: "async", draggable: "false" });
  const frame = el(
    "button",
    { type: "button", class: "picture", testid: "photo", "aria-label": `${describe}: open`, on: { click: onOpen } },
    image,
  );
  if (!image.complete) {
    frame.dataset.loading = "true";
    image.addEventListener("load", () => delete frame.dataset.loading);
    image.addEventListener("error", () => {
      delete frame.dataset.loading;
      frame.dataset.broken = "true";
    });
  }
  return frame;
}

/** One medium at its own size, as it stands in a bubble of its own. */
export function mediaNode(media, handlers) {
  switch (media.kind) {
    case "photo":
      return sized(picture(media, handlers), media);
    case "video":
    case "animation":
    case "video_note":
      return moving(media, handlers);
    case "sticker":
      return el("img", { class: "sticker", src: media.url, alt: "Sticker", draggable: "false" });
    case "voice":
    case "audio":
      return sound(media);
    default:
      return fileCard(media);
  }
}

function sized(node, media) {
  node.style.setProperty("--width", `${frameWidth(media)}px`);
  node.style.setProperty("--shape", String(shape(media)));
  return node;
}

/** Plays where it stands; opened large it goes on from the same second. */
function moving(media, { describe, onOpen }) {
  const loops = media.kind === "animation";
  if (loops && !(media.mime_type ?? "").startsWith("video/")) {
    return sized(el("img", { class: "picture", src: media.url, alt: "Animation" }), media);
  }
  const video = el("video", {
    src: media.url,
    poster: media.poster,
    controls: !loops,
    loop: loops,
    autoplay: loops,
    playsinline: true,
    preload: "metadata",
    "aria-label": describe,
  });
  video.muted = loops;
  const expand = () => {
    video.pause();
    onOpen(video.currentTime);
  };
  const frame = el(
    "div",
    { class: `picture video ${media.kind === "video_note" ? "round" : ""}`.trim(), testid: "video" },
    video,
    el("span", { class: "video-facts", "aria-hidden": "true" }, icon("video", { size: 14 }), duration(media.duration)),
    !loops && iconButton("expand", `${describe}: open`, { class: "video-open", testid: "video-open", on: { click: expand } }),
  );
  video.addEventListener("playing", () => (frame.dataset.begun = "true"), { once: true });
  return sized(frame, media);
}

function sound(media) {
  const heights = waveform(media.url ?? "", 36);
  const wave = el("span", { class: "wave", "aria-hidden": "true" }, heights.map(bar));
  const label = media.kind === "voice" ? "Voice message" : (media.file_name ?? "Audio");
  return el(
    "div",
    { class: "sound" },
    el("span", { class: "round-mark" }, icon("voice")),
    el("span", { class: "sound-body" }, wave, el("span", { class: "faint" }, `${label}, ${duration(media.duration)}`)),
  );
}

function bar(height) {
  return el("i", { style: { height: `${height}px` } });
}

/** Bars that look like speech and are the same each time for one file. */
function waveform(seed, count) {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  return Array.from({ length: count }, (_, index) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    const swell = 0.45 + 0.55 * Math.abs(Math.sin(index / 3.1));
    return Math.round(4 + 18 * swell * (0.35 + (0.65 * state) / 2 ** 32));
  });
}

export function fileCard(media) {
  const name = media.file_name || "file";
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4).toUpperCase() : "FILE";
  const facts = [fileSize(media.size), media.mime_type].filter(Boolean).join(" · ");
  return el(
    "a",
    { class: "file-card", href: media.url, download: name, "aria-label": `Download ${name}, ${facts}` },
    el("span", { class: "file-mark" }, fileMark(media, ending)),
    el("span", { class: "file-body" }, el("b", {}, name), el("span", { class: "faint" }, facts)),
    icon("download"),
  );
}

function fileMark(media, ending) {
  const showable = ["image/jpeg", "image/png", "image/webp"].includes(media.mime_type) && media.size < 25_000_000;
  if (!showable) return ending;
  const preview = el("img", { src: media.url, alt: "", loading: "lazy", draggable: "false" });
  preview.addEventListener("error", () => preview.replaceWith(ending));
  return preview;
}
