import { labelNameProblem, runNameProblem, serverNameProblem } from "../../lib/names";

test.each(["hub", "app-1", "1and1", "a", "Web01", "db1.example.com", "DB-1.Example.com", "7", "a".repeat(63)])(
  "serverNameProblem accepts %s",
  (name) => {
    expect(serverNameProblem(name)).toBeUndefined();
  },
);

test.each(["", "a_b", "-a", "a-", "a..b", ".a", "a.", "a.-b", "a".repeat(64), "hub ", "hub\n"])(
  "serverNameProblem rejects %j",
  (name) => {
    expect(serverNameProblem(name)).toMatch(/^".*" is not a valid server name: use/s);
  },
);

test("serverNameProblem rejects a name that looks like an address, or is too long", () => {
  expect(serverNameProblem("10.0.0.7")).toBe(
    'the server name "10.0.0.7" looks like an IP address: choose a name such as "db1" or "db1.example.com"',
  );
  const long = `${"a".repeat(60)}.${"b".repeat(60)}`;
  expect(serverNameProblem(long)).toBeUndefined();
  expect(serverNameProblem(long, 63)).toBe(`the server name "${long}" has 121 characters: use at most 63`);
  expect(serverNameProblem(Array(64).fill("abc").join("."))).toMatch(/has 255 characters: use at most 253$/);
});

test("serverNameProblem rejects reserved names in upper case too", () => {
  expect(serverNameProblem("Localhost")).toMatch(/is reserved/);
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
