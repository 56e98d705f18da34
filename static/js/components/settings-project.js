/** The project: its name and id; all projects of this server, and a new one. */

import { useState } from "../../vendor/hooks.js";
import { send } from "../api.js";
import { html } from "../html.js";
import { remember } from "../preferences.js";
import { go, linkTo } from "../router.js";
import { project, projects } from "../state.js";
import { day, everyWay } from "../time.js";
import { CopyButton } from "./copy-button.js";
import { TextField } from "./form.js";

export function ProjectSettings() {
  const now = project.value;
  return html`${now && html`<${ThisProject} key=${now.id} now=${now} />`}<${AllProjects} />`;
}

/** @param {{now: import("../state.js").Project}} props */
function ThisProject({ now }) {
  const [name, setName] = useState(now.name);
  const [fault, setFault] = useState("");
  /** @param {Event} event */
  const save = async (event) => {
    event.preventDefault();
    try {
      const saved = await send("PATCH", `/projects/${encodeURIComponent(now.id)}`, { name });
      setFault("");
      projects.value = projects.value.map((one) => (one.id === saved.id ? saved : one));
      setName(saved.name);
    } catch (problem) {
      setFault(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return html`<section class="part"><h2>This project</h2>
    <form class="column" onSubmit=${save}>
      <${TextField} label="Name" name="name" value=${name} onInput=${setName} fault=${fault} />
      ${name.trim() !== now.name && html`<p class="ways"><button class="btn solid" disabled=${!name.trim()}>Save the name</button> <button type="button" class="btn quiet" onClick=${() => setName(now.name)}>Leave it</button></p>`}
    </form>
    <dl class="known"><div><dt>Id</dt><dd><code>${now.id}</code> <${CopyButton} text=${now.id} name="the project id" /></dd></div>
      <div><dt>Made</dt><dd title=${everyWay(now.created_at)}>${day(now.created_at)}</dd></div></dl>
    <p class="soft said">Events, keys, saved views and dashboards belong to exactly one project. A key names its project by itself: senders need no id.</p>
  </section>`;
}

function AllProjects() {
  return html`<section class="part"><h2>Projects</h2>
    <table class="list projects"><thead><tr><th scope="col">Name</th><th scope="col">Id</th><th scope="col">Made</th></tr></thead>
      <tbody>${projects.value.map(({ id, name, created_at }) => html`<tr key=${id}><td class="cut"><a href=${linkTo("/", { project: id })} onClick=${() => remember("project", id)}>${name}</a>
        ${id === project.value?.id && html` <span class="badge here">shown here</span>`}</td><td><code>${id}</code></td><td class="soft" title=${everyWay(created_at)}>${day(created_at)}</td></tr>`)}</tbody></table>
    <${NewProject} /></section>`;
}

/** A project that is made is shown at once: its Overview says how to send the first event. */
function NewProject() {
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  /** @param {Event} event */
  const make = async (event) => {
    event.preventDefault();
    try {
      const made = await send("POST", "/projects", { name });
      projects.value = [...projects.value, made];
      remember("project", made.id);
      go(linkTo("/", { project: made.id }));
    } catch (problem) {
      setFault(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return html`<form class="column row" onSubmit=${make}>
    <${TextField} label="New project" name="project" value=${name} onInput=${setName} fault=${fault} placeholder="helpdesk-agent" />
    <button class="btn" disabled=${!name.trim()}>Make it</button></form>`;
}
