// OpenAI's library: chat completions and Responses.
import OpenAI from "openai";
import { key, question, result, rules, schema, tool, v1 } from "./story.mjs";

export const client = (apiKey = key) => new OpenAI({ baseURL: v1, apiKey, maxRetries: 0 });

export async function chat(model, isStream) {
  const messages = [
    { role: "system", content: rules },
    { role: "user", content: question },
  ];
  const tools = [{ type: "function", function: { name: tool, parameters: schema } }];
  const first = await completion({ model, messages, tools }, isStream);
  const message = first.choices[0].message;
  const call = message.tool_calls[0];
  messages.push(message, { role: "tool", tool_call_id: call.id, content: result });
  const second = await completion({ model, messages, tools }, isStream);
  return {
    text: second.choices[0].message.content,
    calls: [[call.function.name, JSON.parse(call.function.arguments)]],
    reasons: [first.choices[0].finish_reason, second.choices[0].finish_reason],
    usage: [first.usage.prompt_tokens, first.usage.completion_tokens],
  };
}

async function completion(body, isStream) {
  if (!isStream) return client().chat.completions.create(body);
  const options = { stream_options: { include_usage: true } };
  return client().chat.completions.stream({ ...body, ...options }).finalChatCompletion();
}

export async function responses(model, isStream) {
  const input = [{ role: "user", content: question }];
  const tools = [{ type: "function", name: tool, parameters: schema, strict: true }];
  const body = { model, input, tools, instructions: rules, store: false };
  const first = await response(body, isStream);
  const call = first.output.find((item) => item.type === "function_call");
  const output = { type: "function_call_output", call_id: call.call_id, output: result };
  input.push(...first.output, output);
  const second = await response(body, isStream);
  return {
    text: second.output_text,
    calls: [[call.name, JSON.parse(call.arguments)]],
    reasons: [first.status, second.status],
    usage: [first.usage.input_tokens, first.usage.output_tokens],
  };
}

async function response(body, isStream) {
  if (!isStream) return client().responses.create(body);
  return client().responses.stream(body).finalResponse();
}
