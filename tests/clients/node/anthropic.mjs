// Anthropic's library.
import Anthropic from "@anthropic-ai/sdk";
import { key, question, result, rules, schema, tool, url } from "./story.mjs";

export const client = (authToken = key) =>
  new Anthropic({ baseURL: url, authToken, apiKey: null, maxRetries: 0 });

export async function messages(model, isStream) {
  const turns = [{ role: "user", content: question }];
  const tools = [{ name: tool, input_schema: schema }];
  const thinking = { type: "enabled", budget_tokens: 2000 };
  const body = { model, max_tokens: 4000, system: rules, messages: turns, tools, thinking };
  const first = await message(body, isStream);
  const call = first.content.find((block) => block.type === "tool_use");
  const answer = { type: "tool_result", tool_use_id: call.id, content: result };
  turns.push({ role: "assistant", content: first.content }, { role: "user", content: [answer] });
  const second = await message(body, isStream);
  const { usage } = first;
  return {
    text: textOf(second),
    thought: first.content.find((block) => block.type === "thinking").thinking,
    calls: [[call.name, call.input]],
    reasons: [first.stop_reason, second.stop_reason],
    usage: [usage.input_tokens + usage.cache_read_input_tokens, usage.output_tokens],
  };
}

async function message(body, isStream) {
  if (!isStream) return client().messages.create(body);
  return client().messages.stream(body).finalMessage();
}

function textOf(answer) {
  return answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}
