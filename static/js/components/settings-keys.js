/** API keys: what lets programs in. A secret is shown once; a revoked key never comes back. */

import { useState } from "../../vendor/hooks.js";
import { send } from "../api.js";
import { useAnswer } from "../answers.js";
import { count, exact, plural } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { linkTo } from "../router.js";
import { project } from "../state.js";
import { day, everyWay } from "../time.js";
import { Confirm } from "./confirm.js";
import { Empty, Failed, Skeleton } from "./states.js";
import { KeyMade, NewKey } from "./new-key.js";
import { sayFault } from "./toast.js";

/** @typedef {{id: string, name: string, prefix: string, scopes: string[], created_at: string, last_used_at: string | null, events: number, revoked_at: string | null}} Key */
/** @typedef {Key & {secret: string}} MadeKey */

/** @type {Record<string, string>} */
const MAY = { ingest: "send", read: "read", admin: "everything", backfill: "send old events" };

export function ApiKeys() {
  const path = `/projects/${encodeURIComponent(project.value?.id ?? "")}/keys`;
  const keys = useAnswer(path);
  const lately = useAnswer("/receipts", { project_id: project.value?.id, range: "24h" });
  const [made, setMade] = useState(/** @type {MadeKey | null} */ (null));
  const [isNew, setNew] = useState(false);
  useKeys("API keys", [{ keys: "n", does: "New key", run: () => setNew(true) }]);
  if (keys.fault) return html`<${Failed} fault=${keys.fault} again=${keys.again} />`;
  if (!keys.value) return html`<${Skeleton} lines=${4} />`;
  /** @type {Key[]} */
  const all = keys.value.items;
  const [live, revoked] = [all.filter((key) => !key.revoked_at), all.filter((key) => key.revoked_at)];
  /** @param {MadeKey} key */
  const take = (key) => {
    setMade(key);
    setNew(false);
    keys.again();
  };
  return html`<section class="part"><header class="row"><h2>API keys</h2><span class="grow"></span>
      ${!isNew && !made && html`<button type="button" class="btn solid" onClick=${() => setNew(true)}>New key</button>`}</header>
    <p class="soft said">Programs send and read with these. A key belongs to this project and may do only what its scopes say.</p>
    ${made && html`<${KeyMade} made=${made} done=${() => setMade(null)} />`}
    ${isNew && html`<${NewKey} path=${path} take=${take} leave=${() => setNew(false)} />`}
    ${live.length ? html`<${Table} keys=${live} lately=${lately.value} path=${path} again=${keys.again} fresh=${made?.id ?? ""} />`
      : !isNew && html`<${Empty} title="No key opens this project."><p>Without one nothing can be sent to it. Make one with the scope that fits: sending is enough for an application.</p><//>`}
    ${revoked.length > 0 && html`<details class="revoked"><summary>${plural(revoked.length, "revoked key")}</summary>
      <table class="list keys"><tbody>${revoked.map((key) => html`<tr key=${key.id}><td class="cut"><b>${key.name}</b></td><td><code>${key.prefix}…</code></td>
        <td class="soft">revoked ${day(key.revoked_at ?? "")}</td><td class="num" title=${exact(key.events)}>${plural(key.events, "event")}</td></tr>`)}</tbody></table></details>`}
  </section>`;
}

/** @param {{keys: Key[], lately: any, path: string, again: () => void, fresh: string}} props  `lately`: receipts of the last day; `fresh`: the key just made */
function Table({ keys, lately, path, again, fresh }) {
  const [leaving, setLeaving] = useState(/** @type {Key | null} */ (null));
  /** @param {string} id */
  const ofDay = (id) => lately?.keys.find((/** @type {any} */ one) => one.key_id === id);
  /** @param {Key} key */
  const revoke = async (key) => {
    try {
      await send("DELETE", `${path}/${encodeURIComponent(key.id)}`);
    } catch (problem) {
      sayFault(problem, "The key is not revoked");
    }
    setLeaving(null);
    again();
  };
  return html`<table class="list keys"><thead><tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Last used</th>
      <th scope="col" class="num">Last 24 h</th><th scope="col" class="num">Refused</th><th scope="col" class="num">In all</th><th scope="col"><span class="sr">Actions</span></th></tr></thead>
    <tbody>${keys.map((key) => html`<tr key=${key.id} class=${key.id === fresh ? "fresh" : ""}><td class="cut name"><b>${key.name}</b></td><td class="secret"><code>${key.prefix}…</code></td>
      <td class="soft">${Object.keys(MAY).filter((scope) => key.scopes.includes(scope)).map((scope) => MAY[scope]).join(", ")}</td><td class="soft made" title=${everyWay(key.created_at)}>${day(key.created_at)}</td>
      <td class="soft" title=${key.last_used_at ? everyWay(key.last_used_at) : undefined}>${key.last_used_at ? day(key.last_used_at) : html`<span class="dim">never</span>`}</td>
      <td class="num">${lately && html`<a href=${linkTo("/settings/receipts", { key: key.id, range: null, from: null, to: null })} title="Its receipts">${count(ofDay(key.id)?.accepted ?? 0)}</a>`}</td>
      <td class="num bad">${ofDay(key.id)?.refused ? count(ofDay(key.id).refused) : ""}</td>
      <td class="num" title=${`${exact(key.events)} events`}>${count(key.events)}</td>
      <td class="num"><button type="button" class="btn quiet tiny" aria-label=${`Revoke ${key.name}`} onClick=${() => setLeaving(key)}>Revoke</button></td></tr>`)}</tbody></table>
    ${leaving && html`<${Confirm} title=${`Revoke “${leaving.name}”?`} safe="Keep it" act="Revoke the key" onAct=${() => revoke(leaving)} onClose=${() => setLeaving(null)}>
      <p class="soft">${touched(leaving, ofDay(leaving.id)?.accepted ?? 0)} Senders that use it get 403 from now on. What they have sent stays. This cannot be undone.</p><//>`}`;
}

/** @param {Key} key @param {number} lately */
function touched(key, lately) {
  if (lately) return `${plural(lately, "event")} came with this key in the last 24 hours.`;
  if (key.last_used_at) return `Nothing came with this key in the last 24 hours; it was last used ${day(key.last_used_at)}.`;
  return "Nothing was ever sent with this key.";
}
