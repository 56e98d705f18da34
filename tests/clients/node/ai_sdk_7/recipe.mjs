// Vercel's AI SDK 7 with @ai-sdk/otel over OTLP JSON: a tool loop, a stream, an embedding.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { OpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { embed, generateText, registerTelemetry, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.register();
registerTelemetry(new OpenTelemetry());

const openai = createOpenAICompatible({ name: "openai", baseURL: process.env.FAKE_MODEL_URL, apiKey: "x", includeUsage: true });
const telemetry = { functionId: "answer", metadata: { sessionId: "session-1", userId: "user-1", tenant: "t1" } };
const model = openai.chatModel("gpt-4o-mini");
const system = "You are a friendly weather bot.";
const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
});

const attributes = { "session.id": "session-1", "user.id": "user-1" };
await provider.getTracer("app").startActiveSpan("answer", { attributes }, async (root) => {
  await generateText({ model, system, prompt: "Hi", temperature: 0.2, telemetry });
  const prompt = "What is the weather in Paris?";
  await generateText({ model, system, prompt, tools: { weather }, stopWhen: stepCountIs(3), telemetry });
  await streamText({ model, prompt: "Hi again", telemetry }).text;
  await embed({ model: openai.embeddingModel("text-embedding-3-small"), value: "weather in Paris", telemetry });
  root.end();
});
await provider.shutdown();
