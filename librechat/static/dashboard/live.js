// The live page: what the socket sends, else what the server answers every five seconds.

const POLL_MS = 5_000;
const RETRY_MS = 10_000;
const FORBIDDEN = [4401, 4403, 4408];

const place = document.querySelector("[data-live]");
const state = document.querySelector("[data-live-state]");
let timer = 0;

/** Show a fresh look; whoever is about to press a button stays on it. */
function show(html) {
  const focused = document.activeElement;
  const kept = place.contains(focused) ? focused.getAttribute("value") : null;
  place.innerHTML = html;
  if (kept) {
    place.querySelector(`button[value="${CSS.escape(kept)}"]`)?.focus();
  }
}

function tell(name) {
  const text = state.getAttribute(`data-live-${name}`);
  if (state.textContent !== text) {
    state.textContent = text;
  }
}

async function poll() {
  try {
    const answer = await fetch(place.dataset.livePoll, { redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      location.reload(); // the session of the administration has ended
      return;
    }
    if (answer.ok) {
      show(await answer.text());
      tell("polling");
    } else {
      tell("off");
    }
  } catch {
    tell("off");
  }
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/admin/activity/`);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "activity") {
      clearInterval(timer);
      timer = 0;
      show(message.html);
      tell("on");
    }
  };
  socket.onclose = (event) => {
    if (FORBIDDEN.includes(event.code)) {
      location.reload(); // asks for a proof, or says that it is not allowed
      return;
    }
    if (!timer) {
      timer = setInterval(poll, POLL_MS);
      poll();
    }
    setTimeout(connect, RETRY_MS);
  };
}

connect();
