import { defineConfig } from "vite";

// biome-ignore lint/style/noDefaultExport: Vite reads the default export.
export default defineConfig({
  base: "/static/",
  build: {
    manifest: "manifest.json",
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    rollupOptions: { input: { main: "src/main.ts", pages: "src/pages.ts" } },
  },
});
