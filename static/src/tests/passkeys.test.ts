import { afterEach, describe, expect, test, vi } from "vitest";
import { HttpError } from "../api/http";
import { CodesElement } from "../ui/codes";
import { arePossible, PasskeyElement, refusal } from "../ui/passkeys";

customElements.define("lc-passkey", PasskeyElement);
customElements.define("lc-codes", CodesElement);

function failure(name: string): Error {
  const error = new Error("The browser's own words");
  error.name = name;
  return error;
}

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe("passkeys", () => {
  test("the server's words come first", () => {
    expect(refusal(new HttpError(429, "Too many tries.", null))).toBe("Too many tries.");
  });

  test("each way a browser refuses has its sentence", () => {
    expect(refusal(failure("NotAllowedError"))).toContain("No passkey was used");
    expect(refusal(failure("InvalidStateError"))).toContain("a passkey for your account already");
    expect(refusal(failure("SecurityError"))).toContain("not the one");
    expect(refusal(failure("TypeError"))).toContain("Nothing was lost");
    expect(refusal("nonsense")).toContain("Nothing was lost");
  });

  test("a browser without passkeys is not offered them", () => {
    document.body.innerHTML = '<lc-passkey hidden data-purpose="login"><form></form></lc-passkey>';
    expect(arePossible()).toBe(false);
    expect(document.querySelector<HTMLElement>("lc-passkey")?.hidden).toBe(true);
  });

  test("the browser's answer is sent with the form", async () => {
    const Credential = Object.assign(() => undefined, {
      parseCreationOptionsFromJSON: (given: unknown) => given,
      parseRequestOptionsFromJSON: (given: unknown) => given,
    });
    vi.stubGlobal("PublicKeyCredential", Credential);
    vi.stubGlobal("fetch", async () => Response.json({ publicKey: { challenge: "c" } }));
    const get = vi.fn(async () => ({ id: "key" }));
    vi.stubGlobal("navigator", { credentials: { get }, onLine: true });
    document.body.innerHTML = `<lc-passkey hidden data-purpose="login">
      <form><input name="credential" type="hidden" /></form></lc-passkey>`;
    const form = document.querySelector("form");
    const sent = new Promise<string>((resolve) => {
      if (form) {
        form.submit = () => resolve(form.querySelector("input")?.value ?? "");
      }
    });
    expect(document.querySelector<HTMLElement>("lc-passkey")?.hidden).toBe(false);
    form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    expect(JSON.parse(await sent)).toEqual({ id: "key" });
    expect(get).toHaveBeenCalledWith({ publicKey: { challenge: "c" } });
  });
});

test("the text of backup codes is one to a line", () => {
  document.body.innerHTML = "<lc-codes><code>aa</code><code>bb</code></lc-codes>";
  const codes = document.querySelector("lc-codes");
  expect(codes instanceof CodesElement && codes.text()).toBe("aa\nbb");
});
