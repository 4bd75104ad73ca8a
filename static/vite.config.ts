import { defineConfig } from "vite";

// biome-ignore lint/style/noDefaultExport: Vite reads the default export.
export default defineConfig({
  base: "/static/",
  worker: { format: "es" },
  build: {
    manifest: "manifest.json",
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        main: "src/main.ts",
        pages: "src/pages.ts",
        diagram: "src/diagram.ts",
        python: "src/python.ts",
        worker: "src/worker.ts",
      },
      output: {
        // These two have one name: the worker is served from the root, and the frame that runs
        // Python is named by Django. The rest is named by its content.
        entryFileNames: ({ name }) =>
          name === "worker" || name === "python" ? `${name}.js` : "assets/[name]-[hash].js",
      },
    },
  },
});
