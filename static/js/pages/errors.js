/** Errors: failures grouped by problem, and what becomes of them: resolved, ignored, open again; one or many at once. */

import { useEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { FilterBar, applyFilters } from "../components/filter-bar.js";
import { Page } from "../components/page.js";
import { COLUMNS, ProblemRow } from "../components/problem-row.js";
import { RangePicker } from "../components/range-picker.js";
import { RowList } from "../components/row-list.js";
import { SortHead, sortedBy } from "../components/sort-head.js";
import { Empty, Failed } from "../components/states.js";
import { hasFailed } from "../events.js";
import { filterParams } from "../filters.js";
import { useFollowing } from "../following.js";
import { count, plural } from "../format.js";
import { html } from "../html.js";
import { toProblem } from "../links.js";
import { decide, decided, ProblemList, STATES } from "../problems.js";
import { address, amend, go, linkHere } from "../router.js";
import { asked, filters } from "../state.js";
import { spanOf } from "../time.js";

/** @typedef {import("../problems.js").Problem} Problem */

const PHONE = matchMedia("(max-width: 767px)");
const USUAL = "last_seen";
const ALL = "all";

export default function Errors() {
  const { query } = address.value;
  const sort = query.get("sort") ?? USUAL;
  const order = query.get("order") ?? "desc";
  const state = query.get("state") ?? "open";
  const params = { ...asked.value, ...filterParams(filters.value), sort, order, state: state === ALL ? null : state };
  const key = JSON.stringify(params);
  const [round, setRound] = useState(0);
  const list = useMemo(() => new ProblemList(params), [key, round]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  list.version.value;
  const last = decided.value;
  useEffect(() => {
    if (state !== ALL && last.state !== state) list.drop(last.ids);
    void list.refresh(false, true);
  }, [last]);
  const isFollowing = spanOf(query).name !== "" && sort === USUAL && order === "desc";
  const isNothing = list.isWhole && !list.items.length;
  useFollowing(list, isFollowing && isNothing, hasFailed, () => false);
  const before = useRef(/** @type {Record<string, number>} */ ({}));
  if (list.isLoaded) before.current = list.told["states"] ?? {};
  const states = before.current;
  const total = ["open", "resolved", "ignored"].reduce((sum, name) => sum + (states[name] ?? NaN), 0);
  return html`<${Page} class="errors" title="Errors" isFixed bar=${html`<${RangePicker} />`}
    head=${html`<div class="fbar"><${FilterBar} hint="Filter: release:2.8.1  user:…  “timeout”" /></div>
      <nav class="tabs" aria-label="State">${[...STATES, /** @type {const} */ ([ALL, "All"])].map(([name, words]) => html`<a key=${name} href=${linkHere({ state: name === "open" ? null : name })} aria-current=${name === state ? "page" : undefined}>
        ${words} <span class="n">${Number.isNaN(total) ? "" : count(name === ALL ? total : states[name])}</span></a>`)}</nav>`}>
    ${list.fault.value && !list.items.length ? html`<div class="pad"><${Failed} fault=${list.fault.value} again=${() => setRound(round + 1)} /></div>`
      : isNothing ? html`<div class="pad"><${Nothing} state=${state} total=${total} /></div>`
      : html`<${Problems} list=${list} sort=${sort} order=${order} isFollowing=${isFollowing} />`}
  <//>`;
}

/** @param {{list: ProblemList, sort: string, order: string, isFollowing: boolean}} props */
function Problems({ list, sort, order, isFollowing }) {
  list.version.value;
  const [picked, setPicked] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const anchor = useRef(-1);
  const last = decided.value;
  useEffect(() => setPicked(new Set()), [list, last]);
  const { items } = list;
  const chosen = items.filter(({ id }) => picked.has(id));
  /** @param {number} row @param {boolean} isRange */
  const pick = (row, isRange) => {
    const [from, to] = isRange && anchor.current >= 0 ? [Math.min(anchor.current, row), Math.max(anchor.current, row)] : [row, row];
    const ids = items.slice(from, to + 1).map(({ id }) => id);
    const isIn = picked.has(items[row]?.id ?? "");
    anchor.current = row;
    setPicked(new Set(isIn ? [...picked].filter((id) => !ids.includes(id)) : [...picked, ...ids]));
  };
  /** @param {readonly Problem[]} problems @param {import("../problems.js").State} next */
  const become = (problems, next) => void decide(problems.filter((one) => one.state !== next), next);
  /** @param {Problem | undefined} here @param {string} key @param {string} does @param {import("../problems.js").State} next */
  const binding = (here, key, does, next) => ({ keys: key, does, run: () => become(chosen.length ? chosen : here ? [here] : [], next) });
  const head = html`<${SortHead} columns=${COLUMNS} sort=${sort} order=${order} sortBy=${(/** @type {string} */ column) => amend(sortedBy(column, sort, order, USUAL))}
    before=${html`<label class="px" role="columnheader"><input type="checkbox" aria-label="Choose all" checked=${false} onClick=${() => setPicked(new Set(items.map(({ id }) => id)))} /></label>`} />`;
  return html`<${RowList} list=${list} title="Errors" one="problem" height=${PHONE.matches ? 86 : 52} isFollowing=${isFollowing} concerns=${hasFailed}
    head=${chosen.length ? html`<${Choice} chosen=${chosen} isAll=${chosen.length === items.length} become=${become} clear=${() => setPicked(new Set())} />` : head}
    open=${(/** @type {Problem} */ one) => go(toProblem(one.id))}
    keys=${(/** @type {Problem | undefined} */ here) => [
      { keys: "x", does: "Choose it, or not", run: () => { if (here) pick(items.indexOf(here), false); } },
      binding(here, "r", "Resolve", "resolved"), binding(here, "i", "Ignore", "ignored"), binding(here, "u", "Open again", "open"),
      ...(chosen.length ? [{ keys: "Escape", does: "Choose none", run: () => setPicked(new Set()) }] : []),
    ]}
    row=${(/** @type {Problem} */ problem, /** @type {import("../components/row-list.js").Place} */ place) => html`<${ProblemRow} key=${problem.id} problem=${problem} isPicked=${picked.has(problem.id)} pick=${(/** @type {boolean} */ isRange) => pick(place.row, isRange)} ...${place} />`} />`;
}

/** What to do with all that are chosen, in the place of the list's head. @param {{chosen: Problem[], isAll: boolean, become: (problems: Problem[], state: import("../problems.js").State) => void, clear: () => void}} props */
function Choice({ chosen, isAll, become, clear }) {
  /** @param {import("../problems.js").State} state @param {string} words @param {string} key */
  const way = (state, words, key) => chosen.some((one) => one.state !== state) && html`<button type="button" class="btn tiny" title=${`${words} (${key})`} onClick=${() => become(chosen, state)}>${words}</button>`;
  return html`<div class="choice" role="row"><span role="cell"><label class="px"><input type="checkbox" checked indeterminate=${!isAll} aria-label="Choose none" onClick=${clear} /></label>
    <b>${plural(chosen.length, "problem")}</b>${way("resolved", "Resolve", "r")}${way("ignored", "Ignore", "i")}${way("open", "Open again", "u")}<button type="button" class="btn tiny quiet" onClick=${clear}>Clear</button></span></div>`;
}

/** @param {{state: string, total: number}} props */
function Nothing({ state, total }) {
  if (filters.value.length) {
    return html`<${Empty} title="No failure in this range matches the filter."><p>Take a filter away, or look further back.</p>
      <p class="ways"><button type="button" class="btn" onClick=${() => applyFilters([])}>Clear the filter</button></p><//>`;
  }
  if (total) {
    /** @type {Record<string, string>} */
    const words = { open: "Nothing is open in this range.", regressed: "Nothing that was resolved came back in this range.", resolved: "Nothing that failed in this range is resolved.", ignored: "Nothing that failed in this range is ignored." };
    return html`<${Empty} title=${words[state] ?? "Nothing failed in this range."}><p>${plural(total, "problem")} of this range ${total === 1 ? "is" : "are"} in another state. <a href=${linkHere({ state: ALL })}>Show all</a></p><//>`;
  }
  return html`<${Empty} title="Nothing failed in this range."><p>Events with the status <code>error</code> are gathered here by what failed and where: the same exception from a thousand users is one problem. The SDK records exceptions by itself; otherwise:</p>
    <pre class="box json">${'lynex_sdk.capture_exception(error)'}</pre><p><a href="/guide/">The guide</a> shows every way.</p><//>`;
}
