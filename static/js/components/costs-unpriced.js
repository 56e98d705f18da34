/** Models in use that nobody knows a price of: what they used, and the lines that give them one. */

import { useState } from "../../vendor/hooks.js";
import { isAmount, priceLines } from "../costs.js";
import { count, exact, plural } from "../format.js";
import { html } from "../html.js";
import { toEvents } from "../links.js";
import { dollars } from "../money.js";
import { day, everyWay } from "../time.js";
import { ToCopy } from "./copy-button.js";
import { TextField } from "./form.js";
import { Empty, Failed, Skeleton } from "./states.js";

/** @typedef {{provider: string | null, model: string | null, calls: number, input_tokens: number, output_tokens: number, first_at: string, last_at: string}} Unpriced */

/** @param {{answer: import("../answers.js").Answer<{items: Unpriced[]}>}} props */
export function CostsUnpriced({ answer }) {
  const [open, setOpen] = useState("");
  if (answer.fault) return html`<div class="pad"><${Failed} fault=${answer.fault} again=${answer.again} /></div>`;
  if (!answer.value) return html`<div class="pad"><${Skeleton} lines=${4} /></div>`;
  const { items } = answer.value;
  if (!items.length) return html`<div class="pad"><${Empty} title="Every model used in this range has a price."><p>Prices come from the book that Lynex carries, and from <code>[[prices]]</code> in <code>lynex.toml</code>. A model without one would be listed here: its calls are counted, and their cost is never taken for zero.</p><//></div>`;
  return html`<section class="pad unpriced"><p class="prose">${plural(items.length, "model")} of this range ${items.length === 1 ? "has" : "have"} no known price. ${items.length === 1 ? "Its" : "Their"} calls are in no sum, and never count as $0.</p>
    <ul>${items.map((item) => {
      const id = `${item.provider ?? ""} ${item.model ?? ""}`;
      return html`<li key=${id}><header><b class="cut">${item.model ?? "no model named"}</b><span class="dim cut">${item.provider}</span>
          <span class="grow"></span><span class="num soft"><a href=${toEvents({ model: item.model, type: "model_response" })}>${plural(item.calls, "call")}</a></span>
          <span class="num soft" title=${`${exact(item.input_tokens)} in, ${exact(item.output_tokens)} out`}>${count(item.input_tokens)} → ${count(item.output_tokens)} tokens</span>
          <span class="dim wide" title=${everyWay(item.last_at)}>last ${day(item.last_at)}</span>
          <button type="button" class="btn tiny" aria-expanded=${open === id ? "true" : "false"} onClick=${() => setOpen(open === id ? "" : id)}>Add a price</button></header>
        ${open === id && item.model !== null && html`<${AddPrice} item=${item} model=${item.model} />`}</li>`;
    })}</ul></section>`;
}

/** @param {{item: Unpriced, model: string}} props */
function AddPrice({ item, model }) {
  const [input, setInput] = useState("");
  const [output, setOutput] = useState("");
  const [cached, setCached] = useState("");
  const isPriced = isAmount(input) && isAmount(output);
  const worth = (item.input_tokens * Number(input) + item.output_tokens * Number(output)) / 1e6;
  /** @param {string} typed */
  const fault = (typed) => (typed && !isAmount(typed) ? "Write an amount in dollars, such as 0.25." : "");
  const lines = priceLines({ model, provider: item.provider, input: isAmount(input) ? input : "", output: isAmount(output) ? output : "", cached: isAmount(cached) ? cached : "" });
  const since = item.first_at.slice(0, 10);
  return html`<div class="add-price">
    <div class="amounts">
      <${TextField} isFirst label="A million input tokens, $" name="input" value=${input} onInput=${setInput} fault=${fault(input)} placeholder="0.25" />
      <${TextField} label="A million output tokens, $" name="output" value=${output} onInput=${setOutput} fault=${fault(output)} placeholder="1.00" />
      <${TextField} label="A million cached ones, $" name="cached" value=${cached} onInput=${setCached} fault=${fault(cached)} placeholder="as input" />
    </div>
    <p class="soft" role="status">${isPriced ? html`The calls of this range would have cost <b>${dollars(worth)}</b>.` : "Runs on your own machines? Put what an hour costs against the tokens it writes, or 0 to say it is free."}</p>
    <ol>
      <li><p>Add these lines to <code>lynex.toml</code>. A <code>*</code> at the end of the name matches any rest.</p>
        ${isPriced ? html`<${ToCopy} name="the lines" text=${lines} />` : html`<pre class="json box">${lines}</pre>`}</li>
      <li><p>Start the server again: it reads its settings once. New calls are priced from then on.</p></li>
      <li><p>Price what is already there, beside the running server:</p><${ToCopy} name="the command" text=${`lynex remap --since ${since}`} /></li>
    </ol></div>`;
}
