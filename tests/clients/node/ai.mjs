// Vercel's AI SDK, with each of its providers; it plays the loop of tools itself.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, stepCountIs, streamText, tool as asTool } from "ai";
import { z } from "zod";
import { key, question, result, rules, tool, v1 } from "./story.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false; // they would be printed among the answers

const openai = createOpenAI({ baseURL: v1, apiKey: key });
const anthropic = createAnthropic({ baseURL: v1, apiKey: key });
const compatible = createOpenAICompatible({
  name: "relay",
  baseURL: v1,
  apiKey: key,
  includeUsage: true,
});

export const aiResponses = (model, isStream) => play(openai(model), isStream);
export const aiChat = (model, isStream) => play(openai.chat(model), isStream);
export const aiCompatible = (model, isStream) => play(compatible(model), isStream);
export const aiMessages = (model, isStream) => play(anthropic(model), isStream);

async function play(model, isStream) {
  const calls = [];
  const execute = async (city) => {
    calls.push([tool, city]);
    return result;
  };
  const inputSchema = z.object({ city: z.string().describe("Name of the city") });
  const asked = {
    model,
    system: rules,
    prompt: question,
    tools: { [tool]: asTool({ description: "Tell the weather", inputSchema, execute }) },
    stopWhen: stepCountIs(3),
    maxRetries: 0,
    providerOptions: {
      anthropic: { thinking: { type: "enabled", budgetTokens: 2000 } },
      openai: { store: false },
    },
  };
  const done = isStream ? await streamed(asked) : await generateText(asked);
  const [first] = done.steps;
  return {
    text: done.text,
    thought: first.reasoningText ?? "",
    calls,
    reasons: done.steps.map((step) => step.finishReason),
    usage: [first.usage.inputTokens, first.usage.outputTokens],
  };
}

async function streamed(asked) {
  const errors = [];
  const stream = streamText({ ...asked, onError: ({ error }) => errors.push(error) });
  await stream.consumeStream();
  if (errors.length > 0) throw errors[0];
  return { text: await stream.text, steps: await stream.steps };
}
