/** The list of shortcuts in a dialog; loaded when it is asked for. */

import { getHtml } from "../api/http";
import { labelKeys } from "./shortcuts";

/** Show the list as it is for this person. */
export async function openHelp(): Promise<void> {
  const html = await getHtml("/settings/shortcuts");
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
