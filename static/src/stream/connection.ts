/** The page's one WebSocket: subscriptions that survive lost connections. */

import { backoff, type Frame, isNew, parse, type ServerMessage } from "./frames";

export interface Reader {
  /** New frames of a generation, in order, each once. */
  frames(frames: Frame[]): void;
  /** The log is gone: read the stored message instead. */
  gone(): void;
}

interface Subscription {
  cursor: number;
  reader: Reader;
}

const PING_MS = 20_000;
const PATIENCE_MS = 10_000;
const SIGNED_OUT = 4401;
const LEAVING_MS = 5_000;

export class Connection extends EventTarget {
  private socket: WebSocket | null = null;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly unstopped = new Set<string>();
  private attempt = 0;
  private retry = 0;
  private heartbeat = 0;
  private lastHeard = 0;
  private leavingAt = 0;
  private hasGreeted = false;
  /** What the list of chats was at when this page was drawn. */
  drawnAt = "";

  constructor(private readonly url: string) {
    super();
    addEventListener("online", () => this.reconnectNow());
    addEventListener("offline", () => this.drop());
    addEventListener("beforeunload", () => {
      this.leavingAt = Date.now();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.isOpen) {
        this.reconnectNow();
      }
    });
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect(): void {
    if (this.socket !== null) {
      return;
    }
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.heard(String(event.data)));
    socket.addEventListener("close", (event) => this.closed(socket, event.code));
  }

  subscribe(generation: string, after: number, reader: Reader): void {
    this.subscriptions.set(generation, { cursor: after, reader });
    this.connect();
    this.send({ type: "subscribe", generation, after });
    this.startHeartbeat();
  }

  unsubscribe(generation: string): void {
    this.subscriptions.delete(generation);
    this.unstopped.delete(generation);
    this.send({ type: "unsubscribe", generation });
    if (this.subscriptions.size === 0) {
      clearInterval(this.heartbeat);
      this.heartbeat = 0;
    }
  }

  /** Ask for the end of an answer; false when that waits for a connection to ask over. */
  stop(generation: string): boolean {
    const isSent = this.send({ type: "stop", generation });
    if (!isSent) {
      this.unstopped.add(generation);
    }
    return isSent;
  }

  private send(message: object): boolean {
    if (!this.isOpen) {
      return false;
    }
    this.socket?.send(JSON.stringify(message));
    return true;
  }

  private opened(): void {
    this.attempt = 0;
    this.lastHeard = Date.now();
    for (const [generation, { cursor }] of this.subscriptions) {
      this.send({ type: "subscribe", generation, after: cursor });
    }
    for (const generation of this.unstopped) {
      this.send({ type: "stop", generation });
    }
    this.unstopped.clear();
  }

  /** From now on the server tells of changes; nobody told of those since the page was drawn, or while it was away. */
  private greeted(stamp: string): void {
    if (this.hasGreeted || stamp !== this.drawnAt) {
      this.dispatchEvent(new Event("missed"));
    }
    this.hasGreeted = true;
    this.dispatchEvent(new Event("connected"));
  }

  private heard(text: string): void {
    this.lastHeard = Date.now();
    const message = parse(text);
    if (message !== null) {
      this.route(message);
    }
  }

  private route(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.greeted(message.stamp);
        break;
      case "frames": {
        const subscription = this.subscriptions.get(message.generation);
        if (subscription && isNew(subscription.cursor, message.upto)) {
          subscription.cursor = message.upto;
          subscription.reader.frames(message.frames);
        }
        break;
      }
      case "gone":
        this.subscriptions.get(message.generation)?.reader.gone();
        this.unsubscribe(message.generation);
        break;
      case "list":
      case "queue":
      case "error":
        this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
        break;
      default:
        break;
    }
  }

  private closed(socket: WebSocket, code: number): void {
    if (this.socket !== socket) {
      return;
    }
    this.socket = null;
    if (code === SIGNED_OUT) {
      this.signInAgain();
      return;
    }
    this.dispatchEvent(new Event("lost"));
    const wait = backoff(this.attempt) * (0.75 + Math.random() / 2);
    this.attempt += 1;
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.connect(), wait);
  }

  /**
   * A form that ends the sign-in itself leads elsewhere already, and its answer must come through: only a page
   * that is still here after a while goes by itself.
   */
  private signInAgain(): void {
    const wait = Math.max(0, this.leavingAt + LEAVING_MS - Date.now());
    setTimeout(() => location.assign(`/login?next=${encodeURIComponent(location.pathname)}`), wait);
  }

  private drop(): void {
    const socket = this.socket;
    if (socket !== null) {
      socket.close();
      this.closed(socket, 0);
    }
  }

  private reconnectNow(): void {
    clearTimeout(this.retry);
    this.attempt = 0;
    this.connect();
  }

  /** Only while an answer is read: an idle page has no timers. */
  private startHeartbeat(): void {
    if (this.heartbeat !== 0) {
      return;
    }
    this.heartbeat = window.setInterval(() => {
      if (this.isOpen && Date.now() - this.lastHeard > PING_MS + PATIENCE_MS) {
        this.drop();
        return;
      }
      this.send({ type: "ping" });
    }, PING_MS);
  }
}

let shared: Connection | null = null;

/** The connection of this page. */
export function connection(): Connection {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  shared ??= new Connection(`${scheme}//${location.host}/ws`);
  return shared;
}
