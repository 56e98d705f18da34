/** Pictures from icons.svg: interface strokes, and the glyph that stands for a type of event everywhere. */

import { html } from "../html.js";

const SPRITE = new URL("../../icons.svg", import.meta.url).pathname;

/** Type of event → name of its glyph, and its class, which sets --c. */
export const GLYPHS = /** @type {Readonly<Record<string, string>>} */ ({
  model_response: "model", agent_action: "agent", tool_call: "tool", retrieval: "retrieval", message: "message",
  token_usage: "usage", eval_metric: "eval", error: "error", span: "span", log: "log", custom: "custom",
});

/** @param {{name: string, size?: number}} props */
export const Icon = ({ name, size = 16 }) =>
  html`<svg class="i" width=${size} height=${size} aria-hidden="true"><use href=${`${SPRITE}#i-${name}`} /></svg>`;

/** @param {{type: string, failed?: boolean}} props  A failure shows the octagon in place of the type. */
export function Glyph({ type, failed = false }) {
  const name = failed ? "error" : GLYPHS[type] ?? "custom";
  return html`<svg class=${`g t-${name}`} width="14" height="14" role="img" aria-label=${failed ? `failed ${type}` : type}>
    <use href=${`${SPRITE}#g-${name}`} />
  </svg>`;
}
