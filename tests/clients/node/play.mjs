// node play.mjs <client> <model>: the story twice, whole and as a stream, as JSON.
import * as ai from "./ai.mjs";
import * as anthropic from "./anthropic.mjs";
import * as openai from "./openai.mjs";

const [name, model] = process.argv.slice(2);
const play = { ...ai, ...anthropic, ...openai }[name];
console.log(JSON.stringify([await play(model, false), await play(model, true)]));
