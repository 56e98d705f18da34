/** The only fetch. Everything else asks through `ask`, `send` and `follow`; the origin is always this page's own. */

import { signal } from "../vendor/signals.js";

const BASE = "/api/v1";

/** @typedef {Record<string, string | number | boolean | readonly string[] | null | undefined>} Params */

/** "yes" after an answer, "no" when nothing answers. */
export const reachable = signal("yes");

/** Whether this browser is signed in: "unknown" until the first answer. */
export const session = signal(/** @type {"unknown" | "open" | "none"} */ ("unknown"));

/** A refusal, as RFC 9457 tells it; `status` 0: no answer at all. */
export class Problem extends Error {
  /** @param {{detail?: string, title?: string, hint?: string, code?: string, request_id?: string}} told @param {number} status */
  constructor(told, status) {
    super(told.detail || told.title || `The server answered ${status}.`);
    this.status = status;
    this.hint = told.hint ?? "";
    this.code = told.code ?? "";
    this.requestId = told.request_id ?? "";
  }
}

/** @param {string} path @param {Params} [params] */
export function addressOf(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") query.append(name, String(one));
    }
  }
  const text = query.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

/** GET. @param {string} path  below /api/v1 @param {Params} [params] @param {AbortSignal} [until] @returns {Promise<any>} */
export function ask(path, params, until) {
  return answerOf(addressOf(path, params), { headers: { accept: "application/json" }, signal: until ?? null });
}

/** POST, PATCH or DELETE. @param {string} method @param {string} path @param {unknown} [body] @param {Params} [params] @returns {Promise<any>} */
export function send(method, path, body, params) {
  const headers = { accept: "application/json", "content-type": "application/json" };
  return answerOf(addressOf(path, params), { method, headers, body: body === undefined ? null : JSON.stringify(body) });
}

/** A page of the guide, as it is written. @param {string} path @returns {Promise<string>} */
export const readPage = (path) => answerOf(`${path}?plain`, { headers: { accept: "text/html" } }, (answer) => answer.text());

/** @param {string} url @param {RequestInit} request @param {(answer: Response) => Promise<any>} [read] */
async function answerOf(url, request, read = (answer) => answer.json()) {
  let answer;
  try {
    answer = await fetch(url, { ...request, credentials: "same-origin", redirect: "error" });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === "AbortError") throw fault;
    reachable.value = "no";
    throw new Problem({ detail: "The server does not answer.", hint: "Check that lynex serve is running on it." }, 0);
  }
  reachable.value = "yes";
  if (answer.ok) return read(answer);
  if (answer.status === 401) session.value = "none";
  throw new Problem(await answer.json().catch(() => ({})), answer.status);
}

/**
 * Server-sent events. The browser connects again by itself, from the last event it has seen.
 * @param {string} path @param {Params} params
 * @param {{event: (value: any) => void, lagged: (missed: number) => void, state: (is: "open" | "lost") => void}} hear
 * @returns {() => void} ends it
 */
export function follow(path, params, hear) {
  const source = new EventSource(addressOf(path, params));
  source.addEventListener("event", (message) => hear.event(JSON.parse(message.data)));
  source.addEventListener("lagged", (message) => hear.lagged(Number(JSON.parse(message.data).missed) || 0));
  source.onopen = () => hear.state("open");
  source.onerror = () => hear.state("lost");
  return () => source.close();
}
