import { labelNameProblem, runNameProblem, serverNameProblem } from "../../lib/names";

test.each(["hub", "app-1", "1and1", "a"])("serverNameProblem accepts %s", (name) => {
  expect(serverNameProblem(name)).toBeUndefined();
});

test.each(["", "Hub", "a_b", "-a", "a-", "a.b", "a".repeat(64), "hub "])("serverNameProblem rejects %j", (name) => {
  expect(serverNameProblem(name)).toMatch(/^".*" is not a valid server name: use/);
});

test.each(["all", "localhost", "ungrouped"])("the name %s is reserved", (name) => {
  expect(serverNameProblem(name)).toBe(`the server name "${name}" is reserved: choose another`);
  expect(runNameProblem(name)).toBe(`the run name "${name}" is reserved: choose another`);
});

test("runNameProblem accepts the name of an Ansible group", () => {
  expect(runNameProblem("my_run2")).toBeUndefined();
  for (const name of ["", "My", "my-run", "2runs", "a/b"])
    expect(runNameProblem(name)).toMatch(/is not a valid name of a run: use/);
});

test("labelNameProblem accepts the name of a Prometheus label", () => {
  expect(labelNameProblem("team_A1")).toBeUndefined();
  for (const name of ["", "1a", "a-b", "__meta", "a b"]) expect(labelNameProblem(name)).toMatch(/is not a label name/);
});
