import { expect, test } from "vitest";
import { assetsIn } from "../worker";

test("the offline page's own files are found once each", () => {
  const html = `
    <link rel="stylesheet" href="/static/assets/main-a1.css" />
    <script type="module" src="/static/assets/pages-b2.js"></script>
    <use href="/static/icons.svg#menu" /><use href="/static/icons.svg#edit" />
    <a href="/c/new">no</a> <img src="https://example.org/static/x.js" />`;
  expect(assetsIn(html)).toEqual([
    "/static/assets/main-a1.css",
    "/static/assets/pages-b2.js",
    "/static/icons.svg",
  ]);
});
