// Works through a list by keyboard. j and k move over the parts marked data-key-item; any other key presses the button,
// link or form marked data-key="<key>" inside the current part, else the first one in the list outside all parts.
class Keys extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener("keydown", this.onKey);
    this.addEventListener("focusin", this.onFocus);
    // A deciding page holds one part; it is the current one from the start.
    const items = this.items();
    const only = items[0];
    if (only && items.length === 1) this.mark(only);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
    this.removeEventListener("focusin", this.onFocus);
  }

  private items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-key-item]")];
  }

  private current(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[data-key-item][data-current]");
  }

  private mark(item: HTMLElement): void {
    for (const other of this.items()) other.removeAttribute("data-current");
    item.setAttribute("data-current", "");
  }

  private onFocus = (event: FocusEvent): void => {
    const item = (event.target as Element).closest<HTMLElement>("[data-key-item]");
    if (item) this.mark(item);
  };

  private move(step: number): void {
    const items = this.items();
    const now = this.current();
    const at = now ? items.indexOf(now) + step : step > 0 ? 0 : items.length - 1;
    const item = items[Math.max(0, Math.min(items.length - 1, at))];
    if (!item) return;
    if (!item.hasAttribute("tabindex")) item.tabIndex = -1;
    this.mark(item);
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  private onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (target instanceof HTMLElement && (target.isContentEditable || isTyping(target))) return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      this.move(event.key === "j" ? 1 : -1);
      return;
    }
    if (!/^[a-z0-9?]$/.test(event.key)) return;
    const selector = `[data-key="${event.key}"]`;
    const inside = this.current()?.querySelector<HTMLElement>(selector);
    const outside = [...this.querySelectorAll<HTMLElement>(selector)].find((part) => !part.closest("[data-key-item]"));
    const part = inside ?? outside;
    if (!part) return;
    event.preventDefault();
    press(part);
  };
}

/** Keys belong to the field while somebody writes in it. */
function isTyping(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** A form with a field to fill in (a reason) gets the focus; anything else is carried out. */
function press(part: HTMLElement): void {
  if (!(part instanceof HTMLFormElement)) {
    part.click();
    return;
  }
  const empty = part.querySelector<HTMLElement>("textarea:placeholder-shown, input[type=text]:placeholder-shown, textarea:empty");
  if (empty) empty.focus();
  else part.requestSubmit ? part.requestSubmit() : part.querySelector<HTMLElement>("[type=submit]")?.click();
}

customElements.define("sh-keys", Keys);
