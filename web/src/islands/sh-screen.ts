// A big screen: fetches the page again every data-every seconds and swaps its main part, keeps the last numbers if the
// link is lost (data-lost says so, with the time of the numbers), and offers full screen through [data-fullscreen].
class BigScreen extends HTMLElement {
  private timer = 0;
  private fresh = new Date();

  connectedCallback(): void {
    const seconds = Math.max(10, Number(this.dataset["every"] ?? "60") || 60);
    this.timer = window.setInterval(() => void this.refresh(), seconds * 1000);
    document.addEventListener("click", this.onClick);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    document.removeEventListener("click", this.onClick);
  }

  private onClick = (event: MouseEvent): void => {
    if (!(event.target as Element).closest("[data-fullscreen]")) return;
    event.preventDefault();
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen?.();
  };

  private async refresh(): Promise<void> {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("sh-screen");
      if (!fresh) throw new Error("no screen");
      this.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
      this.fresh = new Date();
      this.tell("");
    } catch {
      const time = this.fresh.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      this.tell((this.dataset["lost"] ?? "{time}").replace("{time}", time));
    }
  }

  private tell(text: string): void {
    let line = document.querySelector<HTMLElement>("[data-screen-status]");
    if (!line) {
      line = document.createElement("p");
      line.className = "foot-notice";
      line.dataset["screenStatus"] = "";
      line.setAttribute("role", "status");
      this.after(line);
    }
    line.textContent = text;
  }
}

customElements.define("sh-screen", BigScreen);
