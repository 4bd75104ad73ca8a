/** Asks the hidden frame for drawings. */

import type { DrawingAnswer, DrawingRequest } from "./protocol";

const FRAME = "/_/diagram";
const PATIENCE_MS = 20_000;

let number = 0;
let frame: Promise<Window> | null = null;

/** Draw Mermaid source; "" where that cannot be done. */
export async function draw(source: string, isDark: boolean): Promise<string> {
  frame ??= openFrame();
  try {
    const target = await frame;
    number += 1;
    const request: DrawingRequest = { id: number, source, isDark };
    const answer = answerOf(target, request.id);
    target.postMessage(request, location.origin);
    return (await answer).svg;
  } catch {
    frame = null; // asked anew the next time
    document.querySelector(`iframe[src="${FRAME}"]`)?.remove();
    return "";
  }
}

async function openFrame(): Promise<Window> {
  const holder = document.createElement("iframe");
  holder.className = "diagram-frame";
  holder.src = FRAME;
  holder.tabIndex = -1;
  holder.setAttribute("aria-hidden", "true");
  document.body.append(holder);
  const target = holder.contentWindow;
  if (!target) {
    throw new Error("no frame");
  }
  await answerOf(target, 0);
  return target;
}

function answerOf(target: Window, id: number): Promise<DrawingAnswer> {
  return new Promise((resolve, reject) => {
    const late = window.setTimeout(() => settle(null), PATIENCE_MS);
    const heard = (event: MessageEvent): void => {
      const answer = event.data as DrawingAnswer;
      if (event.source === target && event.origin === location.origin && answer.id === id) {
        settle(answer);
      }
    };
    const settle = (answer: DrawingAnswer | null): void => {
      clearTimeout(late);
      removeEventListener("message", heard);
      if (answer) {
        resolve(answer);
      } else {
        reject(new Error("late"));
      }
    };
    addEventListener("message", heard);
  });
}
