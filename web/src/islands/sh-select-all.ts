// A table with check boxes: “choose all on this page”, a running count, buttons that wait for a choice, and Shift for
// a range. Without scripts each box works by itself.
class SelectAll extends HTMLElement {
  private last: HTMLInputElement | null = null;
  private all: HTMLInputElement | null = null;

  connectedCallback(): void {
    const head = this.querySelector<HTMLElement>("[data-pick-all]");
    if (head && !this.all) {
      const all = document.createElement("input");
      all.type = "checkbox";
      all.setAttribute("aria-label", this.dataset["all"] ?? "");
      all.addEventListener("change", () => {
        for (const box of this.boxes()) box.checked = all.checked;
        this.refresh();
      });
      head.replaceChildren(all);
      this.all = all;
    }
    this.addEventListener("click", this.onClick);
    this.addEventListener("change", this.refresh);
    this.refresh();
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.onClick);
    this.removeEventListener("change", this.refresh);
  }

  private boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[type=checkbox][name=id]")];
  }

  private onClick = (event: MouseEvent): void => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.name !== "id") return;
    const boxes = this.boxes();
    if (event.shiftKey && this.last && boxes.includes(this.last)) {
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, (to ?? 0) + 1)) between.checked = box.checked;
      this.refresh();
    }
    this.last = box;
  };

  private refresh = (): void => {
    const boxes = this.boxes();
    const chosen = boxes.filter((box) => box.checked).length;
    if (this.all) {
      this.all.checked = chosen > 0 && chosen === boxes.length;
      this.all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const text = this.querySelector("[data-count-text]");
    if (text) text.textContent = (this.dataset["count"] ?? "{n}").replace("{n}", chosen.toLocaleString("en"));
    for (const button of this.querySelectorAll<HTMLButtonElement>(".bulk-bar button")) button.disabled = chosen === 0;
  };
}

customElements.define("sh-select-all", SelectAll);
