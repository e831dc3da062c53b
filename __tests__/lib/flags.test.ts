import { flagProblem } from "../../lib/flags";

const MOUNTS = "--collector.filesystem.mount-points-exclude=^/(mnt/backup)($|/)";

test.each<[string, readonly string[]]>([
  ["node_exporter", ["--no-collector.zfs", "--collector.systemd.unit-include=.+", MOUNTS]],
  ["node_exporter", ["--collector.textfile.directory=/srv/a", "--collector.textfile.directory=/srv/b"]],
  ["prometheus", ["--enable-feature=old-ui", "--enable-feature=st-storage", "--web.enable-remote-write-receiver"]],
  ["alertmanager", ["--enable-feature=classic-mode", "--log.level=debug"]],
  ["loki", ["-log.level=debug", "--log.level=info", "-ruler.evaluation-interval=5s"]],
])("accepts flags of %s that its role does not depend on: %p", (kind, flags) => {
  expect(flagProblem(kind, flags)).toBeUndefined();
});

test.each<[string, readonly string[], string]>([
  ["prometheus", ["-v"], '"-v" is not a flag: write "--name" or "--name=value"'],
  ["prometheus", ["-log.level=debug"], '"-log.level=debug" is not a flag: write "--log.level=debug"'],
  ["prometheus", ["--log.level debug"], '"--log.level debug" is not a flag: write "--log.level=debug"'],
  ["prometheus", ["--log.level", "debug"], '"debug" is not a flag: write "--name" or "--name=value"'],
  ["prometheus", ["@/etc/flags"], '"@/etc/flags" is not a flag: write "--name" or "--name=value"'],
])("rejects a malformed flag of %s: %p", (kind, flags, problem) => {
  expect(flagProblem(kind, flags)).toBe(problem);
});

test.each<[string, string, string]>([
  [
    "node_exporter",
    "--web.listen-address=:1",
    "the prop port sets --web.listen-address: remove the flag, and set the prop",
  ],
  ["prometheus", "--storage.tsdb.retention.time=1d", "the prop retention sets --storage.tsdb.retention.time"],
  ["prometheus", "--config.file=/a", "cdktf-monitoring depends on the value of --config.file: remove the flag"],
  [
    "prometheus",
    "--no-web.enable-remote-write-receiver",
    "depends on the value of --no-web.enable-remote-write-receiver",
  ],
  ["alertmanager", "--cluster.peer=a:1", "cdktf-monitoring depends on the value of --cluster.peer"],
  ["loki", "-server.http-listen-port=1", "the prop apiPort sets --server.http-listen-port"],
  ["loki", "--config.file=x", "depends on the value of --config.file"],
])("refuses a flag of %s that its role sets: %s", (kind, flag, problem) => {
  expect(flagProblem(kind, [flag])).toContain(problem);
});

test.each([
  ["node_exporter", [MOUNTS, MOUNTS], "collector.filesystem.mount-points-exclude"],
  ["node_exporter", ["--collector.zfs", "--no-collector.zfs"], "collector.zfs"],
  ["prometheus", ["--log.level=debug", "--log.level=info"], "log.level"],
])("refuses flags that %s rejects when they are repeated: %p", (kind, flags, name) => {
  expect(flagProblem(kind, flags)).toBe(`extraFlags contains --${name} twice: remove one of them`);
});

test("names the file that lacks the rules of a kind", () => {
  expect(() => flagProblem("mysql", [])).toThrow('"mysql" is not in playbooks/flags.json: add the rules of its flags');
});
