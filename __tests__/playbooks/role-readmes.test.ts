import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { roleReadmes } from "../../tools/dev/role-docs";

const readmes = [...roleReadmes()].map(([file, wanted]) => ({
  role: basename(dirname(file)),
  text: readFileSync(file, "utf8"),
  wanted,
}));

describe.each(readmes)("the README of role $role", ({ role, text, wanted }) => {
  it("lists the variables that the argument specification declares; if not, run npm run docs", () => {
    expect(text).toBe(wanted);
  });

  it("has the sections that every role has", () => {
    expect(text).toMatch(new RegExp(`^# ${role}\n`));
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections.slice(0, 4)).toEqual(["Requirements", "Variables", "Example", "On the server"]);
  });
});

it("shows nested options by their paths, and Ansible's markup as code", () => {
  const loki = readmes.find(({ role }) => role === "loki")?.wanted ?? "";
  expect(loki).toContain("| `loki_s3.bucket` | str | – | Name of the bucket. |");
  expect(loki).toContain(
    '| `loki_stream_retention[].selector` | str | required | Selector of the streams, such as `{job="nginx"}`. |',
  );
  expect(loki).toContain("Whether `monitoring_secrets` has the keys `s3_access_key` and `s3_secret_key`.");
});
