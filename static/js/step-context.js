/**
 * What a model call had before it: which part came from whom, and how many tokens each took. The sum is told by the sender;
 * the parts are estimated by their length, and never said to be more than that.
 */

import { asValue } from "./events.js";

/** @typedef {import("./steps.js").Steps} Steps */
/** @typedef {Record<string, any>} Body */
/** What a step gave that may come back in a later prompt. @typedef {{index: number, texts: string[], callIds: string[], name: string}} Source */
/**
 * `from`: the step that put it there, -1 for none in this trace. `by`: who, where it is no step. `type`: of event, for its colour.
 * `tokens`: its share of the sum told, else as `estimated`. `count`: of messages, documents or tools. `texts`: what it says.
 * @typedef {{key: string, label: string, type: string, from: number, by: string, tokens: number, estimated: number, count: number, texts: string[]}} Part
 */
/** One piece of a prompt. @typedef {Omit<Part, "tokens">} Piece */
/** `total`: as told by the sender, else the sum of the estimates. @typedef {{parts: Part[], total: number, isTold: boolean, cached: number}} Context */

export const FAR = 120; // steps looked back for who said what
const SAYS_SOMETHING = 16; // characters: what is shorter is found everywhere
const SEVERAL = "several steps";
const FRAME = 4; // tokens around a message
const FITS = 2.2; // a sum told is shared out over estimates up to so many times smaller

/**
 * @param {Steps} steps @param {number} index @param {(index: number) => Body | undefined} bodyOf @returns {Context | null} null: no model call, or nothing of it was recorded
 */
export function contextOf(steps, index, bodyOf) {
  const body = bodyOf(index);
  if (!body || steps.typeOf(index) !== "model_response") return null;
  const gathered = new Gathered(steps, index, sourcesBefore(steps, index, bodyOf));
  const system = body["system_instructions"];
  for (const part of Array.isArray(system) ? system : system ? [system] : []) gathered.add({ role: "system", parts: [typeof part === "string" ? { type: "text", content: part } : part] }, body);
  for (const message of body["input"]?.messages ?? []) gathered.add(message, body);
  if (body["input"]?.value !== undefined) gathered.add({ role: "user", parts: [{ type: "text", content: textOf(body["input"].value) }] }, body);
  const tools = body["tool"]?.definitions;
  if (Array.isArray(tools) && tools.length) gathered.put({ key: "tools", label: "Tool definitions", type: "span", from: -1, by: "code", estimated: estimate(JSON.stringify(tools)), count: tools.length, texts: [JSON.stringify(tools, null, 2)] });
  const parts = [...gathered.parts.values()];
  const told = body["usage"]?.input_tokens;
  if (!parts.length && typeof told !== "number") return null;
  return { ...sharedOut(parts, told), cached: body["usage"]?.cache_read_tokens ?? 0 };
}

/**
 * What has changed since the call of the same kind before: tokens by key, and what is no longer there.
 * @param {Context} now @param {Context} before @returns {{by: Map<string, number>, gone: Part[]}}
 */
export function changeOf(now, before) {
  const old = new Map(before.parts.map((part) => [part.key, part]));
  // What stayed as it was takes no other share because something else grew.
  const by = new Map(now.parts.map(({ key, tokens, estimated }) => [key, Math.round(((estimated - (old.get(key)?.estimated ?? 0)) * tokens) / Math.max(1, estimated))]));
  const kept = new Set(by.keys());
  return { by, gone: before.parts.filter(({ key }) => !kept.has(key)) };
}

/** The model call before that was made for the same purpose; -1: this is the first. @param {Steps} steps @param {number} index */
export function callBefore(steps, index) {
  const { trace } = steps;
  const { row } = steps.at(index);
  for (let before = index - 1; before >= Math.max(0, index - FAR); before -= 1) {
    const other = steps.at(before).row;
    if (trace.typeOf(other) === "model_response" && trace.name[other] === trace.name[row] && trace.modelOf(other) === trace.modelOf(row)) return before;
  }
  return -1;
}

/** About how many tokens a text takes: four letters of Latin script, one sign of Chinese, Japanese or Korean. @param {string} text */
function estimate(text) {
  let tokens = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    tokens += code < 128 ? 0.25 : code < 0x2e80 ? 0.5 : 0.9;
  }
  return Math.ceil(tokens);
}

/** Messages of one prompt, put together by who they come from. */
class Gathered {
  /** @param {Steps} steps @param {number} index @param {Source[]} sources  nearest first */
  constructor(steps, index, sources) {
    this.steps = steps;
    this.index = index;
    this.sources = sources;
    /** @type {Map<string, Piece>} */
    this.parts = new Map();
  }

  /** @param {Piece} part */
  put(part) {
    const known = this.parts.get(part.key);
    if (!known) this.parts.set(part.key, part);
    else {
      const isOne = (known.from < 0 && known.by !== SEVERAL) || part.from < 0 || known.from === part.from;
      this.parts.set(part.key, {
        ...known, estimated: known.estimated + part.estimated, count: known.count + part.count, texts: [...known.texts, ...part.texts],
        from: isOne ? Math.max(known.from, part.from) : -1, by: isOne ? known.by : SEVERAL,
      });
    }
  }

  /** @param {import("./components/messages.js").Message} message @param {Body} body */
  add(message, body) {
    const parts = Array.isArray(message.parts) ? message.parts : [{ type: "text", content: message.content }];
    for (const [at, part] of parts.entries()) {
      const text = textOfPart(part);
      const tokens = estimate(text) + FRAME / parts.length;
      if (part.type === "tool_call_response" || message.role === "tool") this.addResult(part, message, text, tokens);
      else if (message.role === "system" || message.role === "developer") this.put({ key: "system", label: "System prompt", type: "span", from: -1, by: promptOf(body), estimated: tokens, count: 1, texts: [text] });
      else if (message.role === "assistant" || message.role === "model") this.addAnswer(part, text, tokens, at === 0 ? 1 : 0);
      else if (part.type && part.type !== "text") this.put({ key: "files", label: "Pictures and files", type: "message", from: -1, by: "not estimated", estimated: 0, count: 1, texts: [String(part["uri"] ?? part["mime_type"] ?? part.type)] });
      else this.addAsked(text, tokens);
    }
  }

  /** @param {import("./components/messages.js").Part} part @param {import("./components/messages.js").Message} message @param {string} text @param {number} tokens */
  addResult(part, message, text, tokens) {
    const id = part["id"] ?? part["call_id"] ?? "";
    const source = this.sources.find(({ index, callIds }) => id && callIds.includes(id) && this.steps.toolOf(index))
      ?? this.sources.find(({ index, texts }) => this.steps.toolOf(index) && texts.some((one) => one && text.includes(one)))
      ?? this.sources.find(({ index, name }) => name && name === (part["name"] ?? message.name) && this.steps.toolOf(index));
    const name = source?.name || part["name"] || message.name || "a tool";
    const type = source && this.steps.hasFailed(source.index) ? "error" : "tool_call";
    this.put({ key: source ? `step ${source.index}` : `result ${id || name}`, label: `Result of ${name}`, type, from: source?.index ?? -1, by: "earlier", estimated: tokens, count: 1, texts: [text] });
  }

  /** @param {import("./components/messages.js").Part} part @param {string} text @param {number} tokens @param {0 | 1} count */
  addAnswer(part, text, tokens, count) {
    const id = part["id"] ?? "";
    const source = this.sources.find(({ index, texts, callIds }) => this.steps.typeOf(index) === "model_response" && ((part.type === "tool_call" && id && callIds.includes(id)) || texts.some((one) => one.length >= SAYS_SOMETHING && one === text)));
    this.put({ key: "answers", label: "Its own earlier answers", type: "model_response", from: source?.index ?? -1, by: "earlier", estimated: tokens, count, texts: [text] });
  }

  /** What the user's side said: documents that were searched for and results of tools stand in it as text. @param {string} text @param {number} tokens */
  addAsked(text, tokens) {
    let rest = tokens;
    for (const source of this.sources) {
      const type = this.steps.typeOf(source.index);
      if (type !== "retrieval" && type !== "tool_call") continue;
      const found = source.texts.filter((one) => one.length >= SAYS_SOMETHING && text.includes(one));
      if (!found.length || rest <= 0) continue;
      const whole = Math.min(rest, found.reduce((sum, one) => sum + estimate(one), 0));
      const share = tokens - whole < Math.max(FRAME * 4, tokens * 0.15) ? rest : whole;
      rest -= share;
      const isSearch = type === "retrieval";
      this.put({ key: `step ${source.index}`, label: isSearch ? source.name : `Result of ${source.name}`, type: isSearch ? type : this.steps.hasFailed(source.index) ? "error" : type, from: source.index, by: "", estimated: share, count: isSearch ? found.length : 1, texts: found });
    }
    if (rest <= 0 || (rest < tokens && rest <= FRAME)) return;
    const source = this.sources.find(({ index, texts }) => this.steps.typeOf(index) === "message" && texts.includes(text));
    this.put({ key: "user", label: "User", type: "message", from: source?.index ?? -1, by: "the prompt", estimated: rest, count: 1, texts: [text] });
  }
}

/** What earlier steps gave, nearest first. @param {Steps} steps @param {number} index @param {(index: number) => Body | undefined} bodyOf */
function sourcesBefore(steps, index, bodyOf) {
  /** @type {Source[]} */
  const sources = [];
  for (let before = index - 1; before >= Math.max(0, index - FAR); before -= 1) {
    const body = bodyOf(before);
    if (body) sources.push({ index: before, ...given(steps.typeOf(before), body), name: steps.toolOf(before) || steps.nameOf(before) });
  }
  return sources;
}

/** @param {string} type @param {Body} body @returns {Pick<Source, "texts" | "callIds">} */
function given(type, body) {
  if (type === "retrieval") return { texts: (body["retrieval"]?.documents ?? []).map((/** @type {any} */ one) => textOf(one?.content ?? one)), callIds: [] };
  if (type === "tool_call") {
    const result = body["tool"]?.result;
    const texts = [textOf(result), textOf(body["error"]?.message)];
    if (result && typeof result === "object") texts.push(JSON.stringify(result, null, 2), JSON.stringify(result).replaceAll(/([:,])(?=["\d{[tfn-])/g, "$1 "));
    return { texts, callIds: [body["tool"]?.call_id ?? ""] };
  }
  const messages = [...(body["output"]?.messages ?? []), ...(type === "message" ? body["input"]?.messages ?? [] : [])];
  const parts = messages.flatMap((/** @type {any} */ message) => message.parts ?? [{ type: "text", content: message.content }]);
  return { texts: parts.map(textOfPart), callIds: parts.flatMap((/** @type {any} */ part) => (part.type === "tool_call" && part.id ? [part.id] : [])) };
}

/** @param {Piece[]} pieces @param {unknown} told @returns {Omit<Context, "cached">} */
function sharedOut(pieces, told) {
  const sum = pieces.reduce((all, { estimated }) => all + estimated, 0);
  if (typeof told !== "number") return { parts: shares(pieces, 1, Math.round(sum)), total: Math.round(sum), isTold: false };
  if (sum > 0 && told <= sum * FITS) return { parts: shares(pieces, told / sum, told), total: told, isTold: true };
  /** @type {Part} */
  const rest = { key: "rest", label: "Not in what was recorded", type: "log", from: -1, by: "unknown", tokens: told - Math.round(sum), estimated: told - Math.round(sum), count: 1, texts: [] };
  return { parts: [...shares(pieces, 1, Math.round(sum)), rest], total: told, isTold: true };
}

/** Whole numbers with the same sum; the largest takes what is left over. @param {Piece[]} pieces @param {number} scale @param {number} total @returns {Part[]} */
function shares(pieces, scale, total) {
  const whole = pieces.map((piece) => ({ ...piece, tokens: Math.round(piece.estimated * scale) }));
  const largest = whole.reduce((best, part) => (part.tokens > (best?.tokens ?? -1) ? part : best), whole[0]);
  if (largest) largest.tokens += total - whole.reduce((sum, { tokens }) => sum + tokens, 0);
  return whole;
}

/** @param {Body} body */
function promptOf(body) {
  const { name, version } = body["prompt"] ?? {};
  return name ? `${name}${version ? ` v${version}` : ""}` : "code";
}

/** @param {any} part */
function textOfPart(part) {
  if (typeof part === "string") return part;
  if (part?.type === "tool_call") return `${part.name ?? ""} ${textOf(asValue(part.arguments))}`;
  return textOf(part?.content ?? part?.response ?? part?.result ?? part?.text);
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));
