/** The form that takes a chat along: with a script it offers images too. */

import { sentence } from "../api/http";
import { fileName } from "./slices";

const IMAGE = "image";
const BETWEEN_DOWNLOADS_MS = 300;

export function watchExport(form: HTMLFormElement): void {
  const format = form.querySelector<HTMLSelectElement>('select[name="format"]');
  const option = form.querySelector<HTMLTemplateElement>("template[data-image-option]");
  const scope = form.querySelector<HTMLSelectElement>('select[name="scope"]');
  if (!format || !option) {
    return;
  }
  format.append(option.content.cloneNode(true));
  const chosen = (): void => {
    if (scope) {
      scope.disabled = format.value === IMAGE; // an image shows one branch
    }
  };
  format.addEventListener("change", chosen);
  chosen(); // the browser may have kept the choice
  form.addEventListener("submit", (event) => {
    if (format.value === IMAGE) {
      event.preventDefault();
      save(form).catch((error: unknown) => say(form, sentence(error)));
    }
  });
}

function say(form: HTMLFormElement, words: string): void {
  const status = form.querySelector<HTMLElement>("[data-export-status]");
  if (status) {
    status.textContent = words;
  }
}

function filled(words: string | undefined, values: Record<string, number>): string {
  return (words ?? "").replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

async function save(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const list = form.querySelector<HTMLElement>("[data-export-images]");
  if (!button || !list || button.ariaBusy === "true") {
    return;
  }
  button.ariaBusy = "true";
  list.replaceChildren();
  try {
    await make(form, list);
  } finally {
    button.ariaBusy = "false";
  }
}

async function make(form: HTMLFormElement, list: HTMLElement): Promise<void> {
  const {
    conversationId = "",
    title = "",
    preparing = "",
    tooLong = "",
    failed = "",
  } = form.dataset;
  say(form, preparing);
  const { threadImages } = await import("./thread_image");
  const progress = (n: number, count: number): void =>
    say(form, filled(form.dataset.progress, { n, count }));
  const images = await threadImages({ conversationId, title, progress });
  if (images === "too long") {
    say(form, tooLong);
  } else if (images === "not drawn") {
    say(form, failed);
  } else {
    await offer(form, list, images);
  }
}

/** Save the images; a browser that allows one download at a time leaves the links. */
async function offer(form: HTMLFormElement, list: HTMLElement, images: Blob[]): Promise<void> {
  const links = images.map((image, place) => {
    const link = document.createElement("a");
    link.className = "link";
    link.href = URL.createObjectURL(image);
    link.download = fileName(form.dataset.title ?? "", place + 1, images.length);
    link.textContent = link.download;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
    return link;
  });
  say(form, filled(form.dataset.done, { n: images.length }));
  for (const link of links) {
    link.click();
    await new Promise((done) => setTimeout(done, BETWEEN_DOWNLOADS_MS));
  }
}
