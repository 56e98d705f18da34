/** One session: the conversation over its traces, turn by turn, with what each took and what failed. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../vendor/hooks.js";
import { Back } from "../components/back.js";
import { Icon, Glyph } from "../components/icon.js";
import { Empty, Failed, Skeleton } from "../components/states.js";
import { toTurn, Turn } from "../components/turn.js";
import { TurnOutline } from "../components/turn-outline.js";
import { useFollowing } from "../following.js";
import { count, duration, exact, plural, shortened } from "../format.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { toEvents, toSessions } from "../links.js";
import { dollars } from "../money.js";
import { address, amend, go } from "../router.js";
import { idOfTurn, Talk } from "../session-list.js";
import { project } from "../state.js";
import { dayAndMinutes, everyWay } from "../time.js";

const MOST_SOUGHT = 1200; // turns read to find the one of a link
const REST_MS = 120; // browsers refuse to write the address more often than some hundred times a minute

/** @param {{params: {session: string}}} props */
export default function Session({ params }) {
  const [round, setRound] = useState(0);
  const talk = useMemo(() => new Talk(params.session, { project_id: project.peek()?.id }), [params.session, round]);
  useEffect(() => {
    void talk.more();
    return () => talk.close();
  }, [talk]);
  useFollowing(talk, true, () => true, () => false, { session_id: params.session });
  talk.version.value;
  const { session } = talk;
  const fault = talk.fault.value;
  document.title = `${session?.preview?.slice(0, 60) ?? "Session"} · Lynex`;
  if (fault && !talk.items.length) {
    return html`<div class="page session"><header class="bar"><${Back} href=${toSessions()} list="Sessions" /><h1 class="cut">${shortened(params.session)}</h1></header>
      <div class="pad"><${Failed} fault=${fault} again=${() => setRound(round + 1)} /></div></div>`;
  }
  return html`<div class="page session"><${Title} id=${params.session} session=${session} />
    ${!talk.isLoaded ? html`<div class="pad"><${Skeleton} lines=${14} /></div>`
      : talk.items.length ? html`<${Turns} key=${params.session} talk=${talk} total=${session?.turns ?? 0} />`
      : html`<div class="pad"><${Empty} title="Nothing was said in this session."><p>Its events are in <a href=${toEvents({ session_id: params.session })}>Events</a>.</p><//></div>`}
  </div>`;
}

/** @param {{id: string, session: import("../session-list.js").SessionItem | undefined}} props */
function Title({ id, session }) {
  const [said, setSaid] = useState("");
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => setSaid("Copied"), () => setSaid("Refused")).then(() => setTimeout(() => setSaid(""), 1200));
  useKeys("Session", [{ keys: "l", does: "Copy link", run: copy }]);
  const told = session && html`<span><b>${count(session.turns)}</b> ${session.turns === 1 ? "turn" : "turns"}</span><span><b>${duration(session.duration_ms)}</b></span>
    <span><b>${session.requests ? dollars(session.cost_usd) : "–"}</b></span>
    ${session.total_tokens > 0 && html`<span title=${`${exact(session.total_tokens)} tokens`}><b>${count(session.input_tokens)}</b> in · <b>${count(session.output_tokens)}</b> out</span>`}`;
  return html`<header class="bar"><${Back} href=${toSessions()} list="Sessions" /><h1 class="cut" title=${id}>${session?.preview ? session.preview.replace(/\s+/g, " ") : shortened(id)}</h1>
      ${session && session.errors > 0 && html`<span class="badge error"><${Glyph} type="error" failed />${plural(session.errors, "failure")}</span>`}
      <span class="facts wide">${told}${session && html`<span class="dim" title=${everyWay(session.first_seen)}>${dayAndMinutes(session.first_seen)}</span>
        ${session.users.slice(0, 2).map((user) => html`<a key=${user} class="cut" href=${toEvents({ user_id: user })}>${user}</a>`)}`}</span>
      <span class="grow"></span>
      <button type="button" class="btn quiet wide" title="Copy link (l)" onClick=${copy}><${Icon} name="link" /><span role="status">${said || "Link"}</span></button>
      <a class="btn quiet wide" href=${toEvents({ session_id: id, range: "90d", from: null, to: null })}><${Icon} name="events" /><span>Events</span></a></header>
    <div class="facts phone under">${told}</div>`;
}

/** @param {{talk: Talk, total: number}} props */
function Turns({ talk, total }) {
  talk.version.value;
  const wanted = address.value.query.get("turn") ?? "";
  const { items } = talk;
  const asked = useMemo(() => items.findIndex((turn) => idOfTurn(turn) === wanted), [wanted, items]);
  const isSought = wanted !== "" && asked < 0 && !talk.isWhole && items.length < MOST_SOUGHT;
  const [here, setHere] = useState(Math.max(0, asked));
  const [jumps, setJumps] = useState(0);
  const body = useRef(/** @type {HTMLDivElement | null} */ (null));
  const end = useRef(/** @type {HTMLDivElement | null} */ (null));
  const writing = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  /** @param {number} row */
  const choose = (row) => {
    const turn = items[row];
    if (!turn) return;
    setHere(row);
    clearTimeout(writing.current);
    writing.current = setTimeout(() => amend({ turn: idOfTurn(turn) }, { replace: true }), REST_MS);
  };
  /** @param {number} row */
  const jump = (row) => {
    choose(Math.min(items.length - 1, Math.max(0, row)));
    setJumps((now) => now + 1);
  };
  useEffect(() => () => clearTimeout(writing.current), []);
  useEffect(() => {
    if (asked >= 0 && asked !== here) {
      setHere(asked);
      setJumps((now) => now + 1);
    } else if (isSought) void talk.more();
  }, [asked, items.length]);
  useLayoutEffect(() => {
    if (!jumps && here === 0) return;
    const turn = body.current?.querySelector(`#turn-${here}`);
    turn?.scrollIntoView({ block: "start" });
    if (turn instanceof HTMLElement) turn.focus({ preventScroll: true });
  }, [jumps]);
  useEffect(() => {
    const sight = new IntersectionObserver(([entry]) => { if (entry?.isIntersecting) void talk.more(); }, { root: body.current, rootMargin: "600px" });
    if (end.current) sight.observe(end.current);
    return () => sight.disconnect();
  }, [talk, items.length]);
  /** @param {number} by */
  const failing = (by) => {
    const rows = [...items.keys()].filter((row) => (items[row]?.errors ?? 0) > 0);
    const next = by > 0 ? rows.find((row) => row > here) ?? rows[0] : rows.findLast((row) => row < here) ?? rows.at(-1);
    if (next !== undefined) jump(next);
  };
  useKeys("Session", [
    { keys: "j", does: "Next turn", run: () => jump(here + 1) },
    { keys: "k", does: "Turn before", run: () => jump(here - 1) },
    { keys: "e", does: "Next turn that failed", run: () => failing(1) },
    { keys: "Shift+E", does: "Turn that failed before", run: () => failing(-1) },
    { keys: "Enter", does: "Open its trace", run: (event) => {
      const control = event.target instanceof HTMLElement ? event.target.closest("button, a") : null;
      const turn = items[here];
      if (control instanceof HTMLElement) control.click();
      else if (turn) go(toTurn(turn));
    } },
  ]);
  return html`${wanted && asked < 0 && !isSought && html`<p class="band">The turn of this link is not in this session, or has not arrived.</p>`}
    <div class="talk"><${TurnOutline} turns=${items} total=${total} here=${here} choose=${jump} />
    <div class="scroll" ref=${body} tabindex="-1"><ol class="turns">${items.map((turn, row) => html`<${Turn} key=${idOfTurn(turn)} turn=${turn} before=${items[row - 1]} number=${row} isHere=${row === here} choose=${() => choose(row)} />`)}</ol>
      <div class="end" ref=${end}>${talk.fault.value ? html`<${Failed} fault=${talk.fault.value} again=${() => void talk.more()} />` : !talk.isWhole && html`<${Skeleton} lines=${4} />`}</div></div></div>`;
}
