/**
 * The page inside the hidden frame that runs Python.
 *
 * Its sandbox makes it a stranger to every other page: what a program does stays in here.
 */

import type { PythonAnswer, PythonRequest } from "./python/protocol";
import workerUrl from "./python/worker?worker&url";

const page = new URL(location.href).origin;
let worker: Worker | null = null;
let id = 0;

function tell(answer: PythonAnswer): void {
  parent.postMessage(answer, page);
}

function stop(): void {
  worker?.terminate();
  worker = null;
}

/** A stranger may only start workers it wrote itself: this one fetches the real one. */
function start(request: PythonRequest): Worker {
  const address = JSON.stringify(new URL(workerUrl, page).href);
  const lost = JSON.stringify({ type: "broken", id: 0 } satisfies PythonAnswer);
  const source = `import(${address}).catch(() => postMessage(${lost}));`;
  const made = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  made.addEventListener("message", ({ data }) => {
    const answer = data as PythonAnswer;
    if (answer.id !== 0) {
      tell(answer);
    } else if (answer.type === "running") {
      made.postMessage(request); // it listens by now
    } else {
      broke();
    }
  });
  made.addEventListener("error", broke);
  return made;
}

function broke(): void {
  stop();
  tell({ type: "broken", id });
}

addEventListener("message", (event) => {
  if (event.origin !== page || event.source !== parent) {
    return;
  }
  const request = event.data as PythonRequest;
  if (request.type === "stop") {
    stop();
    return;
  }
  id = request.id;
  if (worker) {
    worker.postMessage(request);
  } else {
    worker = start(request);
  }
});
tell({ type: "running", id: 0 });
