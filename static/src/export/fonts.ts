/** The fonts a page has loaded, as a style sheet that needs no further requests. */

interface Face {
  family: string;
  weight: string;
  style: string;
  range: string;
}

/** Names of the same face are written in several ways. */
function keyOf({ family, weight, style, range }: Face): string {
  const plain = [family, weight || "400", style || "normal", range];
  return plain
    .map((part) => part.replace(/["'\s]/g, "").toLowerCase())
    .map((part) => (part === "normal" ? "400" : part))
    .join("|");
}

function keyOfRule({ style }: CSSFontFaceRule): string {
  const value = (name: string): string => style.getPropertyValue(name);
  return keyOf({
    family: value("font-family"),
    weight: value("font-weight"),
    style: value("font-style"),
    range: value("unicode-range"),
  });
}

function facesIn(rules: Iterable<CSSRule>): CSSFontFaceRule[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSFontFaceRule) {
      return [rule];
    }
    return rule instanceof CSSGroupingRule ? facesIn(rule.cssRules) : [];
  });
}

async function dataUrlOf(url: string): Promise<string> {
  const blob = await (await fetch(url)).blob();
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(String(reader.result)));
    reader.addEventListener("error", () => failed(reader.error));
    reader.readAsDataURL(blob);
  });
}

async function embedded(rule: CSSFontFaceRule): Promise<string> {
  const source = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src"))?.[1] ?? "";
  const address = new URL(source, rule.parentStyleSheet?.href ?? location.href);
  return rule.cssText.replace(source, await dataUrlOf(address.href));
}

/** The rules of every face in use, the fonts themselves in them. */
export async function fontCss(): Promise<string> {
  const used = new Set(
    [...document.fonts]
      .filter((face) => face.status === "loaded")
      .map(({ family, weight, style, unicodeRange: range }) =>
        keyOf({ family, weight, style, range }),
      ),
  );
  const faces = [...document.styleSheets].flatMap((sheet) => facesIn(sheet.cssRules));
  const rules = faces.filter((rule) => used.has(keyOfRule(rule)) && rule.cssText.includes("url("));
  return (await Promise.all(rules.map(embedded))).join("\n");
}
