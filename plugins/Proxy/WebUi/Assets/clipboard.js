// @ts-check

/**
 * Makes a button copy the text of an element and say so.
 * @param {string} buttonId
 * @param {string} sourceId
 */
export function copyOnClick(buttonId, sourceId) {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById(buttonId));
  const source = /** @type {HTMLElement} */ (document.getElementById(sourceId));
  const status = /** @type {HTMLElement} */ (document.getElementById("status"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      status.textContent = "Copied.";
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    } catch {
      // Without permission: select the text, so that a key press copies it.
      getSelection()?.selectAllChildren(source);
      status.textContent = "Press Ctrl+C to copy the selected text.";
    }
  });
}
