/** Who, where and with which settings: what else is known of a span. */

import { html } from "../html.js";
import { toEvents, toProblem, toSession } from "../links.js";
import { everyWay } from "../time.js";
import { JsonTree } from "./json-tree.js";

/** @param {{event: import("../events.js").Event}} props */
export function SpanFacts({ event }) {
  const { context, body } = event;
  const model = body["model"] ?? {};
  /** @type {[string, unknown][]} */
  const facts = [
    ["Event", html`<code>${event.eventId}</code>`],
    ["Began", html`<span title=${everyWay(event.at)}>${event.at}</span>`],
    ["Type", html`<a href=${toEvents({ type: event.type })}>${event.type}</a>`],
    ["Kind", body["kind"]],
    ["Level", body["level"]],
    ["Problem", body["error"]?.group && html`<a href=${toProblem(body["error"].group)}>the same failure elsewhere</a>`],
    ["Provider", model.provider],
    ["Asked for", model.request],
    ["Answered by", model.response !== model.request && model.response],
    ["Ended because", model.finish_reasons?.join?.(", ")],
    ["Session", context["session_id"] && html`<a href=${toSession(context["session_id"])}>${context["session_id"]}</a>`],
    ["User", context["user_id"] && html`<a href=${toEvents({ user_id: context["user_id"] })}>${context["user_id"]}</a>`],
    ["Service", context["service_name"]],
    ["Environment", context["environment"]],
    ["Release", context["release"]],
    ["Tags", context["tags"]?.join?.(", ")],
    ["Sent by", event.sdk?.["name"] && `${event.sdk["name"]} ${event.sdk["version"] ?? ""}`],
  ];
  const more = /** @type {const} */ ([["Attributes", body["attributes"]], ["Parameters", model.params], ["Prompt", body["prompt"]], ["Metadata", context["metadata"]], ["Resource", body["resource"]], ["Links", body["links"]]]);
  return html`<dl class="pairs">${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${more.filter(([, value]) => value && typeof value === "object" && Object.keys(value).length).map(([name, value]) => html`<section class="part" key=${name}><h3>${name}</h3><${JsonTree} value=${value} /></section>`)}`;
}
