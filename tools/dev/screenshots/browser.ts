import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import { UserError } from "../../cli/user-error";
import { Dashboard, Login } from "./grafana-api";
import { dashboardUrl, pictureName } from "./pictures";

/** Size of the window and content of the pictures. */
export interface Format {
  /** Width of the window in pixels. */
  readonly width: number;
  /** Whether a picture shows the whole dashboard. If false, it shows the part that fits on a screen. */
  readonly full: boolean;
  /** Length of the time range in minutes. @default - the time range of the dashboard */
  readonly minutes?: number;
}

/** Height of the window in pixels. */
const SCREEN = 900;
/** Greatest height of a picture in pixels. */
const HIGHEST = 12_000;
/** Seconds that a dashboard may take until all panels are loaded. */
const LOADING = 120;
/** Milliseconds without a request after which a dashboard is loaded. */
const QUIET = 2000;
const LOADING_BAR = '[aria-label="Panel loading bar"]';

/** Hides Grafana's navigation menu, which takes a sixth of the width. */
const HIDE_NAVIGATION = 'localStorage.setItem("grafana.navigation.docked", "false")';

/** A browser that is logged in to Grafana. */
export class DashboardBrowser {
  private constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly login: Login,
  ) {}

  /** @throws UserError if the browser does not start or the login fails */
  public static async start(chromium: string, login: Login): Promise<DashboardBrowser> {
    // Loaded here, because it takes a while and the other parts of this program do not need it.
    const playwright = await import("playwright-core");
    const browser = await playwright.chromium
      .launch({
        executablePath: chromium,
        // Chromium refuses to run as root with its sandbox. It shows only pages of the local stack.
        args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
        ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
      })
      .catch((error: unknown) => {
        throw new UserError(`cannot start ${chromium}: ${String(error)}`);
      });
    const context = await browser.newContext({ locale: "en-GB" });
    await context.addInitScript(HIDE_NAVIGATION);
    const { user, password } = login;
    const response = await context.request.post(`${login.url}/login`, { data: { user, password } });
    if (response.ok()) return new DashboardBrowser(browser, context, login);
    await browser.close();
    throw new UserError(`the login at ${login.url} failed with status ${response.status()}`);
  }

  /**
   * Makes a picture of a dashboard.
   *
   * @returns the path of the picture
   * @throws UserError if the dashboard does not load
   */
  public async picture(dashboard: Dashboard, folder: string, format: Format): Promise<string> {
    const page = await this.context.newPage();
    try {
      const requests = new Requests(page);
      await page.setViewportSize({ width: format.width, height: SCREEN });
      await page.goto(dashboardUrl(this.login, dashboard.uid, format.minutes), { timeout: LOADING * 1000 });
      await page
        .locator("section")
        .first()
        .waitFor({ timeout: LOADING * 1000 });
      await requests.end(dashboard.title);
      if (format.full) await showAll(page, format.width, requests, dashboard.title);
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${pictureName(dashboard)}.png`);
      await page.screenshot({ path });
      return path;
    } finally {
      await page.close();
    }
  }

  public async close(): Promise<void> {
    await this.browser.close();
  }
}

/** Makes the window as high as the dashboard, because Grafana loads only panels that are visible. */
async function showAll(page: Page, width: number, requests: Requests, title: string): Promise<void> {
  let before = SCREEN;
  for (;;) {
    const height = Math.min(await page.evaluate<number>("document.documentElement.scrollHeight"), HIGHEST);
    if (height <= before) return;
    await page.setViewportSize({ width, height });
    await requests.end(title);
    before = height;
  }
}

/** The requests of a page that have not been answered. */
class Requests {
  private readonly open = new Set<Request>();
  private last = Date.now();

  public constructor(private readonly page: Page) {
    const ended = (request: Request): void => {
      if (this.open.delete(request)) this.last = Date.now();
    };
    page.on("request", (request) => {
      // Grafana Live keeps a connection open.
      if (request.url().includes("/api/live/")) return;
      this.open.add(request);
      this.last = Date.now();
    });
    page.on("requestfinished", ended).on("requestfailed", ended);
  }

  /**
   * Waits until all requests are answered and no panel is loading.
   *
   * @throws UserError after two minutes
   */
  public async end(title: string): Promise<void> {
    // A panel that becomes visible starts its requests a moment later.
    this.last = Date.now();
    const limit = this.last + LOADING * 1000;
    while (Date.now() < limit) {
      const quiet = this.open.size === 0 && Date.now() - this.last > QUIET;
      if (quiet && (await this.page.locator(LOADING_BAR).count()) === 0) return;
      await this.page.waitForTimeout(200);
    }
    throw new UserError(`the dashboard "${title}" did not load within ${LOADING} s`);
  }
}
