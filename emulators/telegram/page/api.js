// The emulator's client surface over HTTP: one function per thing a person can do or look at.

/** The emulator answered, and said no. */
export class Refused extends Error {
  constructor(status, description) {
    super(description);
    this.name = "Refused";
    this.status = status;
  }
}

/** The emulator did not answer. */
export class Away extends Error {
  constructor(cause) {
    super("The emulator is not answering.", { cause });
    this.name = "Away";
  }
}

const PATIENCE_MS = 30_000;

async function ask(method, path, { json, form, signal, wait = 0 } = {}) {
  const limit = AbortSignal.timeout(PATIENCE_MS + wait * 1000);
  const options = { method, signal: signal ? AbortSignal.any([signal, limit]) : limit, cache: "no-store" };
  if (json !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(json);
  }
  if (form !== undefined) options.body = form;

  let response;
  let answer;
  try {
    response = await fetch(path, options);
    answer = await readBody(response);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Away(error);
  }
  if (!response.ok) throw new Refused(response.status, describe(answer, response));
  return answer;
}

async function readBody(response) {
  const text = await response.text();
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return text;
  return JSON.parse(text);
}

function describe(answer, response) {
  const said = typeof answer === "string" ? answer : (answer?.description ?? answer?.error ?? answer?.message);
  return said || `The emulator answered ${response.status} ${response.statusText}`.trim();
}

const person = (id) => `/client/people/${encodeURIComponent(id)}`;

/** {first_name, username, commands, description, …}. */
export const readBot = () => ask("GET", "/client/bot");

export const listPeople = () => ask("GET", "/client/people");
export const addPerson = (fields) => ask("POST", "/client/people", { json: fields });
export const changePerson = (id, fields) => ask("PATCH", person(id), { json: fields });
export const blockBot = (id) => ask("POST", `${person(id)}/block`, { json: {} });
export const unblockBot = (id) => ask("POST", `${person(id)}/unblock`, { json: {} });

/** {rev, messages, action?}: what changed after `since`; held open up to `wait` seconds. */
export const readChat = (id, since, wait, signal) =>
  ask("GET", `${person(id)}/chat?since=${since}&wait=${wait}`, { signal, wait });

/** {next, entries}: the wire after entry `since`. */
export const readTraffic = (since, wait, signal) =>
  ask("GET", `/client/traffic?since=${since}&wait=${wait}`, { signal, wait });

/** One entry with all that was said in both directions. */
export const readEntry = (n) => ask("GET", `/client/traffic/${n}`);

export const readCalls = (method, since = 0) =>
  ask("GET", `/client/calls?method=${encodeURIComponent(method)}&since=${since}`);

/** `content` is one of {text}, {location}, {venue}, {contact}, {voice}, {sticker}, {passport_data}. */
export const sendMessage = (id, content) => ask("POST", `${person(id)}/messages`, { json: content });

export function sendFiles(id, files, { asDocument, caption }) {
  const form = new FormData();
  if (caption) form.append("caption", caption);
  for (const file of files) form.append(asDocument ? "document" : "photo", file, file.name);
  return ask("POST", `${person(id)}/messages`, { form, wait: 60 });
}

export const editMessage = (id, messageId, text) =>
  ask("PATCH", `${person(id)}/messages/${messageId}`, { json: { text } });

export const deleteMessage = (id, messageId) => ask("DELETE", `${person(id)}/messages/${messageId}`);

export const pressButton = (id, messageId, row, column) =>
  ask("POST", `${person(id)}/press`, { json: { message_id: messageId, row, column } });

/** {paid, error?}: waits as long as the bot may think about it. */
export const payInvoice = (id, messageId) => ask("POST", `${person(id)}/pay`, { json: { message_id: messageId }, wait: 10 });

export const setStars = (id, stars) => ask("PATCH", person(id), { json: { stars } });

/** {answered, text?, show_alert?}: what the bot's answerCallbackQuery said. */
export const readCallback = (queryId, wait) =>
  ask("GET", `/client/callbacks/${encodeURIComponent(queryId)}?wait=${wait}`, { wait });
