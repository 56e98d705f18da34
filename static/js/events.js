/** How an event is told in a line: its name, what came of it, its model, its figures. The same words everywhere. */

/**
 * @typedef {{eventId: string, projectId: string, type: string, at: string, timestamp: string, sdk?: Record<string, string>,
 *   context: Record<string, any>, body: Record<string, any>, received_at: string, processed_at: string}} Event
 */

const PREVIEW = 240;

/** @param {Event} event */
export const hasFailed = ({ type, body }) => body["status"] === "error" || body["level"] === "error" || type === "error";

/** @param {Event} event @returns {string} */
export const modelOf = ({ body }) => body["model"]?.request ?? body["model"]?.response ?? "";

/** @param {Event} event @returns {string} */
export function nameOf(event) {
  const { body } = event;
  return body["name"] ?? body["tool"]?.name ?? body["agent"]?.name ?? evalOf(body)?.name ?? (event.type === "error" ? body["error"]?.type : "") ?? "";
}

/** What came out, or went in, or went wrong, in one line. @param {Event} event @returns {string} */
export function noteOf(event) {
  const { body } = event;
  const { error } = body;
  const score = evalOf(body)?.score;
  if (hasFailed(event) && error) {
    const type = error.type === nameOf(event) ? "" : error.type;
    return [type, error.message].filter(Boolean).join(": ");
  }
  if (score !== undefined && score !== null) return `score ${score}${body["output_preview"] ? ` · ${line(body["output_preview"])}` : ""}`;
  return line(body["output_preview"] ?? body["input_preview"] ?? body["message"] ?? "");
}

/** @param {Record<string, any>} body */
export const evalOf = (body) => (Array.isArray(body["eval"]) ? body["eval"][0] : body["eval"]);

/** @param {unknown} text */
const line = (text) => (typeof text === "string" ? text.slice(0, PREVIEW).replace(/\s+/g, " ").trim() : "");

/** @param {Event} event @returns {number | null | undefined} undefined: it has no cost; null: its price is unknown */
export function costOf({ type, body }) {
  const { cost } = body;
  if (cost?.total !== undefined && cost.source !== "unknown_model") return cost.total;
  return cost?.source === "unknown_model" || (type === "model_response" && body["usage"]?.total_tokens) ? null : undefined;
}

/** Arguments and results come as values or as their JSON text. @param {unknown} value */
export function asValue(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
