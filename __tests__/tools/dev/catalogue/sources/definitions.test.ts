import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitions, prefixes } from "../../../../../tools/dev/catalogue/sources/definitions";
import { GoProgram } from "../../../../../tools/dev/catalogue/sources/go-program";

const CLIENT = "github.com/prometheus/client_golang/prometheus";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "definitions-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program with the given files, by package `example.com/<name>`. */
function programOf(packages: Readonly<Record<string, Readonly<Record<string, string>>>>): GoProgram {
  return new GoProgram(
    Object.entries(packages).map(([name, files]) => {
      const directory = join(folder, name);
      mkdirSync(directory);
      for (const [file, text] of Object.entries(files))
        writeFileSync(join(directory, file), `package ${name}\n${text}`);
      const Imports = Object.values(files).flatMap((text) =>
        [...text.matchAll(/"(example\.com\/\w+)"/g)].map(([, path = ""]) => path),
      );
      return { ImportPath: `example.com/${name}`, Name: name, Dir: directory, GoFiles: Object.keys(files), Imports };
    }),
  );
}

/** The metrics of one file. */
function namesIn(text: string): string[] {
  const program = programOf({ app: { "app.go": `import (\n"fmt"\n"strings"\n"${CLIENT}"\n)\n${text}` } });
  return definitions(program)
    .map(({ name }) => name)
    .sort();
}

describe("definitions", () => {
  it.each([
    ["a literal name", `var d = prometheus.NewDesc("app_up", "Help.", nil, nil)`, ["app_up"]],
    [
      "constants",
      `const (
         namespace = "app"
         queue, store = "queue", "store"
       )
       var a = prometheus.NewDesc(prometheus.BuildFQName(namespace, queue, "length"), "Help.", nil, nil)
       var b = prometheus.NewDesc(prometheus.BuildFQName(namespace, store, "bytes"), "Help.", nil, nil)`,
      ["app_queue_length", "app_store_bytes"],
    ],
    [
      "an empty subsystem",
      `var d = prometheus.NewDesc(prometheus.BuildFQName("app", "", "up"), "Help.", nil, nil)`,
      ["app_up"],
    ],
    [
      "options",
      `const namespace = "app"
       func metrics(r prometheus.Registerer) {
         a := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Subsystem: "queue", Name: "sent_total", Help: "Help."})
         b := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: namespace + "_ready"}, nil)
       }`,
      ["app_queue_sent_total", "app_ready"],
    ],
    [
      "options in a list that has their type",
      `var all = []prometheus.GaugeOpts{{Name: "app_first"}, {Name: "app_second"}}`,
      ["app_first", "app_second"],
    ],
    [
      "a histogram and a summary",
      `var a = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "app_wait_seconds"})
       var b = prometheus.NewSummary(prometheus.SummaryOpts{Name: "app_size_bytes"})`,
      [
        "app_size_bytes",
        "app_size_bytes_count",
        "app_size_bytes_sum",
        "app_wait_seconds_bucket",
        "app_wait_seconds_count",
        "app_wait_seconds_sum",
      ],
    ],
    [
      "a constant histogram",
      `func (c *collector) Collect(ch chan<- prometheus.Metric) {
         ch <- prometheus.MustNewConstHistogram(c.wait, 1, 2, nil)
       }
       var c = collector{wait: prometheus.NewDesc("app_wait_seconds", "Help.", nil, nil)}`,
      ["app_wait_seconds_bucket", "app_wait_seconds_count", "app_wait_seconds_sum"],
    ],
    [
      "fmt.Sprintf",
      `const namespace = "app"
       var d = prometheus.NewDesc(fmt.Sprintf("%s_%s_total", namespace, strings.ToLower("Errors")), "Help.", nil, nil)`,
      ["app_errors_total"],
    ],
    [
      "a name that gets a suffix",
      `func describe(isBytes bool) *prometheus.Desc {
         name := "app_size"
         if isBytes {
           name += "_bytes"
         }
         return prometheus.NewDesc(name, "Help.", nil, nil)
       }`,
      ["app_size", "app_size_bytes"],
    ],
    [
      "a loop over a map",
      `func describe() {
         for name, help := range map[string]string{"sent_total": "Sent.", "lost_total": "Lost."} {
           prometheus.NewDesc("app_"+name, help, nil, nil)
         }
       }`,
      ["app_lost_total", "app_sent_total"],
    ],
    [
      "a loop over structs, without combining values of different structs",
      `type metric struct {
         subsystem, name string
       }
       func describe() {
         metrics := []metric{{"queue", "length"}, {subsystem: "store", name: "bytes"}}
         metrics = append(metrics, metric{name: "free", subsystem: "disk"})
         for _, m := range metrics {
           prometheus.NewDesc(prometheus.BuildFQName("app", m.subsystem, m.name), "Help.", nil, nil)
         }
       }`,
      ["app_disk_free", "app_queue_length", "app_store_bytes"],
    ],
    [
      "a function that is called several times, without combining arguments of different calls",
      `func describe(subsystem, name string) *prometheus.Desc {
         return prometheus.NewDesc(prometheus.BuildFQName("app", subsystem, name), "Help.", nil, nil)
       }
       var a, b = describe("queue", "length"), describe("store", "bytes")`,
      ["app_queue_length", "app_store_bytes"],
    ],
    [
      "a function literal",
      `func metrics(r prometheus.Registerer) {
         counter := func(name string) prometheus.Counter {
           return prometheus.NewCounter(prometheus.CounterOpts{Name: "app_" + name})
         }
         register(counter("sent_total"), counter("lost_total"))
       }`,
      ["app_lost_total", "app_sent_total"],
    ],
    [
      "a function that builds the name",
      `func full(name string) string { return "app_" + name }
       var d = prometheus.NewDesc(full("up"), "Help.", nil, nil)`,
      ["app_up"],
    ],
    [
      "a loop in the caller",
      `func push(name string) { prometheus.NewDesc("app_"+name, "Help.", nil, nil) }
       func collect() {
         for name, value := range map[string]*int{"online": nil, "present": nil} {
           push(name)
         }
       }`,
      ["app_online", "app_present"],
    ],
    [
      "names that the kernel determines",
      `func describe(stats map[string]int) {
         for name := range stats {
           prometheus.NewDesc("app_memory_"+name+"_bytes", "Help.", nil, nil)
         }
       }`,
      ["app_memory_*_bytes"],
    ],
    [
      "a function that calls itself",
      `func describe(name string) *prometheus.Desc {
         if name == "" {
           return describe(name + "_none")
         }
         return prometheus.NewDesc("app_sizes"+name, "Help.", nil, nil)
       }
       var d = describe("_bytes")`,
      ["app_sizes_bytes"],
    ],
    [
      "names that are not known at all",
      `func describe(name string) *prometheus.Desc { return prometheus.NewDesc(name, "Help.", nil, nil) }`,
      [],
    ],
    ["text that is no name", `var d = prometheus.NewDesc("not a name", "Help.", nil, nil)`, []],
    ["another package with the same functions", `var d = other.NewDesc("app_up", "Help.", nil, nil)`, []],
  ])("finds %s", (_, text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it("follows constants, functions and fields into other files and packages", () => {
    const program = programOf({
      names: { "names.go": `const Namespace = "app"` },
      helper: {
        "helper.go": `import (
          "${CLIENT}"
          constants "example.com/names"
        )
        func Counter(name string) prometheus.Counter {
          return prometheus.NewCounter(prometheus.CounterOpts{Namespace: constants.Namespace, Name: name})
        }`,
      },
      app: {
        "new.go": `func New() *collector { return &collector{subsystem: "queue"} }`,
        "collector_linux.go": `import (
          "${CLIENT}"
          "example.com/helper"
        )
        var sent = helper.Counter("sent_total")
        func (c *collector) Update() {
          prometheus.NewDesc(prometheus.BuildFQName("app", c.subsystem, "length"), "Help.", nil, nil)
        }`,
        "other.go": `func Other() *other { return &other{subsystem: "store"} }`,
      },
    });
    expect(definitions(program)).toEqual([
      { name: "app_sent_total", package: "example.com/helper" },
      { name: "app_queue_length", package: "example.com/app" },
    ]);
  });

  it("assigns metrics to the collector of node exporter that their files register", () => {
    const metric = (name: string) =>
      `import "${CLIENT}"\nvar d = prometheus.NewDesc("node_${name}", "Help.", nil, nil)\n`;
    const program = programOf({
      collector: {
        "collector.go": `import "${CLIENT}"\nfunc registerCollector(name string, isDefault bool, factory any) {}`,
        "fan_common.go": `const fanName = "fan"\nfunc init() { registerCollector(fanName, true, nil) }`,
        "fan_linux.go": metric("fan_rpm"),
        "fan_extra_linux.go": metric("fan_extra_rpm"),
        "door.go": `${metric("door_open")}func init() { registerCollector("door", false, nil) }`,
        "none.go": metric("none"),
      },
    });
    expect(definitions(program)).toEqual([
      { name: "node_fan_rpm", package: "example.com/collector", collector: "fan" },
      { name: "node_fan_extra_rpm", package: "example.com/collector", collector: "fan" },
      { name: "node_door_open", package: "example.com/collector", collector: "door" },
      { name: "node_none", package: "example.com/collector" },
    ]);
  });
});

test("prefixes finds what packages put before the names of their metrics", () => {
  const program = programOf({
    log: {
      "log.go": `import "${CLIENT}"
      func New(dir string, r prometheus.Registerer) {
        prefix := "app_log_"
        if isOther(dir) {
          prefix = "app_other_"
        }
        metrics(prometheus.WrapRegistererWithPrefix(prefix, r))
      }`,
    },
  });
  expect(prefixes(program)).toEqual([
    { prefix: "app_log_", package: "example.com/log" },
    { prefix: "app_other_", package: "example.com/log" },
  ]);
});
