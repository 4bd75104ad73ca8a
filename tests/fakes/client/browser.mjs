// As much of a browser as the library asks for.

/** Put a window at an address into the globals. */
export function browser(server) {
  const stored = new Map();
  globalThis.window = {
    atob,
    dispatchEvent: () => true,
    localStorage: {
      getItem: (name) => stored.get(name) ?? null,
      setItem: (name, value) => stored.set(name, value),
      removeItem: (name) => stored.delete(name),
    },
    location: { href: `${server}/c/new`, origin: server, pathname: "/c/new", search: "", hash: "" },
  };
}
