import fc from "fast-check";
import { EmittedLabels, emittedLabels } from "../../../lib/logs/emitted-labels";
import { LogFormat, METHODS, STATUS_CLASSES } from "../../../lib/logs/log-format";
import { LogSource } from "../../../lib/logs/log-source";
import { unknownLabels } from "../../../lib/logs/unknown-labels";

const emitted = emittedLabels([
  LogSource.nginx(),
  LogSource.files("shop", { paths: ["/srv/shop/*.log"], format: LogFormat.JSON }),
]);
const of = (query: string) => unknownLabels([{ where: 'alert "A"', expression: query }], emitted);

function literal(text: string): string {
  return text.replace(/[.\\+*?()|[\]{}^$]/g, "\\$&");
}

describe("unknownLabels accepts", () => {
  test.each([
    '{job="nginx"}',
    '{job="nginx", kind="access"} | status_class="5xx"',
    '{job=~"nginx|shop"}',
    '{job=~"ng.*"}',
    '{job=~"$job", instance="$instance"}',
    '{instance="anything"}',
    '{status_class=~"4xx|5xx"}',
    '{job="nginx", level=""}',
    '{job="nginx", level!="error"}',
    'sum by (instance, status_class) (rate({job="nginx"}[5m]))',
    'sum by (user) (count_over_time({job="sshd", kind="audit"} | pattern "<_> for <user> from <_>" [5m]))',
  ])("%s", (query) => {
    expect(of(query)).toEqual([]);
  });
});

describe("unknownLabels reports", () => {
  test.each([
    [
      '{job="ngnix"}',
      'no log source emits the label "job" with the value "ngnix": did you mean nginx? Otherwise, add the missing log source to the logs of a member',
    ],
    [
      '{job="quux"}',
      'no log source emits the label "job" with the value "quux": the values are kernel, nginx, shop, sshd, sudo. Otherwise, add the missing log source to the logs of a member',
    ],
    ['{job=~"nginx|apache2"}', /"job" with the value "apache2"/],
    ['{job!="ngnix",kind="error"}', /"job" with the value "ngnix"/],
    [
      '{job=~"apa.*"}',
      'no log source emits a value of the label "job" that matches "apa.*": the values are kernel, nginx, shop, sshd, sudo',
    ],
    ['{status="500"}', 'no log source emits the label "status": did you mean status_class?'],
    [
      '{quux="500"}',
      'no log source emits the label "quux": the labels are filename, instance, job, kind, level, method, monitoring, status_class',
    ],
    ['{job="nginx"} | status_class="500"', /"status_class" with the value "500": the values are 1xx, 2xx/],
    ['{job="nginx"} | status="500"', 'no log source emits the label "status": did you mean status_class?'],
    ['sum by (host) (rate({job="nginx"}[5m]))', /the label "host": the labels are/],
    ['{job="nginx", kind="audit"}', 'no log source emits lines that match all of {job="nginx", kind="audit"}'],
    [
      'sum by (method) (rate({job="shop"}[5m]))',
      'the lines of {job="shop"} have no label "method": their labels are filename, instance, job, kind, level, monitoring',
    ],
    ['{job="nginx"', 'the expression ends too early, after "{job="nginx""'],
  ])("the problem with %s", (query, message) => {
    const [first, ...others] = of(query);
    expect(others).toEqual([]);
    const pattern = typeof message === "string" ? `^${literal(`alert "A": ${message}`)}$` : message;
    expect(first).toMatch(new RegExp(pattern));
  });

  test("each problem once", () => {
    const use = { where: 'alert "A"', expression: '{job="ngnix"}' };
    expect(unknownLabels([use, use], emitted)).toHaveLength(1);
  });
});

function isAnswered(query: string, known: readonly EmittedLabels[]): boolean {
  return unknownLabels([{ where: "a query", expression: query }], known).length === 0;
}

test("unknownLabels knows exactly the labels of any sources", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), name, (names, other) => {
      const known = emittedLabels(names.map((each) => LogSource.nginx({ name: each })));
      for (const each of names) {
        const pairs = STATUS_CLASSES.flatMap((status) => METHODS.map((method) => [status, method]));
        for (const [status, method] of pairs.slice(0, 3))
          expect(isAnswered(`{job="${each}",status_class="${status}",method="${method}"}`, known)).toBe(true);
      }
      const there = [...names, "sshd", "sudo", "kernel"].includes(other);
      expect(isAnswered(`{job="${other}"}`, known)).toBe(there);
    }),
  );
});
