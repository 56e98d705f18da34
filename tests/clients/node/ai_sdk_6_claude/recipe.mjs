// Vercel's AI SDK 6 with Anthropic's provider: a tool loop and a stream.
import { createAnthropic } from "@ai-sdk/anthropic";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter() });
sdk.start();

const anthropic = createAnthropic({ baseURL: process.env.FAKE_MODEL_URL, apiKey: "x" });
const experimental_telemetry = {
  isEnabled: true,
  functionId: "answer",
  metadata: { sessionId: "session-1", userId: "user-1", tenant: "t1" },
};
const model = anthropic("claude-sonnet-4-5");
const system = "You are a friendly weather bot.";
const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
});

await trace.getTracer("app").startActiveSpan("answer", async (root) => {
  await generateText({ model, system, prompt: "Hi", temperature: 0.2, experimental_telemetry });
  const prompt = "What is the weather in Paris?";
  await generateText({ model, system, prompt, tools: { weather }, stopWhen: stepCountIs(3), experimental_telemetry });
  await streamText({ model, prompt: "Hi again", experimental_telemetry }).text;
  root.end();
});
await sdk.shutdown();
