// The page's beginning: makes the parts and ties them together.

import { readBot, sendMessage } from "./api.js";
import { Attachments } from "./attachments.js";
import { avatar, fullName } from "./avatar.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { Lightbox } from "./lightbox.js";
import { alertBox, toast } from "./notices.js";
import { Panes } from "./panes.js";
import { People } from "./people.js";
import { showReplyKeyboard } from "./reply_keyboard.js";
import { starCount } from "./stars.js";
import { starsWords } from "./time.js";
import { Traffic } from "./traffic.js";
import { Tray } from "./tray.js";

let conversation = null;
let isAway = false;
let isEmpty = false;

const tray = new Tray({ onChange: () => composer.refresh() });
const composer = new Composer({ tray, conversation: () => conversation });
const lightbox = new Lightbox();
const traffic = new Traffic({ onCommands: readProfile });
const panes = new Panes({ onTraffic: (isOpen) => traffic.setOpen(isOpen) });
const people = new People({ onChoose: openChat, onChange: showPerson });
new Attachments({ tray, composer, conversation: () => conversation });

function openChat(person) {
  conversation?.close();
  conversation = null;
  tray.clear();
  composer.reset();
  panes.closeDrawers();
  showAction(null);
  showStars(null);
  showEmpty(false);
  showReplyKeyboard(null, {});
  showPerson(person);
  traffic.setPerson(person);
  if (!person) return;
  const parts = { list: byId("message-list"), scroller: byId("messages"), jump: byId("jump") };
  conversation = new Conversation({ person, parts, show: shows });
  readProfile();
}

/** The bot's name, what it says of itself, and its commands: they change while it runs. */
async function readProfile() {
  try {
    const bot = await readBot();
    byId("bot-name").textContent = bot.first_name;
    byId("bot-description").textContent = bot.description || "A bot stays silent until a person starts it.";
    await composer.commands.load(bot.commands ?? [], people.current?.language_code);
  } catch (error) {
    // The banner tells when the emulator is away; a page without the bot's profile still works.
    console.info(error.message);
  }
}

/** What a conversation does with the rest of the page. */
const shows = {
  action: showAction,
  empty: showEmpty,
  stars: showStars,
  keyboard: (markup) => showReplyKeyboard(markup, { onPick: (text) => composer.sendText(text) }),
  away: showAway,
  back: showBack,
  opened: (messageId, seconds) => lightbox.open(conversation.messages, messageId, seconds),
  paid: ({ title }) => toast(`Payment done: ${title}`, { kind: "good" }),
  notice: (text, { alert }) => (alert ? alertBox(text) : toast(text)),
  failed: (error) => toast(error.message, { kind: "bad" }),
  edit: (message) => composer.edit(message),
  command: (text) => composer.sendText(text),
};

/** Fits everything that depends on who is chosen and whether the bot is blocked. */
function showPerson(person) {
  const isBlocked = Boolean(person?.blocked);
  document.title = person ? `MIOMIO · ${person.first_name}` : "MIOMIO";
  byId("nobody").hidden = person !== null;
  byId("blocked-bar").hidden = !isBlocked;
  byId("composer-form").hidden = !person || isBlocked;
  byId("messages").hidden = !person;
  if (isBlocked) tray.clear();
  composer.refresh();
  const face = byId("chat-person");
  face.hidden = person === null;
  if (person) {
    face.replaceChildren(avatar(person, { small: true }));
    face.setAttribute("aria-label", `You are ${fullName(person)}. Choose another person`);
  }
  showSubtitle();
}

let action = null;

function showAction(words, name = "") {
  action = words;
  byId("action-bubble").hidden = !words;
  byId("action-bubble").dataset.action = name;
  byId("action-words").textContent = words ?? "";
  showSubtitle();
}

/** What the chosen person can pay with; null while it is not known. */
function showStars(count) {
  for (const place of [byId("stars"), byId("stars-small")]) {
    place.hidden = count === null;
    if (count === null) continue;
    place.replaceChildren(starCount(count, { size: place.id === "stars" ? 16 : 13 }));
    place.setAttribute("aria-label", `Balance: ${starsWords(count)}`);
  }
}

function showSubtitle() {
  const line = byId("chat-subtitle");
  line.dataset.active = String(Boolean(action));
  if (isAway) line.textContent = "connecting…";
  else if (action) line.textContent = action;
  else if (people.current?.blocked) line.textContent = "blocked by you";
  else line.textContent = people.current ? `bot · talking to ${people.current.first_name}` : "bot";
}

function showEmpty(empty) {
  isEmpty = empty;
  byId("empty").hidden = !empty || isAway;
}

function showAway(error, delay) {
  isAway = true;
  const seconds = Math.max(1, Math.round(delay / 1000));
  byId("banner").hidden = false;
  byId("banner-words").textContent = `The emulator is not answering. Trying again every ${seconds} s.`;
  showEmpty(isEmpty);
  showSubtitle();
}

async function showBack() {
  isAway = false;
  byId("banner").hidden = true;
  showEmpty(isEmpty);
  showSubtitle();
  await people.refresh();
}

async function refreshPeople() {
  try {
    await people.refresh();
    if (isAway) await showBack();
  } catch (error) {
    showAway(error, 2000);
    // While somebody is open, their feed tells when the emulator is back.
    if (!conversation) setTimeout(refreshPeople, 2000);
  }
}

byId("start").addEventListener("click", async () => {
  await conversation?.attempt((id) => sendMessage(id, { text: "/start" }));
  composer.focus();
});
byId("first-person").addEventListener("click", () => people.addSuggested());
byId("other-person").addEventListener("click", () => people.add());
byId("unblock").addEventListener("click", () => people.setBlocked(people.current, false));
for (const [target, event] of [[window, "focus"], [document, "visibilitychange"]]) {
  target.addEventListener(event, () => {
    if (document.visibilityState !== "visible") return;
    conversation?.feed.nudge();
    traffic.nudge();
    refreshPeople();
  });
}

panes.start();
refreshPeople();
