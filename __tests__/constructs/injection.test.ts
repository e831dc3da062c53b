import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { Artifacts, PlaybookRun, Secret } from "../../constructs";
import { ansiblePython, ansibleTest } from "../support/ansible";
import { BUILDERS, NOT_FROM_USERS, READS_FILES } from "../support/injection/builders";
import { findings, MARK } from "../support/injection/inspection";
import { Place, textPlaces } from "../support/injection/places";
import { PLAYBOOK, World } from "../support/injection/world";
import { terraform, terraformTest } from "../support/terraform";

// The content of the roles does not matter here, and each monitoring would hash all of it.
jest.mock("../../lib/inventory/content-hash", () => ({ contentHash: () => "0123456789abcdef" }));

/** Texts that a template language, a shell or a parser would interpret. */
const PAYLOADS = [
  `{{ lookup('pipe', 'touch ${MARK}') }}`,
  `{% if lookup('pipe', 'touch ${MARK}') %}${MARK}{% endif %}`,
  `\${file("/etc/${MARK}")}`,
  `$\${file("/etc/${MARK}")}`,
  `%{ if true }${MARK}%{ endif }`,
  `'"${MARK}`,
  `${MARK}\\`,
  `$(touch ${MARK})\`touch ${MARK}\`;touch ${MARK}`,
];
const TOGETHER = `x ${PAYLOADS.join(" ")} x`;
const NEWLINE = `${MARK}\ntouch ${MARK}`;

const places = textPlaces().filter(({ owner }) => !NOT_FROM_USERS.includes(owner));

/** Returns a copy of a value with a text at a place. */
function withText(value: unknown, [step, ...rest]: readonly string[], text: string): unknown {
  if (step === undefined) return text;
  if (step === "[]") return [withText((value as readonly unknown[] | undefined)?.[0], rest, text)];
  const map = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (step === "{key}") return { [text]: Object.values(map)[0] ?? "x" };
  const name = step === "{}" ? (Object.keys(map)[0] ?? "key") : step;
  return { ...map, [name]: withText(map[name], rest, text) };
}

/** Returns what is wrong if a place contains a text: an unclear error, or text that is not literal. */
function problems({ owner, path }: Place, text: string): { readonly rejected: boolean; readonly found: string[] } {
  const { minimal, build } = BUILDERS[owner] ?? { minimal: {}, build: () => undefined };
  const world = new World();
  try {
    build(world, withText(minimal, path, text) as Record<string, unknown>);
    const json = world.synthesize();
    for (const file of world.files) {
      if (file.path.endsWith(".json")) JSON.parse(file.content);
      if (file.path.endsWith(".yml")) parse(file.content);
    }
    return { rejected: false, found: findings(json) };
  } catch (error) {
    const { message } = error as Error;
    const names = [
      ...path.filter((step) => /^\w/.test(step)),
      owner.replace(/^.*[.#]/, ""),
      text,
      JSON.stringify(text),
    ];
    return { rejected: true, found: names.some((name) => message.includes(name)) ? [] : [`unclear: ${message}`] };
  }
}

/** One synthesis with all payloads is enough where every text is allowed. Elsewhere, one payload must not hide another. */
function allProblems(place: Place): string[] {
  const everything = problems(place, `${TOGETHER}\n${NEWLINE}`);
  if (!everything.rejected) return everything.found;
  const together = problems(place, TOGETHER);
  const single = together.rejected ? PAYLOADS : [];
  return [everything, together, ...[...single, NEWLINE].map((text) => problems(place, text))].flatMap(
    ({ found }) => found,
  );
}

describe("a text of the user", () => {
  test("has a builder for each type of the public API", () => {
    const owners = [...new Set(places.map(({ owner }) => owner))];
    expect(owners.filter((owner) => !(owner in BUILDERS))).toEqual([]);
    expect(Object.keys(BUILDERS).filter((owner) => !owners.includes(owner))).toEqual([]);
  });

  test.each(Object.entries(BUILDERS).filter(([owner]) => !READS_FILES.includes(owner)))(
    "can be tested: the smallest %s is valid",
    (_owner, { minimal, build }) => {
      const world = new World();
      build(world, minimal);
      expect(findings(world.synthesize())).toEqual([]);
    },
  );

  test.each(places.map((place) => [`${place.owner}: ${place.path.join(".")}`, place] as const))(
    "is literal or rejected in %s",
    (_name, place) => {
      expect(allProblems(place)).toEqual([]);
    },
  );
});

describe("the inventory with texts of the user", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "injection-"));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** The inventory as Terraform evaluates it. Only its local value is applied, which needs no provider. */
  function applied(): unknown {
    const world = new World();
    const artifacts = Artifacts.directory("/srv/{{ lookup('pipe', 'touch PWNED') }}");
    const { monitoring } = world.hub({ monitoring: { name: TOGETHER, artifacts } });
    new PlaybookRun(monitoring as never, "site", {
      playbook: PLAYBOOK,
      variables: { texts: [...PAYLOADS, NEWLINE], map: { [TOGETHER]: TOGETHER } },
      secrets: { token: Secret.fromFile("secrets/${file(1)}{{ x }}") },
    });
    const { locals } = world.synthesize() as { readonly locals: Readonly<Record<string, object>> };
    const data = JSON.stringify(Object.values(locals).find((local) => "all" in local));
    const main = {
      locals: { data: JSON.parse(data.replace(/\$\{null_resource\.[^}]*\}/g, "id")) as unknown },
      output: { inventory: { value: "${jsonencode(local.data)}" } },
    };
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(main));
    terraform(folder, "init", "-input=false", "-no-color");
    terraform(folder, "apply", "-auto-approve", "-input=false", "-no-color");
    return JSON.parse(terraform(folder, "output", "-raw", "inventory"));
  }

  terraformTest("has the same texts after Terraform", () => {
    const marked = (text: string): unknown => (/\{[{%#]/.test(text) ? { __ansible_unsafe: text } : text);
    expect(applied()).toMatchObject({
      all: {
        vars: { monitoring_name: marked(TOGETHER) },
        children: {
          run_site: { vars: { texts: [...PAYLOADS, NEWLINE].map(marked), map: { [TOGETHER]: marked(TOGETHER) } } },
        },
      },
    });
  });

  ansibleTest("has the same texts in Ansible, which runs none of them", () => {
    writeFileSync(join(folder, "inventory.json"), JSON.stringify(applied()));
    const content = "{{ [texts, map, monitoring_name, monitoring_artifact_location, monitoring_secrets] | to_json }}";
    const tasks = [{ "ansible.builtin.copy": { content, dest: join(folder, "seen.json") }, delegate_to: "localhost" }];
    writeFileSync(join(folder, "play.yml"), JSON.stringify([{ hosts: "run_site", gather_facts: false, tasks }]));
    const program = join(dirname(ansiblePython() ?? ""), "ansible-playbook");
    const command = ["-i", "inventory.json", "-e", "ansible_connection=local", "play.yml"];
    writeFileSync(join(folder, "empty.cfg"), "[defaults]\n");
    const env = { ...process.env, ANSIBLE_CONFIG: join(folder, "empty.cfg"), LC_ALL: "C.UTF-8" };
    execFileSync(program, command, { cwd: folder, env, stdio: "pipe" });
    const [texts, map, name, location, secrets] = JSON.parse(
      readFileSync(join(folder, "seen.json"), "utf8"),
    ) as unknown[];
    expect(texts).toEqual([...PAYLOADS, NEWLINE]);
    expect(map).toEqual({ [TOGETHER]: TOGETHER });
    expect([name, location]).toEqual([TOGETHER, "/srv/{{ lookup('pipe', 'touch PWNED') }}"]);
    expect(secrets).toEqual([{ name: "token", file: "secrets/${file(1)}{{ x }}", version: "1" }]);
    expect(existsSync(join(folder, "PWNED"))).toBe(false);
  });
});
