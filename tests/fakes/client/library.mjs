// LibreChat's own client library as a client of a server, driven by a test.
// Usage: node library.mjs <server>; one JSON order per line on stdin, one JSON answer per line.
// {"call": name, "arguments": [...], "shape": name?} → {"value", "status", "problems"}
// or {"refused": {"status", "body"}}. {"token": text} replaces the bearer token.
import { createInterface } from "node:readline";
import axios from "axios";
import { browser } from "./browser.mjs";
import { shapes } from "./shapes.mjs";

const [server] = process.argv.slice(2);
browser(server);
// Only now: the library looks for a browser while it is loaded.
const { dataService, setTokenHeader } = await import("librechat-data-provider");
const known = await shapes();

const AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36";
axios.defaults.baseURL = server;
axios.defaults.headers.common["User-Agent"] = AGENT;

// What a browser does with cookies; the library leaves it to the browser.
const jar = new Map();
let status = 0;

function keep(response) {
  status = response.status;
  for (const line of response.headers["set-cookie"] ?? []) {
    const [pair] = line.split(";");
    const [name, ...value] = pair.split("=");
    jar.set(name.trim(), value.join("="));
  }
}

axios.interceptors.request.use((config) => {
  const cookies = [...jar].map(([name, value]) => `${name}=${value}`);
  if (cookies.length) config.headers.Cookie = cookies.join("; ");
  return config;
});
// Before the library's own, which asks again after a refusal.
axios.interceptors.response.handlers.unshift({
  fulfilled: (response) => {
    keep(response);
    return response;
  },
  rejected: (error) => {
    if (error.response) keep(error.response);
    return Promise.reject(error);
  },
});

/** Return an argument; {"file": text, "name": text} becomes the form of an upload. */
function argument(given) {
  if (given?.file === undefined) return given ?? undefined;
  const form = new FormData();
  form.append("file", new Blob([given.file], { type: "application/json" }), given.name);
  return form;
}

function problemsOf(shape, value) {
  if (!shape) return [];
  const parsed = known[shape].safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

async function answer(order) {
  if (order.token !== undefined) {
    setTokenHeader(order.token);
    return { value: null, status: 0, problems: [] };
  }
  try {
    const value = await dataService[order.call](...order.arguments.map(argument));
    if (value?.token && value.user) setTokenHeader(value.token);
    return { value: value ?? null, status, problems: problemsOf(order.shape, value) };
  } catch (error) {
    if (!error.response) return { failed: String(error.stack ?? error) };
    return { refused: { status: error.response.status, body: error.response.data } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
