// Vercel's AI SDK 6 with OpenAI's own provider, which uses the Responses API: a tool loop, a stream, an embedding.
import { createOpenAI } from "@ai-sdk/openai";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { embed, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter() });
sdk.start();

const openai = createOpenAI({ baseURL: process.env.FAKE_MODEL_URL, apiKey: "x" });
const experimental_telemetry = {
  isEnabled: true,
  functionId: "answer",
  metadata: { sessionId: "session-1", userId: "user-1", tenant: "t1" },
};
const model = openai("gpt-4o-mini");
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
  await embed({ model: openai.embeddingModel("text-embedding-3-small"), value: "weather in Paris", experimental_telemetry });
  root.end();
});
await sdk.shutdown();
