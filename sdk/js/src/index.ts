/** Records what an LLM application does and sends it to Lynex. For browsers and workers; servers get `node.ts`. */

import { Lynex } from "./client.js";
import type { Options } from "./settings.js";

export { Lynex };
/** The same class by the name of the product: `new lynex({ apiKey })`. */
export { Lynex as lynex };
/** A client. */
export const init = (options: Options = {}): Lynex => new Lynex(options);
export { continueTrace, session, tag, traceparent, user } from "./scope.js";
export type { Event, Options } from "./settings.js";
export type { Span, SpanOptions, SpanType, StepOptions } from "./span.js";
export type { Stats } from "./tally.js";
export type {
  AgentAction, EvalMetric, LLMCall, Log, Message, Retrieval, TokenUsage, Tokens, ToolCall, Where,
} from "./verbs.js"; // prettier-ignore
export { VERSION } from "./version.js";
export default Lynex;
