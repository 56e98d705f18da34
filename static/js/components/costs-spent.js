/** What was spent: what changed in words, the totals, one chart, and each group beside itself in the range before. */

import { useMemo } from "../../vendor/hooks.js";
import { useAnswer, useLate } from "../answers.js";
import { GROUPS, changeOf, each, groupOf, nameOf, spikeOf } from "../costs.js";
import { GROUPS as TILE_GROUPS, plan } from "../dashboards.js";
import { filterParams } from "../filters.js";
import { change, count, exact, percent } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toEvents } from "../links.js";
import { dollars, dollarsOnAxis } from "../money.js";
import { address, amend, go, linkHere } from "../router.js";
import { endOf, intervalWords, separateLines, stackedLines } from "../series-lines.js";
import { asked, askedByDay, filters, span } from "../state.js";
import { dayAndMinutes, minutes, rangeBeforeWords } from "../time.js";
import { AddToDashboard } from "./add-to-dashboard.js";
import { OverTime } from "./chart.js";
import { CostTable } from "./cost-table.js";
import { Glyph } from "./icon.js";
import { Empty, Failed } from "./states.js";

const LIVE = { isLive: true };
const SHOWN = 50;
const ALL = 1000;
const HEIGHT = 190;
const DAY_MS = 86_400_000;

/** @typedef {import("../costs.js").Costs} Costs */
/** @typedef {import("../costs.js").Group} Group */

export function CostsSpent() {
  const { query } = address.value;
  const group = groupOf(query.get("by"));
  const chosen = filterParams(filters.value);
  const sort = query.get("sort") ?? "cost_usd";
  const order = query.get("order") ?? (sort === "key" ? "asc" : "desc");
  const limit = query.get("all") ? ALL : SHOWN;
  const answer = /** @type {import("../answers.js").Answer<Costs>} */ (useAnswer("/costs", { ...asked.value, ...chosen, by: group.by, sort, order, limit }, LIVE));
  const chart = useAnswer("/stats/timeseries", { ...askedByDay.value, ...chosen, metric: "cost_usd", group_by: group.series }, LIVE);
  const against = rangeBeforeWords(span.value);
  const { value } = answer;
  const shown = value ? groupOf(value.by) : group; // for a moment the answer is still about another property
  const isReady = useLate() || [answer, chart].every((one) => one.value || one.fault);
  const isEmpty = value && !answer.isOld && !value.total.requests && !value.total.cost_usd && !value.total.before.requests;
  useKeys("Costs", [
    { keys: "0", does: "The whole range", run: () => amend({ range: null, from: null, to: null }) },
    { keys: "b", does: "By the next property", run: () => choose(GROUPS[(GROUPS.indexOf(group) + 1) % GROUPS.length] ?? group) },
    { keys: "Shift+B", does: "By the one before", run: () => choose(GROUPS.at(GROUPS.indexOf(group) - 1) ?? group) },
  ]);
  if (answer.fault) return html`<div class="pad"><${Failed} fault=${answer.fault} again=${answer.again} /></div>`;
  if (isEmpty) return html`<div class="pad"><${Nothing} /></div>`;
  return html`<div class=${isReady ? "" : "unseen"}>
    ${value && html`<${Said} costs=${value} group=${shown} against=${against} chart=${chart.isOld ? undefined : chart.value} chosen=${chosen} />`}
    <${Totals} costs=${value} isOld=${answer.isOld} against=${against} chosen=${chosen} />
    <div class="byline"><span class="dim" id="by">By</span><div class="seg" role="group" aria-labelledby="by">
      ${GROUPS.map((one) => html`<button type="button" key=${one.by} aria-pressed=${one === group ? "true" : "false"} onClick=${() => choose(one)}>${one.title}</button>`)}</div></div>
    <${Chart} answer=${chart} group=${group} chosen=${chosen} />
    <${CostTable} answer=${answer} group=${shown} sort=${sort} order=${order} against=${against} chosen=${chosen} />
    ${value && value.groups > value.items.length && html`<p class="pad dim small">${exact(value.items.length)} of ${exact(value.groups)} are shown. ${limit === SHOWN && html`<a href=${linkHere({ all: "yes" })}>Show ${exact(Math.min(ALL, value.groups))}</a>`}</p>`}</div>`;
}

/** @param {Group} group */
const choose = (group) => amend({ by: group === GROUPS[0] ? null : group.by, sort: null, order: null, all: null });

/** @param {{costs: Costs, group: Group, against: string, chart: any, chosen: Record<string, string[]>}} props */
function Said({ costs, group, against, chart, chosen }) {
  const moved = changeOf(costs);
  const spike = useMemo(() => spikeOf(chart), [chart]);
  if (!moved && !spike) return null;
  return html`<section class="changed" aria-label="What changed">
    ${moved && html`<article><${Glyph} type="token_usage" /><p><b>${dollars(moved.now)} was spent, ${change(moved.now, moved.before).text} against ${against}.</b>
      ${moved.mover && html` ${nameOf(moved.mover, group)} alone: ${dollars(moved.mover.cost_usd)}, ${moved.mover.before.cost_usd ? `after ${dollars(moved.mover.before.cost_usd)}` : "nothing before"}.`}</p>
      ${moved.mover && html`<a href=${toEvents({ ...chosen, [group.filter]: moved.mover.key, type: "model_response" })}>Show its requests</a>`}</article>`}
    ${spike && html`<article><${Glyph} type="token_usage" /><p><b>${percent(spike.share)} of it went between ${moment(spike.from, spike.to)}:</b> ${dollars(spike.cost)}${
      spike.key !== null && spike.taken > spike.cost / 2 ? `, ${spike.taken > spike.cost * 0.99 ? "all" : "most"} of it ${group.by === "model" ? "on" : "by"} ${spike.key}` : ""}.</p>
      <a href=${linkHere({ range: null, from: new Date(spike.from).toISOString(), to: new Date(spike.to).toISOString() })}>Look at that time</a></article>`}
  </section>`;
}

/** @param {number} from @param {number} to */
const moment = (from, to) => (to - from < DAY_MS && Date.now() - from < DAY_MS ? `${minutes(from)} and ${minutes(to)}` : `${dayAndMinutes(from)} and ${dayAndMinutes(to)}`);

/** @param {{costs: Costs | undefined, isOld: boolean, against: string, chosen: Record<string, string[]>}} props */
function Totals({ costs, isOld, against, chosen }) {
  const now = costs?.total;
  const before = now?.before;
  const calls = toEvents({ ...chosen, type: "model_response" });
  const one = now ? each(now) : null;
  const share = now && now.input_tokens ? now.cache_read_tokens / now.input_tokens : null;
  const none = { text: "", isWorse: false };
  /** @type {[string, string, unknown, string, {text: string, isWorse: boolean}][]} */
  const tiles = [
    ["Cost", calls, now && dollars(now.cost_usd), now?.cost_usd === null ? "No price is known" : String(now?.cost_usd ?? ""), change(now?.cost_usd, before?.cost_usd, { worse: true })],
    ["Requests", calls, count(now?.requests), exact(now?.requests), change(now?.requests, before?.requests)],
    ["1,000 requests", calls, one === null ? "–" : dollars(one * 1000), "What a thousand requests cost on average", change(one, before ? each(before) : null, { worse: true })],
    ["Tokens in", calls, count(now?.input_tokens), exact(now?.input_tokens), none],
    ["From cache", calls, percent(share) || "–", now ? `${exact(now.cache_read_tokens)} input tokens were read from a cache` : "", none],
    ["Tokens out", calls, count(now?.output_tokens), exact(now?.output_tokens), none],
    ["Without a price", linkHere({ view: "unpriced" }), count(now?.unpriced), "Calls of models nobody knows a price of; they are in no sum", none],
  ];
  return html`<section class=${`tiles${isOld ? " old" : ""}`} aria-label=${`Totals, and the change against ${against}`}>
    ${tiles.map(([label, href, shown, title, moved]) => html`<a class="tile plain" key=${label} href=${href} title=${title}>
      <span class="l">${label}</span><span class="v">${costs ? shown : html`<i class="wait"></i>`}</span>
      <span class=${`d${moved.isWorse ? " worse" : ""}`} title=${moved.text && `against ${against}`}>${moved.text || "\u00a0"}</span></a>`)}
  </section>`;
}

/** @param {{answer: import("../answers.js").Answer<any>, group: Group, chosen: Record<string, string[]>}} props */
function Chart({ answer, group, chosen }) {
  const isOverlapping = group.by === "tag"; // what carries two tags is in both: stacked, it would be there twice
  const data = useMemo(() => {
    const series = answer.value?.series ?? [];
    const lines = isOverlapping ? separateLines(series, group.none) : stackedLines(series, group.none);
    return { starts: (answer.value?.buckets ?? []).map(Date.parse), end: endOf(answer.value), lines };
  }, [answer.value]);
  /** @param {number} from @param {number} to */
  const open = (from, to) => go(toEvents({ ...chosen, type: "model_response", range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() }));
  const per = answer.value ? `per ${intervalWords(answer.value.interval)}` : "";
  const tile = TILE_GROUPS.find(({ by, series }) => by === group.by && series);
  const onto = tile && html`<${AddToDashboard} plans=${[plan("columns", "cost_usd", { group: tile.name, filters: chosen })]} />`;
  return html`<div class="charts"><${OverTime} title=${`Cost by ${group.title.toLowerCase()}`} note=${isOverlapping ? `${per}, under each tag` : per} answers=${[answer]} tools=${onto} data=${data} kind=${isOverlapping ? "lines" : "bars"}
    nothing="No known cost in this range" height=${HEIGHT} format=${dollars} onAxis=${dollarsOnAxis} open=${open} /></div>`;
}

const Nothing = () => html`<${Empty} title=${filters.value.length ? "Nothing in this range used a model and matches the filter." : "No model was used in this range."}>
  <p>${filters.value.length ? "Take a filter away, or look further back." : html`Every model call that names its tokens is priced as it arrives. <a href="/guide/">The guide</a> shows how to send them.`}</p><//>`;
