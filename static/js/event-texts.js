/** What an event was given and what it gave, as texts under titles: for putting two beside each other. */

import { asValue } from "./events.js";

/** @typedef {import("./events.js").Event} Event */
/** @typedef {{title: string, text: string}} Text */
/** @typedef {{title: string, left: string, right: string}} Beside  "": one of them has no such text */

const GIVEN = new Set(["Arguments", "Query", "System", "Input"]);
const GAVE = new Set(["Failure", "Result", "Documents", "Output", "Message"]);

/** @param {Event} left @param {Event} right @returns {Beside[]} */
export function beside(left, right) {
  /** @type {Map<string, Beside>} */
  const found = new Map();
  for (const { title, text } of textsOf(left)) found.set(title, { title, left: text, right: "" });
  for (const { title, text } of textsOf(right)) found.set(title, { title, left: found.get(title)?.left ?? "", right: text });
  return [...found.values()];
}

/** What differs between two events, in a word each. @param {Event} left @param {Event} right */
export function differingTexts(left, right) {
  const titles = beside(left, right).filter((one) => one.left !== one.right).map(({ title }) => title);
  return [...new Set(titles.map((title) => (GIVEN.has(title) ? "input" : GAVE.has(title) ? "output" : title.toLowerCase())))];
}

/** @param {Event} event @returns {Text[]} */
export function textsOf({ body }) {
  const { error, tool, retrieval, agent, input, output, system_instructions: system } = body;
  /** @type {[string, unknown][]} */
  const told = [
    ["Failure", error && [error.type, error.code, error.message].filter((one) => one !== undefined && one !== null).join(" · ")],
    ["Arguments", tool?.arguments],
    ["Result", tool?.result],
    ["Query", retrieval?.query],
    ["Documents", Array.isArray(retrieval?.documents) ? retrieval.documents.map(documentLine).join("\n") : undefined],
    ["Thought", agent?.thought],
    ["Action", agent?.action],
    ["System", system],
    ["Input", input?.messages ? conversation(input.messages) : input?.value ?? input],
    ["Output", output?.messages ? conversation(output.messages) : output?.value ?? output],
    ["State", body["state"]],
    ["State patch", body["state_patch"]],
    ["Memory", body["memory"]],
    ["Message", body["message"]],
  ];
  return told.flatMap(([title, value]) => {
    const text = textOf(value);
    return text ? [{ title, text }] : [];
  });
}

/** @param {unknown} value */
function textOf(value) {
  const read = asValue(value);
  if (read === undefined || read === null) return "";
  return typeof read === "string" ? read : JSON.stringify(read, null, 2);
}

/** @param {any} document @param {number} at */
const documentLine = (document, at) => `${document?.id ?? document?.title ?? at + 1}${typeof document?.score === "number" ? `  ${document.score.toFixed(2)}` : ""}`;

/** @param {any[]} messages */
const conversation = (messages) => messages.map((message) => `${message?.role ?? "message"}:\n${messageText(message)}`).join("\n\n");

/** @param {any} message */
function messageText(message) {
  if (!Array.isArray(message?.parts)) return textOf(message?.content);
  return message.parts.map((/** @type {any} */ part) => {
    if (typeof part === "string") return part;
    if (part?.type === "tool_call") return `${part.name ?? "tool"}(${textOf(part.arguments)})`;
    if (part?.type === "tool_call_response") return textOf(part.response ?? part.result ?? part.content);
    return textOf(part?.content ?? part);
  }).join("\n");
}
