// Renders the OpenAPI document of this very server: routes by group, parameters, bodies as trees, a curl line each.

const DEEPEST = 6;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

class Renderer {
  constructor(document) {
    this.document = document;
  }

  resolve(schema) {
    if (!schema || !schema.$ref) return schema || {};
    return this.document.components.schemas[schema.$ref.split("/").pop()] || {};
  }

  kind(schema) {
    if (schema.$ref) return schema.$ref.split("/").pop();
    const several = schema.anyOf || schema.oneOf;
    if (several) return several.map((one) => this.kind(one)).join(" | ");
    if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
    if (schema.type === "array") return `list of ${this.kind(schema.items || {})}`;
    return schema.format || schema.type || "any JSON";
  }

  tree(schema, depth = 0) {
    const found = this.resolve(schema);
    const inner = found.type === "array" ? this.resolve(found.items) : found;
    const several = (inner.anyOf || inner.oneOf || []).map((one) => this.resolve(one)).find((one) => one.properties);
    const properties = inner.properties || (several && several.properties);
    if (!properties || depth > DEEPEST) return null;
    const required = new Set(inner.required || []);
    return element("ul", {}, ...Object.entries(properties).map(([name, value]) => this.property(name, value, required.has(name), depth)));
  }

  property(name, schema, isRequired, depth) {
    const label = element("span", {}, element("code", {}, name), " ", element("span", { class: "kind" }, this.kind(schema), isRequired ? ", required" : ""));
    if (schema.description) label.append(` – ${schema.description}`);
    const below = this.tree(schema, depth + 1);
    if (!below) return element("li", {}, label);
    return element("li", {}, element("details", {}, element("summary", {}, label), below));
  }

  body(title, content) {
    const [media, { schema }] = Object.entries(content)[0];
    const others = Object.keys(content).slice(1);
    const found = this.resolve(schema);
    return element(
      "div",
      { class: "schema" },
      element("h3", {}, title),
      element("p", {}, element("span", { class: "kind" }, `${this.kind(schema)} · ${[media, ...others].join(", ")}`), found.description ? ` – ${found.description}` : ""),
      this.tree(schema),
    );
  }

  parameters(list) {
    if (!list.length) return null;
    const rows = list.map((one) =>
      element(
        "tr",
        {},
        element("td", {}, element("code", {}, one.name)),
        element("td", { class: "kind" }, one.in, one.required ? ", required" : ""),
        element("td", { class: "kind wide" }, this.kind(one.schema)),
        element("td", { class: "wide" }, one.description || ""),
      ),
    );
    return element("div", { class: "scroll" }, element("table", {}, element("tbody", {}, ...rows)));
  }

  curl(verb, path, operation) {
    const parts = ["curl"];
    if (verb !== "get") parts.push(`-X ${verb.toUpperCase()}`);
    parts.push(`'${location.origin}${path}'`);
    if (operation.security.length) parts.push("-H 'X-API-Key: sk_live_…'");
    if (operation.requestBody) parts.push("-H 'Content-Type: application/json'", "-d '{…}'");
    return element("pre", {}, element("code", {}, parts.join(" \\\n  ")));
  }

  operation(verb, path, operation) {
    const answers = Object.entries(operation.responses).filter(([, answer]) => answer.content);
    return element(
      "section",
      { class: "operation", id: operation.operationId },
      element("h3", { class: "code" }, element("span", { class: "verb" }, verb.toUpperCase()), element("span", { class: "path" }, path)),
      element("p", {}, `${operation.summary}. ${operation.description || "Open to everybody."}`),
      this.curl(verb, path, operation),
      this.parameters(operation.parameters),
      operation.requestBody ? this.body("Takes", operation.requestBody.content) : null,
      ...answers.map(([status, answer]) => this.body(status === "default" ? "Otherwise" : `Answers ${status}`, answer.content)),
    );
  }
}

function operations(description) {
  return Object.entries(description.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ path, verb, operation })),
  );
}

async function start() {
  const description = await (await fetch("/api/openapi.json")).json();
  const renderer = new Renderer(description);
  const routes = document.getElementById("routes");
  const contents = document.getElementById("contents");
  routes.replaceChildren(element("h1", {}, `Lynex API ${description.info.version}`), element("p", {}, description.info.description));
  for (const { name } of description.tags) {
    contents.append(element("strong", {}, name));
    routes.append(element("h2", {}, name));
    for (const { path, verb, operation } of operations(description).filter((one) => one.operation.tags.includes(name))) {
      contents.append(element("a", { href: `#${operation.operationId}` }, `${verb.toUpperCase()} ${path}`));
      routes.append(renderer.operation(verb, path, operation));
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

start().catch((fault) => { document.getElementById("routes").textContent = `The document cannot be read: ${fault.message}`; });
