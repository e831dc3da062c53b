import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { componentKinds } from "../../lib/components";
import { playbooksDirectory } from "../../lib/paths";

type Task = Readonly<Record<string, unknown>>;
type Option = Readonly<{ type: string; default?: unknown; required?: boolean; description: string }>;

const rolesDirectory = join(playbooksDirectory, "roles");
const roles = readdirSync(rolesDirectory);
const components = componentKinds.map(({ kind }) => kind);

function load(...path: string[]): unknown {
  const file = join(rolesDirectory, ...path);
  return (existsSync(file) ? parse(readFileSync(file, "utf8"), { merge: true }) : null) as unknown;
}

function options(role: string): Record<string, Option> {
  const { argument_specs: entries } = load(role, "meta", "argument_specs.yml") as {
    argument_specs: Record<string, { options: Record<string, Option> }>;
  };
  return Object.assign({}, ...Object.values(entries).map((entry) => entry.options)) as Record<string, Option>;
}

/** The tasks of a role, including those in blocks, with their files. */
function tasks(role: string): { file: string; task: Task }[] {
  const flatten = (list: readonly Task[]): Task[] =>
    list.flatMap((task) => [
      task,
      ...["block", "rescue", "always"].flatMap((part) => flatten((task[part] ?? []) as Task[])),
    ]);
  return readdirSync(join(rolesDirectory, role, "tasks")).flatMap((file) =>
    flatten(load(role, "tasks", file) as Task[]).map((task) => ({ file, task })),
  );
}

describe.each(roles)("role %s", (role) => {
  test("has the defaults that its argument specification documents", () => {
    const defaults = (load(role, "defaults", "main.yml") ?? {}) as Record<string, unknown>;
    const documented = Object.entries(options(role))
      .filter(([, option]) => option.required !== true)
      .map(([name, option]) => [name, option.default] as const);
    expect(defaults).toEqual(Object.fromEntries(documented));
  });

  test("prefixes its variables with its name", () => {
    const defaults = Object.keys(load(role, "defaults", "main.yml") ?? {});
    const vars = Object.keys(load(role, "vars", "main.yml") ?? {});
    const registered = tasks(role).flatMap(({ task }) => (typeof task.register === "string" ? [task.register] : []));
    expect(defaults.filter((name) => !name.startsWith(`${role}_`))).toEqual([]);
    expect(vars.filter((name) => !name.startsWith(`_${role}_`))).toEqual([]);
    expect(registered.filter((name) => !name.startsWith(`__${role}_`))).toEqual([]);
  });

  test("uses only modules of ansible-core, by full names, and modules of this project", () => {
    const keywords =
      /^(name|when|register|loop|loop_control|vars|tags|block|rescue|always|until|retries|delay|throttle|no_log|ignore_.*|check_mode|changed_when|failed_when)$/;
    const modules = tasks(role).flatMap(({ task }) => Object.keys(task).filter((key) => !keywords.test(key)));
    const others = modules.filter((module) => !/^ansible\.builtin\.[a-z_]+$/.test(module));
    const ours = ["action", "modules"].flatMap((kind) =>
      readdirSync(join(playbooksDirectory, "plugins", kind)).map((file) => basename(file, ".py")),
    );
    expect(others.filter((module) => !ours.includes(module))).toEqual([]);
  });
});

describe.each(components)("component %s", (role) => {
  test("has at most a dozen tasks of its own", () => {
    const own = tasks(role).filter(({ file, task }) => file === "main.yml" && !("ansible.builtin.import_role" in task));
    expect(own.length).toBeLessThanOrEqual(12);
  });

  test("has a playbook for the hosts of its run that begins with the preflight checks", () => {
    const [play] = parse(readFileSync(join(playbooksDirectory, `${role}.yml`), "utf8")) as [
      { hosts: string; gather_facts: boolean; tasks: Task[] },
    ];
    expect(play).toMatchObject({ hosts: `run_${role}`, gather_facts: false });
    expect(play.tasks[0]?.["ansible.builtin.import_role"]).toMatchObject({ name: role, tasks_from: "preflight" });
  });
});

test("only tasks that write secrets hide their output", () => {
  const hidden = roles.flatMap((role) => tasks(role).filter(({ task }) => task.no_log === true));
  expect(hidden.map(({ task }) => task.name).sort()).toEqual([
    "Create the authority",
    "Write the keys of the object storage",
    "Write the secrets",
  ]);
});
