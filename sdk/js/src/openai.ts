/** `wrapOpenAI(client)`: chat completions, responses and embeddings of OpenAI's library, streamed ones included. */

import type { Recorder } from "./recorder.js";
import { here, type Scope } from "./scope.js";
import { failure } from "./verbs.js";

type Fields = { [name: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any
type Method = (request: Fields, ...rest: unknown[]) => unknown;

const PARAMETERS = [
  "temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "stop", "n",
  "frequency_penalty", "presence_penalty", "response_format", "reasoning_effort", "reasoning", "tool_choice",
  "service_tier", "dimensions", "parallel_tool_calls",
]; // prettier-ignore
const WRAPPED = Symbol.for("lynex.wrapped");

interface Reader {
  request(asked: Fields): Fields;
  answer(response: Fields): Fields;
  collector(): Collector;
}

interface Collector {
  /** Take a piece; true when it has content. */
  add(piece: Fields): boolean;
  fields(): Fields;
}

/** Wrapping twice changes nothing. `streamUsage` asks for token counts of streamed chats: OpenAI's own by default. */
export function wrapOpenAI<C extends object>(recorder: Recorder, client: C, streamUsage?: boolean): C {
  const place = client as Fields;
  if (place[WRAPPED as unknown as string]) return client;
  const provider = String(place["baseURL"] ?? "").includes("api.openai.com") ? "openai" : undefined;
  const asks = streamUsage ?? provider !== undefined;
  watch(recorder, place["chat"]?.completions, chatReader(provider), asks);
  watch(recorder, place["responses"], responsesReader(provider), false);
  watch(recorder, place["embeddings"], embeddingsReader(provider), false);
  Object.defineProperty(client, WRAPPED, { value: true });
  return client;
}

function watch(recorder: Recorder, resource: Fields | undefined, reader: Reader, asksForUsage: boolean): void {
  const original = resource?.["create"] as Method | undefined;
  if (!resource || typeof original !== "function") return;
  resource["create"] = function (this: unknown, asked: Fields, ...rest: unknown[]): unknown {
    if (!recorder.enabled) return original.call(resource, asked, ...rest);
    const call = new Call(recorder, reader, asked);
    const hides = asksForUsage && asked?.["stream"] === true && !asked["stream_options"];
    const request = hides ? { ...asked, stream_options: { include_usage: true } } : asked;
    const promise = original.call(resource, request, ...rest);
    listen(promise, call, hides);
    return hides || asked?.["stream"] ? streaming(promise as Promise<unknown>, call, hides) : promise;
  };
}

/** The library's own promise goes to the host, as it has methods of its own; we only look on. */
function listen(promise: unknown, call: Call, isStream: boolean): void {
  void Promise.resolve(promise).then(
    (response) => {
      if (!isStream && !isIterable(response)) call.answered(response as Fields);
    },
    (error: unknown) => call.failed(error),
  );
}

const isIterable = (value: unknown): value is AsyncIterable<Fields> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;

/** A stream is handed on with a listener in its iterator; everything else of it stays. */
async function streaming(promise: Promise<unknown>, call: Call, hides: boolean): Promise<unknown> {
  const stream = await promise;
  if (!isIterable(stream)) return stream;
  const original = stream[Symbol.asyncIterator].bind(stream);
  stream[Symbol.asyncIterator] = () => heard(original(), call, hides);
  return stream;
}

async function* heard(pieces: AsyncIterator<Fields>, call: Call, hides: boolean): AsyncGenerator<Fields> {
  const collected = call.collector();
  try {
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) break;
      call.heard(collected, value);
      if (!hides || value["choices"]?.length || !value["usage"]) yield value;
    }
    call.streamed(collected);
  } catch (error) {
    call.streamed(collected, error);
    throw error;
  } finally {
    call.streamed(collected); // given up half-way: what was heard is recorded
    await pieces.return?.();
  }
}

class Call {
  private readonly scope: Scope = here();
  private readonly at = Date.now();
  private readonly began = performance.now();
  private readonly asked: Fields;
  private first: number | undefined;
  private isOver = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly reader: Reader,
    asked: Fields,
  ) {
    this.asked = this.safely(() => reader.request(asked));
  }

  collector(): Collector {
    return this.reader.collector();
  }

  answered(response: Fields): void {
    this.end(this.safely(() => this.reader.answer(response)));
  }

  failed(error: unknown): void {
    this.end(failure(error));
  }

  heard(collected: Collector, piece: Fields): void {
    try {
      if (collected.add(piece)) this.first ??= performance.now() - this.began;
    } catch {
      // a piece of a shape we do not know; the host gets it all the same
    }
  }

  streamed(collected: Collector, error?: unknown): void {
    const fields: Fields = { ...this.safely(() => collected.fields()), stream: true };
    if (this.first !== undefined) fields["ttft_ms"] = this.first;
    this.end(error === undefined ? fields : { ...fields, ...failure(error) });
  }

  private end(fields: Fields): void {
    if (this.isOver) return;
    this.isOver = true;
    const body = { ...this.asked, ...fields, latency_ms: performance.now() - this.began };
    this.recorder.record("model_response", body, { scope: this.scope, at: this.at });
  }

  private safely(read: () => Fields): Fields {
    try {
      return read();
    } catch (fault) {
      this.recorder.warn(`a model call could not be read: ${String(fault)}`);
      return {};
    }
  }
}

function request(provider: string | undefined, asked: Fields, prompt: string): Fields {
  const parameters = Object.fromEntries(PARAMETERS.flatMap((name) => (asked[name] == null ? [] : [[name, asked[name]]])));
  return {
    model: asked["model"],
    provider,
    prompt: asked[prompt],
    tools: asked["tools"],
    ...(Object.keys(parameters).length ? { parameters } : {}),
  };
}

function chatReader(provider: string | undefined): Reader {
  return {
    request: (asked) => request(provider, asked, "messages"),
    answer: (response) => ({
      response: response["choices"]?.[0]?.message,
      finish_reason: response["choices"]?.[0]?.finish_reason,
      tokens: response["usage"],
      response_id: response["id"],
      response_model: response["model"],
    }),
    collector: chatCollector,
  };
}

function chatCollector(): Collector {
  const fields: Fields = {};
  const calls: Fields[] = [];
  let text = "";
  return {
    add(piece) {
      if (piece["usage"]) fields["tokens"] = piece["usage"];
      fields["response_id"] = piece["id"];
      fields["response_model"] = piece["model"];
      const choice = piece["choices"]?.[0];
      if (!choice || choice.index) return false;
      if (choice.finish_reason) fields["finish_reason"] = choice.finish_reason;
      text += choice.delta?.content ?? "";
      for (const one of choice.delta?.tool_calls ?? []) grow(calls, one);
      return !!(choice.delta?.content || choice.delta?.tool_calls);
    },
    fields() {
      const message: Fields = { role: "assistant", content: text };
      if (calls.length) message["tool_calls"] = calls.filter(Boolean);
      return { ...fields, response: message };
    },
  };
}

function grow(calls: Fields[], piece: Fields): void {
  const index = Math.min(Number(piece["index"] ?? 0), 1000);
  const call = (calls[index] ??= { type: "function", function: { name: "", arguments: "" } });
  if (piece["id"]) call["id"] = piece["id"];
  call["function"].name += piece["function"]?.name ?? "";
  call["function"].arguments += piece["function"]?.arguments ?? "";
}

function responsesReader(provider: string | undefined): Reader {
  const answer = (response: Fields): Fields => {
    const calls = (response["output"] ?? []).filter((one: Fields) => one["type"] === "function_call");
    const text = response["output_text"];
    return {
      response: text || (calls.length ? undefined : response["output"]),
      tool_calls: calls.length
        ? calls.map((one: Fields) => ({
            id: one["call_id"],
            type: "function",
            function: { name: one["name"], arguments: one["arguments"] },
          }))
        : undefined,
      finish_reason: calls.length ? "tool_calls" : response["status"] === "completed" ? "stop" : response["status"],
      tokens: response["usage"],
      response_id: response["id"],
      response_model: response["model"],
    };
  };
  return {
    request: (asked) => ({ ...request(provider, asked, "input"), system: asked["instructions"] }),
    answer,
    collector() {
      let text = "";
      let whole: Fields | undefined;
      return {
        add(piece) {
          if (/^response\.(completed|incomplete|failed)$/.test(piece["type"])) whole = piece["response"];
          if (piece["type"] !== "response.output_text.delta") return false;
          text += piece["delta"];
          return true;
        },
        fields: () => (whole ? answer({ output_text: text, ...whole }) : { response: text }),
      };
    },
  };
}

/** Vectors are not kept: nobody reads them in a trace. */
function embeddingsReader(provider: string | undefined): Reader {
  return {
    request: (asked) => ({ ...request(provider, asked, "input"), name: "embeddings" }),
    answer: (response) => ({
      tokens: response["usage"] ? { input: response["usage"].prompt_tokens } : undefined,
      response_model: response["model"],
      metadata: { vectors: response["data"]?.length },
    }),
    collector: chatCollector,
  };
}
