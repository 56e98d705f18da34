/** A route handler as Next.js has them: it goes on with its caller's trace and knows who asked. */

import { continueTrace, Lynex, traceparent, user } from "lynex";
import OpenAI from "openai";

const lynex = new Lynex({ serviceName: "web" });
const models = lynex.wrapOpenAI(new OpenAI());

/** `app/api/ask/route.ts` exports this. */
export async function POST(request: Request): Promise<Response> {
  const { question } = (await request.json()) as { question: string };
  return continueTrace(request.headers, () =>
    user(request.headers.get("x-user") ?? "anonymous", () =>
      lynex.span("POST /api/ask", async (span) => {
        span.set({ input: question });
        const response = await models.chat.completions.create({
          model: "gpt-4o-mini",
          messages: [{ role: "user", content: question }],
        });
        const answer = response.choices[0]?.message.content ?? "";
        span.set({ output: answer, status_code: 200 });
        return Response.json({ answer }, { headers: { traceparent: traceparent() ?? "" } });
      }),
    ),
  );
}

/** Where functions are frozen after their answer, wait for this (`after(() => sent())` in Next.js). */
export const sent = (): Promise<boolean> => lynex.flush(2000);
