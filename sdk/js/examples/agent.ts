/** An agent with a tool: each step with its state, so that Lynex can play the run back step by step. */

import { Lynex } from "lynex";
import OpenAI from "openai";

const WEATHER: { [city: string]: string } = { Paris: "sunny, 24 °C", Oslo: "snow, -3 °C" };
const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "The weather in a city now.",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

const lynex = new Lynex({ serviceName: "agent" });
const models = lynex.wrapOpenAI(new OpenAI());

const weather = lynex.trace("weather", (city: string) => WEATHER[city] ?? "unknown", { type: "tool_call" });

const run = lynex.trace("run", async (goal: string): Promise<string> => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: goal }];
  const known: { [city: string]: string } = {};
  for (let turn = 0; turn < 5; turn += 1) {
    const said = await lynex.step("clothes adviser", { action: "ask the model", state: { goal, known } }, async (step) => {
      const response = await models.chat.completions.create({ model: "gpt-4o-mini", messages, tools: TOOLS });
      const message = response.choices[0]?.message;
      if (!message) return "I do not know.";
      messages.push(message);
      for (const call of message.tool_calls ?? []) {
        if (call.type !== "function") continue;
        const { city } = JSON.parse(call.function.arguments) as { city: string };
        known[city] = weather(city);
        messages.push({ role: "tool", tool_call_id: call.id, content: known[city] });
        step.setStep({ action: `look up the weather in ${city}` });
      }
      step.setStep({ state: { goal, known: { ...known } } }).set({ output: message.content });
      return message.tool_calls?.length ? undefined : (message.content ?? "");
    });
    if (said !== undefined) return said;
  }
  return "I do not know.";
});

console.log(await run(process.argv[2] ?? "What should I wear in Paris?"));
await lynex.shutdown();
