/** What if: the same traffic priced on another model, model by model; what moves is chosen, and what it cannot know is said. */

import { useAnswer } from "../answers.js";
import { idOf, isComparable, sumsOf, writesNothing } from "../costs.js";
import { filterParams } from "../filters.js";
import { change, count, exact, percent, plural } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { address, amend, linkHere } from "../router.js";
import { asked, filters } from "../state.js";
import { PricePicker } from "./price-picker.js";
import { PriceWords } from "./price-words.js";
import { Empty, Failed, Skeleton } from "./states.js";

const NOBODY = "nobody";
const MODELS_OFFERED = 6;

/** @typedef {import("../costs.js").Moved} Moved */

export function CostsWhatIf() {
  const { query } = address.value;
  const target = query.get("target") ?? "";
  const provider = query.get("target_provider") ?? "";
  const params = { ...asked.value, ...filterParams(filters.value), target, target_provider: provider };
  const answer = useAnswer(target ? "/costs/what-if" : null, params);
  /** @param {string} model @param {string | null} of */
  const choose = (model, of) => amend({ target: model, target_provider: of });
  return html`<section class="pad what-if">
    <div class="ask"><label class="l" for="price-search">Price the traffic of this range on</label><${PricePicker} key=${`${provider} ${target}`} model=${target} provider=${provider} choose=${choose} /></div>
    ${!target ? html`<${Offers} />`
      : answer.fault ? html`<${Failed} fault=${answer.fault} again=${answer.again} />`
      : !answer.value ? html`<${Skeleton} lines=${8} />`
      : !answer.value.items.length ? html`<${Empty} title="No call in this range counted tokens."><p>Look further back, or take a filter away.</p><//>`
      : html`<div class=${answer.isOld ? "old" : ""}><${Result} price=${answer.value.price} items=${answer.value.items} /></div>`}
  </section>`;
}

/** Models that are in use already. */
function Offers() {
  const used = useAnswer("/costs", { ...asked.value, by: "model", limit: MODELS_OFFERED });
  const models = (used.value?.items ?? []).filter((/** @type {import("../costs.js").SpentItem} */ { key, cost_usd }) => key !== null && cost_usd !== null);
  return html`<${Empty} title="What would the same calls have cost elsewhere?"><p>Pick any model with a known price. Every call of the range is priced again with its own tokens, cached input included; nothing is sent anywhere.</p>
    ${models.length > 0 && html`<p class="offers">In use already: ${models.map((/** @type {import("../costs.js").SpentItem} */ { key }) => html`<a class="btn tiny" key=${key} href=${linkHere({ target: key })}>${key}</a>`)}</p>`}<//>`;
}

/** @param {{price: import("../costs.js").Price, items: Moved[]}} props */
function Result({ price, items }) {
  const named = address.value.query.getAll("keep");
  const kept = new Set(named.length ? named.filter((id) => id !== NOBODY) : items.filter(writesNothing).map(idOf));
  const sums = sumsOf(items, kept);
  const moved = change(sums.then, sums.now);
  /** @param {Moved} item */
  const toggle = (item) => {
    const next = new Set(kept);
    if (!next.delete(idOf(item))) next.add(idOf(item));
    amend({ keep: next.size ? [...next] : [NOBODY] }, { replace: true });
  };
  return html`
    <p class="verdict"><span class="v">${dollars(sums.now)}</span><span class="dim">now</span><span class="dim" aria-hidden="true">→</span><span class="v">${dollars(sums.then)}</span><span class="dim">then</span>
      <b class=${sums.then > sums.now ? "worse" : ""}>${difference(sums.then - sums.now)}${moved.text && ` (${moved.text})`}</b></p>
    <${PriceWords} price=${price} />
    <div class="scroll-x"><table class="list moves"><caption class="sr">Each model of the range, now and on ${price.model}</caption>
      <thead><tr><th scope="col">Move</th><th scope="col" class="num low">Calls</th><th scope="col" class="num mid">Tokens in</th><th scope="col" class="num mid">Cached</th><th scope="col" class="num mid">Tokens out</th><th scope="col" class="num">Now</th><th scope="col" class="num">Then</th><th scope="col" class="num low">Difference</th></tr></thead>
      <tbody>${items.map((item) => html`<${Line} key=${idOf(item)} item=${item} isKept=${kept.has(idOf(item))} toggle=${() => toggle(item)} />`)}</tbody>
      <tfoot><tr><th scope="row">All that can be compared</th><td class="low"></td><td class="mid"></td><td class="mid"></td><td class="mid"></td><td class="num">${dollars(sums.now)}</td><td class="num">${dollars(sums.then)}</td><td class="num low">${difference(sums.then - sums.now)}</td></tr></tfoot></table></div>
    <${Doubts} price=${price} items=${items} sums=${sums} />`;
}

/** @param {{item: Moved, isKept: boolean, toggle: () => void}} props */
function Line({ item, isKept, toggle }) {
  const name = item.model ?? "no model named";
  const then = isKept ? item.cost_usd : item.then_usd;
  return html`<tr class=${isKept ? "kept" : ""}>
    <th scope="row"><label title=${`${name}${item.provider ? `, ${item.provider}` : ""}`}><input type="checkbox" checked=${!isKept} onChange=${toggle} /><span class="cut">${name}</span><span class="dim cut provider">${item.provider}</span></label></th>
    <td class="num low" title=${exact(item.calls)}>${count(item.calls)}</td><td class="num mid" title=${exact(item.input_tokens)}>${count(item.input_tokens)}</td>
    <td class="num mid">${item.cache_read_tokens ? percent(item.cache_read_tokens / item.input_tokens) : ""}</td><td class="num mid" title=${exact(item.output_tokens)}>${count(item.output_tokens)}</td>
    <td class="num" title=${item.unpriced ? `${exact(item.unpriced)} calls have no known price` : ""}>${dollars(item.cost_usd)}</td><td class="num">${dollars(then)}</td>
    <td class="num low">${isComparable(item) && !isKept ? difference(item.then_usd - (item.cost_usd ?? 0)) : isKept ? "stays" : ""}</td></tr>`;
}

/** @param {number} by */
const difference = (by) => (Math.abs(by) < 1e-9 ? "the same" : `${by > 0 ? "+" : "−"}${dollars(Math.abs(by))}`);

/** @param {{price: import("../costs.js").Price, items: Moved[], sums: ReturnType<typeof sumsOf>}} props */
function Doubts({ price, items, sums }) {
  const [rates] = price.rates;
  const unpriced = items.filter((item) => !isComparable(item));
  const uncounted = items.reduce((sum, item) => sum + item.uncounted, 0);
  const hasNoDiscount = rates !== undefined && rates.cache_read >= rates.input;
  const doubts = [
    html`Tokens stay as they were counted. Another family of models cuts the same text into more or fewer of them, and answers at other lengths.`,
    sums.cached > 0 && (hasNoDiscount ? html`No cheaper price for cached input is known of this model: all input is priced as new.`
      : html`${count(sums.cached)} input tokens were read from a cache and are priced so here too. With nothing cached it would be <b>${dollars(sums.uncached)}</b>.`),
    rates !== undefined && rates.cache_write > rates.input && html`It charges more for writing to its cache. Providers that cache by themselves tell no writes, so those are not in the sum.`,
    unpriced.length > 0 && html`${unpriced.map(({ model }) => model ?? "no model named").join(", ")}: no price is known of what is paid now, so ${unpriced.length === 1 ? "it is" : "they are"} in no sum. <a href=${linkHere({ view: "unpriced" })}>Add a price</a>`,
    uncounted > 0 && html`${plural(uncounted, "call")} told a cost and no tokens and cannot be priced again.`,
    html`Prices are those of today. Audio, images and searches are priced as plain tokens.`,
  ].filter(Boolean);
  return html`<section class="doubts"><h2>What this cannot know</h2><ul>${doubts.map((doubt, index) => html`<li key=${index}>${doubt}</li>`)}</ul></section>`;
}
