/** How to send a first event, ready to paste: with this server's address, and the key where one was just made. */

/** @typedef {{id: string, name: string, where: string, install?: string, code: string, guide: string}} Snippet */

const NO_KEY = "sk_live_…";

/** @param {string} url @param {string} key  "" where the reader has one already @returns {readonly Snippet[]} */
export function snippets(url, key) {
  const secret = key || NO_KEY;
  return [
    { id: "curl", name: "curl", where: "In a terminal", guide: "/guide/events.html", code: `curl ${url}/api/v1/events \\
  -H "X-API-Key: ${secret}" -H "Content-Type: application/json" \\
  -d '{"type": "model_response", "body": {"model": "gpt-4o-mini", "prompt": "Hello",
       "response": "Hi there!", "tokens": {"input": 5, "output": 10}, "latency_ms": 230}}'` },
    { id: "python", name: "Python", where: "In your program", install: "pip install lynex-sdk", guide: "/guide/sdk-python.html", code: `import lynex_sdk as lynex

lynex.init(api_key="${secret}", endpoint="${url}")

lynex.capture_llm_call(model="gpt-4o-mini", prompt="Hello", response="Hi there!",
                       tokens={"input": 5, "output": 10}, latency_ms=230)` },
    { id: "javascript", name: "JavaScript", where: "In your program", install: "npm install lynex", guide: "/guide/sdk-javascript.html", code: `import { Lynex } from "lynex";

const client = new Lynex({ apiKey: "${secret}", endpoint: "${url}" });

client.captureLLMCall({ model: "gpt-4o-mini", prompt: "Hello", response: "Hi there!",
  tokens: { input: 5, output: 10 }, latencyMs: 230 });
await client.shutdown();` },
    { id: "otlp", name: "OpenTelemetry", where: "Before you start a program that is traced already", guide: "/guide/send-from-opentelemetry.html", code: `export OTEL_EXPORTER_OTLP_ENDPOINT=${url}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_HEADERS="x-api-key=${secret}"
export OTEL_SERVICE_NAME=my-app` },
  ];
}
