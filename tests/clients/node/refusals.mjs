// node refusals.mjs <model>: what each library throws for a wrong key and an unknown model.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText } from "ai";
import * as anthropic from "./anthropic.mjs";
import * as openai from "./openai.mjs";
import { key, question, v1 } from "./story.mjs";

const [model] = process.argv.slice(2);
const turns = [{ role: "user", content: question }];
const wrong = "sk-nobodys";

const asks = {
  openai: (apiKey, name) =>
    openai.client(apiKey).chat.completions.create({ model: name, messages: turns }),
  openaiStream: (apiKey, name) =>
    openai.client(apiKey).chat.completions.create({ model: name, messages: turns, stream: true }),
  anthropic: (apiKey, name) =>
    anthropic.client(apiKey).messages.create({ model: name, max_tokens: 10, messages: turns }),
  ai: (apiKey, name) =>
    generateText({
      model: createOpenAI({ baseURL: v1, apiKey })(name),
      prompt: question,
      maxRetries: 0,
    }),
};

async function thrown(ask) {
  try {
    await ask;
  } catch (error) {
    return [error.constructor.name, error.status ?? error.statusCode];
  }
  return null;
}

const found = {};
for (const [name, ask] of Object.entries(asks)) {
  found[name] = [await thrown(ask(wrong, model)), await thrown(ask(key, "nobody"))];
}
const models = [];
for await (const one of openai.client().models.list()) models.push(one.id);
const counted = await anthropic.client().messages.countTokens({ model, messages: turns });
console.log(JSON.stringify({ found, models, counted: counted.input_tokens }));
