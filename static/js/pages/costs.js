/** Costs: what was spent on what, what the same would cost on another model, and the models nobody knows a price of. */

import { useAnswer } from "../answers.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { address, linkHere } from "../router.js";
import { asked } from "../state.js";
import { CostsSpent } from "../components/costs-spent.js";
import { CostsUnpriced } from "../components/costs-unpriced.js";
import { CostsWhatIf } from "../components/costs-what-if.js";
import { FilterBar } from "../components/filter-bar.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";

const VIEWS = /** @type {const} */ ([["", "Spent"], ["what-if", "What if"], ["unpriced", "Without a price"]]);

export default function Costs() {
  const view = VIEWS.find(([name]) => name === address.value.query.get("view"))?.[0] ?? "";
  const unpriced = useAnswer("/prices/unknown", asked.value, { isLive: true });
  const many = unpriced.isOld ? 0 : unpriced.value?.items.length ?? 0;
  return html`<${Page} class="costs" title="Costs" bar=${html`<${RangePicker} />`} head=${html`
    ${view !== "unpriced" && html`<div class="fbar"><${FilterBar} hint="Filter: model:gpt-4o  user:…  tag:rag" /></div>`}
    <nav class="tabs" aria-label="Costs">${VIEWS.map(([name, title]) => html`<a key=${name} href=${linkHere({ view: name || null, sort: null, order: null })} aria-current=${name === view ? "page" : undefined}>${title}
      ${name === "unpriced" && many > 0 && html`<span class="n">${count(many)}</span>`}</a>`)}</nav>`}>
    ${view === "what-if" ? html`<${CostsWhatIf} />` : view === "unpriced" ? html`<${CostsUnpriced} answer=${unpriced} />` : html`<${CostsSpent} />`}
  <//>`;
}
