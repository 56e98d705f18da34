/** Why one event costs what it does, on demand: which price, from when, which tokens; what was reported and what is computed. */

import { useState } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { exact } from "../format.js";
import { html } from "../html.js";
import { toCosts } from "../links.js";
import { dollars } from "../money.js";
import { project } from "../state.js";
import { PriceWords, rate } from "./price-words.js";
import { Failed, Skeleton } from "./states.js";

/** @typedef {{kind: string, tokens: number | null, usd_per_million: number | null, usd: number}} CostLine */
/** @typedef {{event_id: string, model: string | null, scope: string | null, counts: boolean, source: string | null, cost_usd: number | null, reported_usd: number | null, computed_usd: number | null,
 *   price_version: string | null, context: Record<string, string>, price: import("../costs.js").Price | null, above_input_tokens: number, lines: CostLine[], total_usd: number | null, differs: boolean}} Explained */

/** @type {Record<string, string>} */
const KINDS = { input: "Input", cache_read: "From cache", cache_write: "To cache", output: "Output", reasoning: "Reasoning", other: "Fees" };

/** @param {{id: string, isBrief?: boolean}} props  `id`: of the event. `isBrief`: tokens times rates stand above already, where they are what was stored */
export function CostWhy({ id, isBrief = false }) {
  const [isOpen, setOpen] = useState(false);
  return html`<details class="why" onToggle=${(/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open)}>
    <summary>Why this cost</summary>${isOpen && html`<${Why} id=${id} isBrief=${isBrief} />`}</details>`;
}

/** @param {{id: string, isBrief: boolean}} props */
function Why({ id, isBrief }) {
  const answer = /** @type {import("../answers.js").Answer<Explained>} */ (useAnswer(`/events/${encodeURIComponent(id)}/cost`, { project_id: project.value?.id }));
  if (answer.fault) return html`<${Failed} fault=${answer.fault} again=${answer.again} />`;
  const { value } = answer;
  if (!value || value.event_id !== id) return html`<${Skeleton} lines=${3} />`;
  const only = value.price?.rates.find(({ above_input_tokens: above }) => above === value.above_input_tokens);
  const tier = Object.entries(value.context);
  return html`<div class="reason">
    ${value.price && html`<${PriceWords} price=${value.price} only=${only} />`}
    ${tier.length > 0 && html`<p class="dim small">Priced for ${tier.map(([name, said]) => `${name.replace("_", " ")} ${said}`).join(", ")}.</p>`}
    ${value.lines.length > 0 && !(isBrief && value.source === "computed" && !value.differs) && html`<table class="factors"><tbody>${value.lines.map((line) => html`<tr key=${line.kind}><th scope="row">${KINDS[line.kind] ?? line.kind}<span class="dim num">${times(line)}</span></th><td class="num" title=${String(line.usd)}>${dollars(line.usd)}</td></tr>`)}</tbody>
      <tfoot><tr><th scope="row">Computed</th><td class="num" title=${String(value.total_usd)}>${dollars(value.total_usd)}</td></tr></tfoot></table>`}
    ${sentences(value).map((said, index) => html`<p class="soft small" key=${index}>${said}</p>`)}</div>`;
}

/** @param {CostLine} line */
function times({ tokens, usd_per_million: usd }) {
  if (tokens === null) return "";
  return usd === null ? `${exact(tokens)} tokens of several kinds` : `${exact(tokens)} × ${rate(usd)} a million`;
}

/** @param {Explained} value @returns {unknown[]} */
function sentences(value) {
  const { source, cost_usd, reported_usd, computed_usd, price, price_version: version, differs, scope } = value;
  return [
    source === "unknown_model" && html`No price is known of ${value.model ?? "this model"}, so this is in no sum. <a href=${toCosts({ view: "unpriced" })}>Add a price</a>`,
    source === null && "No tokens were counted, so there is nothing to price.",
    reported_usd !== null && (computed_usd === null ? `The sender said ${dollars(reported_usd)}. That is what counts.`
      : `The sender said ${dollars(reported_usd)}; that counts. By the price it would be ${dollars(computed_usd)}.`),
    differs && computed_usd !== null && html`When it was stored it came to ${dollars(computed_usd)}${version && price?.version !== version ? ` by ${version}` : ""}; the price is another one today. <code>lynex remap</code> prices history again.`,
    differs && computed_usd === null && source !== null && html`It had no price when it was stored and has one now. <code>lynex remap</code> prices history again.`,
    scope === "duplicate" && "The same call was told by another event, which counts; this one does not.",
    scope === "rollup" && "This is a sum over calls below it. They count; this does not, unless nobody told them.",
    cost_usd !== null && cost_usd > 0 && cost_usd < 0.0001 && `Exactly $${cost_usd.toFixed(12).replace(/0+$/, "")}.`,
  ].filter(Boolean);
}
