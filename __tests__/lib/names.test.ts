import { labelNameProblem, runNameProblem, serverNameProblem } from "../../lib/names";

test.each(["hub", "app-1", "1and1", "a"])("%s can be a server's name", (name) => {
  expect(serverNameProblem(name)).toBeUndefined();
});

test.each(["", "Hub", "a_b", "-a", "a-", "a.b", "a".repeat(64), "hub "])("%j cannot be a server's name", (name) => {
  expect(serverNameProblem(name)).toMatch(/^".*" cannot be a server's name/);
});

test.each(["all", "localhost", "ungrouped"])("the name %s is Ansible's own", (name) => {
  expect(serverNameProblem(name)).toBe(`the server name "${name}" is reserved: choose another`);
  expect(runNameProblem(name)).toBe(`the run name "${name}" is reserved: choose another`);
});

test("a run's name is an Ansible group's", () => {
  expect(runNameProblem("my_run2")).toBeUndefined();
  for (const name of ["", "My", "my-run", "2runs", "a/b"])
    expect(runNameProblem(name)).toMatch(/cannot be a run's name/);
});

test("a label's name is Prometheus'", () => {
  expect(labelNameProblem("team_A1")).toBeUndefined();
  for (const name of ["", "1a", "a-b", "__meta", "a b"]) expect(labelNameProblem(name)).toMatch(/is not a label name/);
});
