// Dropping files on the chat: the whole chat takes them, and two fields say "as photo" or "as file".

import { byId } from "./dom.js";

export class DropZone {
  /** `onFiles(files, {asDocument})`; `isOpen()` tells whether there is a chat to drop on. */
  constructor({ onFiles, isOpen }) {
    const chat = byId("chat");
    this.overlay = byId("drop");
    const carries = (event) => isOpen() && [...(event.dataTransfer?.types ?? [])].includes("Files");
    chat.addEventListener("dragenter", (event) => carries(event) && this.#show(event));
    chat.addEventListener("dragover", (event) => carries(event) && this.#show(event));
    chat.addEventListener("dragleave", (event) => !chat.contains(event.relatedTarget) && this.#hide());
    chat.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.#hide();
      const asDocument = event.target.closest?.("[data-drop]")?.dataset.drop === "file";
      onFiles([...event.dataTransfer.files], { asDocument });
    });
    // A file dropped beside the chat would otherwise replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  }

  #show(event) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.overlay.hidden = false;
    const target = event.target.closest?.("[data-drop]")?.dataset.drop ?? "photo";
    this.overlay.dataset.target = target;
  }

  #hide() {
    this.overlay.hidden = true;
  }
}
