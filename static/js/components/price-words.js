/** A price in words: whose it is, since when it holds, and what a million tokens cost. */

import { count } from "../format.js";
import { html } from "../html.js";

/** @typedef {import("../costs.js").Price} Price */
/** @typedef {import("../costs.js").Rates} Rates */

/** Every digit there is, and at least cents. @param {number} usd */
export const rate = (usd) => `$${usd >= 0.01 || usd === 0 ? usd.toFixed(Math.max(2, (String(Number(usd.toPrecision(8))).split(".")[1] ?? "").length)) : String(Number(usd.toPrecision(6)))}`;

/** @param {Rates} rates */
const ratesWords = (rates) => [`${rate(rates.input)} in`, `${rate(rates.output)} out`, rates.cache_read !== rates.input && `${rate(rates.cache_read)} from cache`,
  rates.cache_write !== rates.input && `${rate(rates.cache_write)} to cache`, rates.reasoning !== rates.output && `${rate(rates.reasoning)} reasoning`].filter(Boolean).join(" · ");

/** @param {Price} price */
const sourceWords = ({ source, since, version }) => (source === "own" ? `your own price, ${since ? `since ${since}` : "at any time"}`
  : `from ${version.split(" ").slice(0, 2).join(" ")}, ${since ? `since ${since}` : "no earlier price known"}`);

/** @param {{price: Price, only?: Rates | undefined}} props  `only`: the rates that held, where it depends on the size of the input */
export function PriceWords({ price, only }) {
  const shown = only ? [only] : price.rates;
  return html`<div class="price"><p><b>${price.model}</b> <span class="dim">${price.provider}</span> <span class="dim" title=${price.version}>${sourceWords(price)}</span></p>
    ${shown.map((one) => html`<p class="soft" key=${one.above_input_tokens}>${ratesWords(one)} <span class="dim">per million tokens${one.above_input_tokens ? `, for inputs above ${count(one.above_input_tokens)}` : ""}</span></p>`)}
    ${price.remarks && html`<details><summary>Remarks of the price book</summary><p class="dim small">${price.remarks}</p></details>`}</div>`;
}
