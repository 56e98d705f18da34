/** Dashboards to begin with: each answers one question, and every tile of it can be changed. */

import { contentOf, plan } from "./dashboards.js";

const TOOLS = { type: ["tool_call"] };
const FAILED_TOOLS = { type: ["tool_call"], status: ["error"] };

/** @type {readonly {name: string, asks: string, content: import("./dashboards.js").Content}[]} */
export const TEMPLATES = [
  {
    name: "Health",
    asks: "Is it up, is it fast, and what fails?",
    content: contentOf([
      plan("figure", "requests"), plan("figure", "error_rate"), plan("figure", "latency_p50"), plan("figure", "latency_p95"),
      plan("columns", "outcome"), plan("lines", "latency"),
      plan("lines", "error_rate", { group: "model" }), plan("heat", "latency_p95"),
      plan("bars", "events", { group: "name", filters: { status: ["error"] }, title: "What fails" }), plan("table", "errors", { group: "release" }),
    ]),
  },
  {
    name: "Spending",
    asks: "Who and what costs how much?",
    content: contentOf([
      plan("figure", "cost_usd"), plan("figure", "requests"), plan("figure", "input_tokens"), plan("figure", "output_tokens"),
      plan("columns", "cost_usd", { group: "model", width: 4 }),
      plan("bars", "cost_usd", { group: "user" }), plan("bars", "cost_usd", { group: "name" }),
      plan("columns", "input_tokens", { group: "model" }), plan("table", "cost_usd", { group: "model" }),
    ]),
  },
  {
    name: "Agents and tools",
    asks: "Which tools are called, and which of them fail?",
    content: contentOf([
      plan("columns", "events", { group: "name", filters: TOOLS, title: "Tool calls", width: 4 }),
      plan("bars", "events", { group: "name", filters: TOOLS, title: "Most called tools" }),
      plan("bars", "events", { group: "name", filters: FAILED_TOOLS, title: "Tools that fail" }),
      plan("lines", "events", { group: "release", filters: FAILED_TOOLS, title: "Failed tool calls by release" }),
      plan("columns", "events", { group: "type", title: "Events by type" }),
    ]),
  },
  { name: "Empty", asks: "Choose every tile yourself.", content: contentOf([]) },
];
