import { exclusionProblem, Exclusions } from "../../../lib/metrics/exclusions";

const none: Exclusions = { excludedMountPoints: [], excludedFilesystemTypes: [], excludedNetworkDevices: [] };

test("accepts paths, types and devices", () => {
  const exclusions = {
    excludedMountPoints: ["/mnt/backup", "/srv/images/.+", "(/a|/b)"],
    excludedFilesystemTypes: ["nfs4?"],
    excludedNetworkDevices: ["wg\\d+"],
  };
  expect(exclusionProblem(exclusions, ["--no-collector.zfs"])).toBeUndefined();
});

test.each<[Partial<Exclusions>, string]>([
  [{ excludedMountPoints: ["mnt"] }, 'excludedMountPoints: "mnt" matches no absolute path: begin it with "/"'],
  [{ excludedMountPoints: ["/mnt/("] }, 'excludedMountPoints: "/mnt/(": '],
  [{ excludedFilesystemTypes: ["(?!ext4)"] }, 'excludedFilesystemTypes: "(?!ext4)": "(?!e" is not supported'],
])("rejects %p", (exclusions, problem) => {
  expect(exclusionProblem({ ...none, ...exclusions }, [])).toContain(problem);
});

test.each<[Partial<Exclusions>, string]>([
  [{ excludedMountPoints: ["/mnt"] }, "collector.filesystem.mount-points-include"],
  [{ excludedFilesystemTypes: ["nfs"] }, "collector.filesystem.fs-types-exclude"],
  [{ excludedNetworkDevices: ["wg0"] }, "collector.netclass.ignored-devices"],
])("rejects %p together with the flag --%s that replaces it", (exclusions, flag) => {
  const [prop] = Object.keys(exclusions);
  expect(exclusionProblem({ ...none, ...exclusions }, [`--${flag}=x`])).toBe(
    `${prop ?? ""} has no effect, because extraFlags contains --${flag}: use one of them`,
  );
  expect(exclusionProblem(none, [`--${flag}=x`])).toBeUndefined();
});
