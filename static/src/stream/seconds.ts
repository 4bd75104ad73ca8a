/** Counts the seconds of a running step; no timer runs while nothing does. */

const TICK_MS = 1_000;
const begun = new WeakMap<Element, number>();
let timer = 0;

/** Start counting for the steps that run now. */
export function countSeconds(): void {
  if (timer === 0 && document.querySelector("[data-step][data-running]")) {
    timer = window.setInterval(tick, TICK_MS);
  }
}

function tick(): void {
  const running = document.querySelectorAll("[data-step][data-running]");
  for (const step of running) {
    const since = begun.get(step) ?? Date.now() - TICK_MS;
    begun.set(step, since);
    const place = step.querySelector("[data-step-seconds]");
    if (place) {
      place.textContent = `${Math.round((Date.now() - since) / 1000)} s`;
    }
  }
  if (running.length === 0) {
    clearInterval(timer);
    timer = 0;
  }
}
