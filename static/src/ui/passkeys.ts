/** Passkeys: a form whose answer the browser's passkeys fill in before it is sent. */

import { HttpError, postForm, sentence } from "../api/http";
import { text } from "./texts";
import { toast } from "./toasts";

interface Options {
  publicKey: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;
}

/** What somebody reads after the browser gave no passkey; blank when they chose so. */
export function refusal(error: unknown): string {
  if (error instanceof HttpError) {
    return sentence(error);
  }
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "AbortError":
      return text("passkeyNone", "No passkey was used. Nothing was changed; you can try again.");
    case "InvalidStateError":
      return text("passkeyKnown", "This device has a passkey for your account already.");
    case "SecurityError":
      return text("passkeyAddress", "This address is not the one that passkeys are set up for.");
    default:
      return sentence(error);
  }
}

/** Whether this browser can exchange passkeys as JSON. */
export function arePossible(): boolean {
  return (
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function"
  );
}

async function answerTo(purpose: string, options: Options): Promise<string> {
  const { publicKey } = options;
  const credential =
    purpose === "register"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  return JSON.stringify(credential);
}

export class PasskeyElement extends HTMLElement {
  connectedCallback(): void {
    if (!arePossible()) {
      return;
    }
    this.hidden = false;
    this.addEventListener("submit", (event) => {
      const form = event.target;
      if (form instanceof HTMLFormElement) {
        event.preventDefault();
        this.once(form).catch((error: unknown) => toast(refusal(error), { stays: true }));
      }
    });
  }

  /** One at a time: a second challenge would make the answer to the first a wrong one. */
  private async once(form: HTMLFormElement): Promise<void> {
    if (form.ariaBusy === "true") {
      return;
    }
    form.ariaBusy = "true";
    try {
      await this.send(form);
    } finally {
      form.ariaBusy = "false";
    }
  }

  private async send(form: HTMLFormElement): Promise<void> {
    const purpose = this.dataset.purpose ?? "";
    const answer = await postForm("/passkeys/options", { purpose });
    const credential = await answerTo(purpose, (await answer.json()) as Options);
    const field = form.querySelector<HTMLInputElement>('input[name="credential"]');
    if (field) {
      field.value = credential;
      form.submit();
    }
  }
}
