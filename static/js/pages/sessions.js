/** Sessions: conversations over several traces, the last one seen first; each leads into what was said. */

import { useEffect, useMemo, useState } from "../../vendor/hooks.js";
import { FilterBar, applyFilters } from "../components/filter-bar.js";
import { Icon } from "../components/icon.js";
import { Page } from "../components/page.js";
import { RangePicker } from "../components/range-picker.js";
import { RowList } from "../components/row-list.js";
import { COLUMNS, SessionRow } from "../components/session-row.js";
import { SortHead, sortedBy } from "../components/sort-head.js";
import { Empty, Failed } from "../components/states.js";
import { filterParams } from "../filters.js";
import { useFollowing } from "../following.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { toSession } from "../links.js";
import { address, amend, go } from "../router.js";
import { SessionList } from "../session-list.js";
import { asked, filters } from "../state.js";
import { spanOf } from "../time.js";

const PHONE = matchMedia("(max-width: 767px)");
const USUAL = "last_seen";
const LONGER = /** @type {const} */ ([["", "Any number of turns"], ["2", "2 turns or more"], ["5", "5 turns or more"], ["20", "20 turns or more"]]);

/** @param {import("../events.js").Event} event */
const isOfSession = (event) => Boolean(event.context["session_id"]);

export default function Sessions() {
  const { query } = address.value;
  const sort = query.get("sort") ?? USUAL;
  const order = query.get("order") ?? "desc";
  const longer = query.get("min_turns") ?? "";
  const failed = query.get("min_errors") ?? "";
  const params = { ...asked.value, ...filterParams(filters.value), sort, order, min_turns: longer, min_errors: failed };
  const key = JSON.stringify(params);
  const [round, setRound] = useState(0);
  const list = useMemo(() => new SessionList(params), [key, round]);
  useEffect(() => {
    void list.more();
    return () => list.close();
  }, [list]);
  list.version.value;
  const isFollowing = spanOf(query).name !== "" && sort === USUAL && order === "desc";
  const isNothing = list.isWhole && !list.items.length;
  useFollowing(list, isFollowing && isNothing, isOfSession, () => false);
  return html`<${Page} class="sessions" title="Sessions" isFixed facts=${list.isLoaded && html`<span class="num">${count(list.items.length)}${list.isWhole ? "" : "+"}</span>`} bar=${html`<${RangePicker} />`}
    head=${html`<div class="fbar"><${FilterBar} hint="Filter: user:…  model:gpt-4o  “refund”" />
      <button type="button" class="btn wide" aria-pressed=${failed ? "true" : "false"} onClick=${() => amend({ min_errors: failed ? null : "1" })}>With failures</button>
      <label class="pick wide"><span class="sr">Turns</span><select value=${longer} onChange=${(/** @type {any} */ event) => amend({ min_turns: event.target.value })}>
        ${LONGER.map(([value, words]) => html`<option key=${value} value=${value} selected=${value === longer}>${words}</option>`)}</select><${Icon} name="chev" size=${14} /></label></div>`}>
    ${list.fault.value && !list.items.length ? html`<div class="pad"><${Failed} fault=${list.fault.value} again=${() => setRound(round + 1)} /></div>`
      : isNothing ? html`<div class="pad"><${Nothing} isNarrow=${Boolean(filters.value.length || longer || failed)} /></div>`
      : html`<${RowList} list=${list} title="Sessions" one="session" height=${PHONE.matches ? 66 : 36} isFollowing=${isFollowing} concerns=${isOfSession}
          head=${html`<${SortHead} columns=${COLUMNS} sort=${sort} order=${order} sortBy=${(/** @type {string} */ column) => amend(sortedBy(column, sort, order, USUAL))} />`}
          open=${(/** @type {import("../session-list.js").SessionItem} */ one) => go(toSession(one.session_id))}
          row=${(/** @type {import("../session-list.js").SessionItem} */ session, /** @type {import("../components/row-list.js").Place} */ place) => html`<${SessionRow} key=${session.session_id} session=${session} ...${place} />`} />`}
  <//>`;
}

/** @param {{isNarrow: boolean}} props */
const Nothing = ({ isNarrow }) => (isNarrow
  ? html`<${Empty} title="No session last seen in this range matches."><p>Take a filter away, or look further back.</p>
      <p class="ways"><button type="button" class="btn" onClick=${() => { applyFilters([]); amend({ min_turns: null, min_errors: null }); }}>Clear the filter</button></p><//>`
  : html`<${Empty} title="No session was seen in this range."><p>A session is one conversation: all traces and events that carry the same <code>session_id</code>. Name it once and every call below belongs to it:</p>
      <pre class="box json">${'with lynex_sdk.session("chat-42"), lynex_sdk.user("alice"):\n    answer(question)'}</pre>
      <p>OpenTelemetry senders set <code>session.id</code> or <code>gen_ai.conversation.id</code>. <a href="/guide/">The guide</a> shows both.</p><//>`);
