/** The list of shortcuts in a dialog; loaded when it is asked for. */

import { getHtml } from "../api/http";
import { labelKeys } from "./shortcuts";

let asked = 0;

/** Show the list as it is for this person, once however often it is asked for. */
export async function openHelp(): Promise<void> {
  asked += 1;
  const mine = asked;
  const html = await getHtml("/settings/shortcuts");
  if (mine !== asked) {
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "shortcut-dialog";
  dialog.setAttribute("aria-labelledby", "shortcut-title");
  dialog.innerHTML = html;
  labelKeys(dialog);
  dialog.querySelector("[data-shortcut-close]")?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
