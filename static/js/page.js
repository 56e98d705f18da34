// The latest events of one project, followed as they are stored. Everything a sender wrote is shown as text.

const MOST_ROWS = 50;
const REFRESH_MS = 5000;

const byId = (id) => document.getElementById(id);
let stream = null;

class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail || `answered ${status}`);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  const value = await answer.json();
  if (!answer.ok) throw new Refused(value, answer.status);
  return value;
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

const whole = (value) => (value === null || value === undefined ? "" : value.toLocaleString());
const dollars = (value) => (value === null || value === undefined ? "" : `$${value.toFixed(value < 0.1 ? 5 : 2)}`);
const millis = (value) =>
  value === null || value === undefined ? "" : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;

function describe(body) {
  const model = body.model || {};
  const name = body.name || (body.tool || {}).name || (body.agent || {}).name || model.request || "";
  const said = (body.error || {}).message || body.output_preview || body.input_preview || body.message || "";
  return name && said ? `${name} · ${said}` : name || said;
}

function rowOf(event) {
  const { body } = event;
  const usage = body.usage || {};
  const row = element("tr");
  const time = element("td", new Date(event.at).toLocaleTimeString(undefined, { hour12: false }));
  time.title = event.at;
  const failed = body.status === "error";
  const tokens = usage.total_tokens ?? (usage.input_tokens === undefined ? null : (usage.input_tokens || 0) + (usage.output_tokens || 0));
  row.append(
    time,
    element("td", event.type),
    element("td", describe(body), "wide"),
    element("td", whole(tokens), "number"),
    element("td", dollars((body.cost || {}).total), "number"),
    element("td", millis(body.duration_ms), "number"),
    element("td", failed ? "error" : "", failed ? "bad" : ""),
  );
  row.dataset.id = event.eventId;
  return row;
}

function show(events) {
  byId("events").replaceChildren(...events.map(rowOf));
  byId("empty").hidden = events.length > 0;
}

function prepend(event) {
  const rows = byId("events");
  rows.prepend(rowOf(event));
  while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  byId("empty").hidden = true;
}

function showFigures(overview) {
  const figures = [
    ["Events, last 24 h", whole(overview.events)],
    ["Model calls", whole(overview.requests)],
    ["Failed", overview.error_rate === null ? "–" : `${(100 * overview.error_rate).toFixed(1)} %`],
    ["Cost", dollars(overview.cost_usd) || "unknown"],
    ["p95 latency", millis(overview.latency_ms.p95) || "–"],
  ];
  byId("figures").replaceChildren(
    ...figures.map(([name, value]) => {
      const cell = element("div");
      cell.append(element("dt", name), element("dd", value));
      return cell;
    }),
  );
}

function follow(project) {
  if (stream) stream.close();
  stream = null;
  if (!byId("follow").checked) return;
  stream = new EventSource(`/api/v1/live?project_id=${encodeURIComponent(project)}`);
  stream.addEventListener("event", (message) => prepend(JSON.parse(message.data)));
  stream.addEventListener("lagged", () => void load(project));
  stream.onopen = () => { byId("state").textContent = "live"; };
  stream.onerror = () => { byId("state").textContent = "not connected"; };
}

async function load(project) {
  const query = `project_id=${encodeURIComponent(project)}`;
  const [page, overview] = await Promise.all([
    ask(`/api/v1/events?limit=${MOST_ROWS}&${query}`),
    ask(`/api/v1/stats/overview?range=24h&${query}`),
  ]);
  show(page.items);
  showFigures(overview);
}

async function choose(project) {
  history.replaceState(null, "", `?project=${encodeURIComponent(project)}`);
  await load(project);
  follow(project);
}

async function start() {
  let projects;
  try {
    projects = (await ask("/api/v1/projects")).items;
  } catch (refused) {
    byId("welcome").hidden = false;
    byId("state").textContent = refused instanceof Refused && refused.status === 401 ? "running" : refused.message;
    return;
  }
  const select = byId("projects");
  select.replaceChildren(...projects.map((project) => Object.assign(element("option", project.name), { value: project.id })));
  const wanted = new URLSearchParams(location.search).get("project");
  if (projects.some((project) => project.id === wanted)) select.value = wanted;
  select.addEventListener("change", () => void choose(select.value));
  byId("follow").addEventListener("change", () => follow(select.value));
  byId("project").hidden = false;
  byId("signout").hidden = false;
  byId("signout").addEventListener("click", async () => {
    await ask("/api/v1/signout", { method: "POST" });
    location.reload();
  });
  if (select.value) await choose(select.value);
  setInterval(async () => {
    try {
      showFigures(await ask(`/api/v1/stats/overview?range=24h&project_id=${encodeURIComponent(select.value)}`));
    } catch (refused) {
      byId("state").textContent = refused.message;
    }
  }, REFRESH_MS);
}

start().catch((fault) => { byId("state").textContent = fault.message; });
