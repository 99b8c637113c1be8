// Sends a form with a file and shows how many bytes have gone, with cancel and retry. fetch tells nothing about a body
// on its way, so this is an XMLHttpRequest. Without scripts the browser sends the form itself.
class Upload extends HTMLElement {
  private request: XMLHttpRequest | null = null;

  connectedCallback(): void {
    this.addEventListener("submit", this.onSubmit);
    this.addEventListener("dragover", this.onDrag);
    this.addEventListener("dragleave", this.onDrag);
    this.addEventListener("drop", this.onDrop);
  }

  disconnectedCallback(): void {
    this.removeEventListener("submit", this.onSubmit);
    this.removeEventListener("dragover", this.onDrag);
    this.removeEventListener("dragleave", this.onDrag);
    this.removeEventListener("drop", this.onDrop);
    this.request?.abort();
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  private onDrag = (event: DragEvent): void => {
    event.preventDefault();
    this.form?.classList.toggle("is-over", event.type === "dragover");
  };

  private onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.form?.classList.remove("is-over");
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (input && event.dataTransfer?.files.length) {
      input.files = event.dataTransfer.files;
      input.focus();
    }
  };

  private onSubmit = (event: SubmitEvent): void => {
    const form = this.form;
    if (!form || event.target !== form) return;
    event.preventDefault();
    if (!this.request) this.send(form);
  };

  private send(form: HTMLFormElement): void {
    const status = this.querySelector<HTMLElement>(".upload-progress");
    if (!status) return;
    const text = document.createElement("span");
    const bar = document.createElement("progress");
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "button is-secondary";
    cancel.textContent = this.dataset["cancel"] ?? "";
    bar.max = 100;
    bar.setAttribute("aria-label", this.dataset["sending"] ?? "");
    text.textContent = this.dataset["sending"] ?? "";
    status.replaceChildren(text, bar, cancel);

    const request = new XMLHttpRequest();
    this.request = request;
    this.busy(true);
    cancel.addEventListener("click", () => request.abort());
    let announced = 0;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const share = Math.floor((event.loaded / event.total) * 100);
      bar.value = share;
      // Read out at each quarter only: the status is a live region.
      const quarter = Math.floor(share / 25) * 25;
      if (quarter > announced) {
        announced = quarter;
        text.textContent = `${this.dataset["sending"] ?? ""} ${quarter}%`;
      }
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      text.textContent = this.dataset["checking"] ?? "";
    });
    request.addEventListener("load", () => this.finish(form, request, status));
    request.addEventListener("error", () => this.stop(status, this.dataset["failed"] ?? ""));
    request.addEventListener("abort", () => this.stop(status, ""));
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    // The redirect is followed here and again by the browser; so marked, the first visit leaves the result to be told.
    request.setRequestHeader("HX-Request", "true");
    request.send(new FormData(form));
  }

  /** The answer was a page: the one a redirect led to, or this one with its error. */
  private finish(form: HTMLFormElement, request: XMLHttpRequest, status: HTMLElement): void {
    const page = request.responseURL;
    if (page && page !== form.action && request.status < 400) {
      location.assign(page);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const [whole, part] = [answer.querySelector("main"), answer.querySelector("sh-upload")];
    document.title = answer.title || document.title;
    if (whole) document.querySelector("main")?.replaceWith(document.importNode(whole, true));
    else if (part) this.replaceWith(document.importNode(part, true));
    else this.stop(status, this.dataset["failed"] ?? "");
    if (whole || part) document.querySelector<HTMLElement>(".error-summary, main")?.focus();
  }

  private stop(status: HTMLElement, message: string): void {
    this.request = null;
    this.busy(false);
    status.textContent = message;
  }

  private busy(busy: boolean): void {
    for (const part of this.querySelectorAll<HTMLButtonElement>("button[type=submit]")) part.disabled = busy;
  }
}

customElements.define("sh-upload", Upload);
