/** The service worker: keeps a page for times without network, and nothing of anybody's chats. */

// The compiler's types of pages and of workers exclude each other; these few are the worker's.
interface LongEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends LongEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface NoticeEvent extends LongEvent {
  readonly notification: { data?: { address?: string }; close(): void };
}
interface WorkerScope extends EventTarget {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void>; openWindow(address: string): Promise<unknown> };
}

const CACHE = "librechat-1";
const OFFLINE = "/offline";

/** Addresses of styles, scripts and icons that a page names. */
export function assetsIn(html: string): string[] {
  const found = [...html.matchAll(/(?:href|src)="(\/static\/[^"#?]+\.(?:css|js|svg|woff2))/g)];
  return [...new Set(found.flatMap((match) => match[1] ?? []))];
}

async function keepOfflinePage(): Promise<void> {
  const answer = await fetch(OFFLINE, { credentials: "omit", cache: "reload" });
  if (!answer.ok) {
    return;
  }
  const cache = await caches.open(CACHE);
  const html = await answer.clone().text();
  await cache.put(OFFLINE, answer);
  await Promise.allSettled(assetsIn(html).map((address) => cache.add(address)));
}

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function navigated(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(OFFLINE);
    if (kept) {
      return kept;
    }
    throw error;
  }
}

/** The offline page's own files come from the cache when the network does not answer. */
async function fetched(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) {
      return kept;
    }
    throw error;
  }
}

function serve(scope: WorkerScope): void {
  scope.addEventListener("install", (event) => {
    (event as LongEvent).waitUntil(keepOfflinePage().then(() => scope.skipWaiting()));
  });
  scope.addEventListener("activate", (event) => {
    (event as LongEvent).waitUntil(dropOldCaches().then(() => scope.clients.claim()));
  });
  scope.addEventListener("notificationclick", (event) => {
    const { notification } = event as NoticeEvent;
    notification.close();
    const address = notification.data?.address ?? "/";
    (event as LongEvent).waitUntil(scope.clients.openWindow(address));
  });
  scope.addEventListener("fetch", (event) => {
    const asked = event as RequestEvent;
    const { request } = asked;
    if (request.mode === "navigate") {
      asked.respondWith(navigated(request));
    } else if (request.method === "GET" && new URL(request.url).pathname.startsWith("/static/")) {
      asked.respondWith(fetched(request));
    }
  });
}

if ("skipWaiting" in globalThis) {
  serve(globalThis as unknown as WorkerScope);
}
