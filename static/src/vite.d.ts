/// <reference types="vite/client" />

declare module "pyodide/pyodide.asm.mjs" {
  const createPyodideModule: unknown;
  // biome-ignore lint/style/noDefaultExport: it is Pyodide's.
  export default createPyodideModule;
}
