/** The words of the plain-English grammar: what each says. Tables only; how they are put together is in plain-english.js. */

import { AMOUNT, NUMBER_WORD, UNIT } from "./quantities.js";

/** @typedef {import("./filters.js").Filter} Filter */
/** @typedef {{filters?: readonly Filter[], page?: string, sort?: string, level?: string}} Saying */

/** @param {string} name @param {string} value @returns {Saying} */
const is = (name, value) => ({ filters: [{ name, value }] });

/** What things are called, longest first where one begins another. @type {readonly (readonly [string, Saying])[]} */
const THINGS = [
  ["tool (?:calls?|uses?|runs?|invocations?)|function calls?|tools?", is("type", "tool_call")],
  ["(?:llm|model|ai|chat|completion) (?:calls?|requests?|responses?|events?)|generations?|completions?|inferences?|requests?|prompts?|answers?|replies|responses?", is("type", "model_response")],
  ["retrievals?|rag (?:calls?|queries|lookups?)|(?:document|vector) (?:searches|lookups?|queries)", is("type", "retrieval")],
  ["agent (?:actions?|steps?|runs?|calls?)|agents?|steps?", is("type", "agent_action")],
  ["evals?|evaluations?|eval metrics?|scores?|metrics", is("type", "eval_metric")],
  ["messages?", is("type", "message")],
  ["log (?:lines?|entries|records?|events?)|logs?", is("type", "log")],
  ["spans?", is("type", "span")],
  ["custom events?", is("type", "custom")],
  ["traces?|runs?", { page: "/traces" }],
  ["sessions?|conversations?|chats?|threads?", { page: "/sessions" }],
  ["(?:error )?groups|problems?|issues?", { page: "/errors" }],
  ["events?|records?", {}],
];

/** How they went. @type {readonly (readonly [string, Saying])[]} */
const OUTCOMES = [
  ["(?:that |which )?(?:did(?: not|n't)|do(?: not|n't)|never) (?:fail|error|crash)|error[- ]free", is("status", "ok")],
  ["(?:that |which )?(?:did(?: not|n't)|do(?: not|n't)|never) (?:succeed|work|complete)|went wrong|goes wrong|unsuccessful(?:ly)?", is("status", "error")],
  ["errors?|errored|erroring|failures?|failed|failing|fails?|broken|broke|crash(?:ed|es|ing)?|exceptions?|(?:that )?threw", is("status", "error")],
  ["succe(?:eded|ss|ssful|ssfully|sses|eding)|completed|worked|ok", is("status", "ok")],
  ["warnings?", is("level", "warning")],
  ["debug(?:ging)?", is("level", "debug")],
];

/** How they were. The amounts are shown with the filter and can be changed there. @type {readonly (readonly [string, Saying])[]} */
const MANNERS = [
  ["(?:very|really|extremely|super|too) slow|(?:very|really|extremely|super) long[- ]running", is("min_latency_ms", "30000")],
  ["slow|slowly|long[- ]running|sluggish", is("min_latency_ms", "5000")],
  ["fast|quick|quickly|instant", is("max_latency_ms", "1000")],
  ["(?:very|really|extremely|super|too) (?:expensive|costly|pricey)", is("min_cost_usd", "1")],
  ["expensive|costly|pricey", is("min_cost_usd", "0.1")],
  ["cheap|inexpensive", is("max_cost_usd", "0.001")],
  ["free", is("max_cost_usd", "0")],
  ["huge|enormous", is("min_tokens", "32000")],
  ["big|large|lengthy", is("min_tokens", "8000")],
  ["small|short|tiny", is("max_tokens", "500")],
  ["slowest|longest(?:[- ]running)?", { sort: "duration_ms" }],
  ["(?:most|more) (?:expensive|costly)|costliest|priciest|dearest", { sort: "cost_usd" }],
  ["largest|biggest|(?:with )?(?:the )?most tokens", { sort: "total_tokens" }],
];

/** @type {readonly (readonly [RegExp, Saying])[]} */
export const SAYINGS = [...OUTCOMES.slice(0, 2), ...MANNERS, ...THINGS, ...OUTCOMES.slice(2)].map(([words, saying]) => [whole(words), saying]);

/** What a bare "call" is, unless something more exact was said. */
export const CALLS = whole("calls?|invocations?");

/** Fields that are named before their value. @type {readonly (readonly [string, string])[]} */
const NAMED = [
  ["users?|customers?", "user_id"], ["models?", "model"], ["providers?", "provider"], ["sessions?|conversations?", "session_id"], ["environments?|env", "environment"],
  ["releases?|versions?", "release"], ["tags?|tagged(?: as| with)?|labell?ed(?: as| with)?", "tag"], ["prompts?(?: template)?", "prompt"], ["traces?", "trace_id"], ["services?", "service"],
  ["named|called|name", "name"], ["level", "level"], ["type", "type"],
];
export const VALUE = "\"([^\"]+)\"|([\\w.@:/+#-]*[\\w/+#])";
/** @type {readonly (readonly [RegExp, string])[]} */
export const FIELD_NAMES = NAMED.map(([words, name]) => [new RegExp(`(?:${words})(?: id| name)?(?: is| was|=|:)? +(?:${VALUE})`, "iy"), name]);

/** What a value is by the word before it, likeliest first. @type {Readonly<Record<string, readonly string[]>>} */
export const BY_PREPOSITION = {
  by: ["user_id", "service", "model", "provider"], for: ["user_id", "tag", "model"], of: ["user_id", "model", "name"], from: ["model", "provider", "user_id", "environment", "service", "release"],
  in: ["environment", "release", "tag", "session_id", "service"], on: ["environment", "model", "release", "provider"], with: ["model", "tag", "name", "release"], using: ["model", "name", "provider"], via: ["provider", "model", "service"],
  to: ["model", "provider", "name"], "": ["model", "environment", "provider", "release", "tag", "name", "user_id", "service"],
};
export const PREPOSITION = /(by|for|of|from|in|on|with|using|via|to)(?![\w-])/iy;
export const ALSO = /(?:or|and|nor)(?![\w-])/iy;
export const NEGATION = /(?:not|without|no|except(?: for)?|excluding|exclude|but not|other than|isn't|aren't|wasn't|weren't|never|minus)(?![\w-])/iy;
export const ABOUT = /(?:about|containing|contains?|mentioning|mentions?|including|includes?|saying|says?|said|matching|matches|with the (?:words?|texts?|phrases?)|where (?:somebody|someone) (?:said|says|wrote))(?![\w-])/iy;
export const QUOTED = /"([^"]*)"|“([^”]*)”/y;
/** Words that say nothing by themselves. */
export const FILLERS = whole("the|a|an|all|any|some|every|each|that|which|who|whose|where|were|was|are|is|be|been|had|has|have|having|but|me|my|our|us|we|why|when|please|show|find|list|get|give|see|look|search|what|how many|there|did|do|does|it|its|their|them|those|these|at|over|than|then|so|only|just|latest|newest|recent|recently|most recent|took|take|taking|happened|happen|made|sent|coming|go|went|s|i|can|could|you");
export const GAP = /[\s,;.!?()]+/y;

/** Environments have two names. */
export const SAME = [["prod", "production", "live"], ["staging", "stage", "preprod"], ["dev", "development", "local"], ["test", "testing", "qa"]];
export const MODEL_LIKE = /^(?:gpt|chatgpt|o[1-9](?=$|-)|claude|gemini|gemma|llama|mistral|mixtral|codestral|deepseek|qwen|grok|command-r|phi-|nova-|text-embedding)[\w.:/-]*$/i;
export const PROVIDERS = ["openai", "anthropic", "google", "azure", "bedrock", "mistral", "cohere", "groq", "ollama", "vertex", "deepseek", "xai", "openrouter", "together", "fireworks", "perplexity"];

const MORE = "slower than|longer than|more expensive than|costlier than|dearer than|costing more than|cost more than|costs more than|bigger than|larger than|over|above|more than|greater than|higher than|at least|exceeding|exceeds?|exceeded|beyond|upwards of|no less than|not under|>=?|≥";
const LESS = "faster than|quicker than|shorter than|cheaper than|costing less than|cost less than|costs less than|smaller than|under|below|less than|lower than|fewer than|at most|up to|no more than|not over|within|<=?|≤";
const NUMBER = `(${AMOUNT}|${NUMBER_WORD})`;
const ORS = "(\\+|(?:or|and) (?:more|longer|slower|above|over|up|higher|less|faster|shorter|below|under|cheaper|fewer))";
const UNITS = `(?:\\s?(${UNIT})(?![\\w]))?`;
/** "slower than 2s", "more than 8k tokens". Groups: sign, number, unit. */
export const COMPARED = new RegExp(`(${MORE}|${LESS}) ?(?:of )?${NUMBER}${UNITS}`, "iy");
/** "latency over 3s", "cost above 1", "tokens > 8k". Groups: what, sign, number, unit. */
export const MEASURED = new RegExp(`(latency|duration|response times?|run ?time|costs?|price|spend(?:ing)?|tokens?|token (?:count|usage)) (?:is |was |of )?(${MORE}|${LESS}) ?${NUMBER}${UNITS}`, "iy");
export const OF_TIME = /^(?:latency|duration|response|run)/i;
export const OF_MONEY = /^(?:cost|price|spend)/i;
/** "between 1 and 5 seconds", "1s to 5s". Groups: number, unit, number, unit. */
export const BETWEEN = new RegExp(`(?:between |from )?${NUMBER}${UNITS} ?(?:and|to|-|–) ?${NUMBER}${UNITS}`, "iy");
/** "5 seconds or more", "$1 and up". Groups: number, unit, words. */
export const OR_MORE = new RegExp(`${NUMBER}${UNITS} ?${ORS}`, "iy");
/** "took 5 seconds", "that cost $1 or more": at least, unless "or less". Groups: verb, number, unit, words. */
export const AMOUNTED = new RegExp(`(took|taking|takes?|lasting|lasted|cost|costs|costing|used|using|with) ${NUMBER}${UNITS}(?: ?${ORS})?`, "iy");
export const IS_MORE = new RegExp(`^(?:${MORE})$`, "i");
export const SLOW = /^(?:slower|longer|faster|quicker|shorter|took|tak|last)/i;
export const DEAR = /^(?:more expensive|costlier|dearer|cost|cheaper)/i;

/** @param {string} source */
function whole(source) {
  return new RegExp(`(?:${source})(?![\\w-])`, "iy");
}
