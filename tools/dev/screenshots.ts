import { main, usage } from "../cli/command";
import { LOCAL_STACK } from "../cli/stack-outputs";
import { UserError } from "../cli/user-error";
import { Interruption } from "./interruption";
import { DashboardBrowser } from "./screenshots/browser";
import { Dashboard, GrafanaApi, Login } from "./screenshots/grafana-api";
import { Options, parseOptions, README_DASHBOARDS } from "./screenshots/options";
import { pictureName, selectDashboards, SIZE_LIMIT, sizeProblem } from "./screenshots/pictures";
import { checkHome, findChromium, Missing } from "./screenshots/prerequisites";
import { LocalStack, localStack } from "./screenshots/stack";
import { StartedGrafana } from "./screenshots/started-grafana";
import { Traffic } from "./screenshots/traffic";

const HELP = `Usage: ${usage("screenshots")}

Makes the pictures in the README: PNG files of dashboards of the deployed stack "${LOCAL_STACK}". Before that, sends requests to
the example site, logs in by SSH and uses sudo on the servers, so that the dashboards have data. Needs Chromium or Chrome
(CHROMIUM, or on the PATH) and a Grafana with a web UI: the deployed one, or one that --grafana names.

  --dashboards <list>  dashboards by their titles, such as fleet,application-logs, or all
                       (default: ${README_DASHBOARDS.join(",")})
  --output <dir>       folder for the pictures (default: docs/images)
  --width <px>         width of the browser window (default: 1366)
  --full               show whole dashboards, not only the part that fits on a screen
  --minutes <n>        duration of the traffic, and time range of the pictures (default: 15). With 0, there is no
                       traffic, and the dashboards keep their time ranges
  --grafana <dir>      folder of an extracted Grafana release (default: $GRAFANA_HOME). This program starts it on a loopback
                       port, with the data sources and dashboards of the stack
  -h, --help           print this help

Exits with 1 if a picture for the README has more than ${SIZE_LIMIT} KiB. Without a browser or a web UI, prints the reason and exits
with 0.`;

async function screenshots(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(HELP);
    return;
  }
  try {
    await makePictures(options);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    console.log(`SKIPPED screenshots: ${error.message}`);
  }
}

async function makePictures(options: Options): Promise<void> {
  const chromium = findChromium(process.env);
  if (options.grafana !== undefined) checkHome(options.grafana);
  const stack = await localStack();
  const api = new GrafanaApi(stack.grafana);
  const dashboards = selectDashboards(await api.dashboards(), options.dashboards);
  if (options.grafana === undefined && !(await api.hasWebUi()))
    throw new Missing(
      `the Grafana of the stack "${LOCAL_STACK}" has no web UI, because it was built from source: set GRAFANA_HOME to the folder of an extracted Grafana release`,
    );
  const interruption = new Interruption(() => {
    console.error("interrupted: stopping the traffic and Grafana");
  });
  try {
    const started =
      options.grafana === undefined ? undefined : await StartedGrafana.start(options.grafana, stack.grafana);
    try {
      await sendTraffic(stack, options.minutes, interruption);
      await takePictures(chromium, started?.login ?? stack.grafana, dashboards, options, interruption);
    } finally {
      await started?.stop();
    }
  } finally {
    interruption.end();
  }
}

async function sendTraffic(stack: LocalStack, minutes: number, interruption: Interruption): Promise<void> {
  interruption.check();
  if (minutes === 0) return;
  console.log(`sending traffic for ${minutes} minutes`);
  const traffic = Traffic.start(stack);
  try {
    await traffic.wait(minutes * 60, interruption);
  } finally {
    await traffic.stop();
  }
}

async function takePictures(
  chromium: string,
  login: Login,
  dashboards: readonly Dashboard[],
  { width, full, minutes, output }: Options,
  interruption: Interruption,
): Promise<void> {
  const browser = await DashboardBrowser.start(chromium, login);
  const problems: string[] = [];
  try {
    for (const dashboard of dashboards) {
      interruption.check();
      const format = { width, full, ...(minutes === 0 ? {} : { minutes }) };
      const path = await browser.picture(dashboard, output, format);
      console.log(path);
      const problem = full || !README_DASHBOARDS.includes(pictureName(dashboard)) ? undefined : sizeProblem(path);
      if (problem !== undefined) problems.push(problem);
    }
  } finally {
    await browser.close();
  }
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

main(screenshots);
