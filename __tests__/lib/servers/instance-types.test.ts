import { hasNvmeDisks, instanceArchitecture, instanceTypeProblem } from "../../../lib/servers/instance-types";

test.each(["t4g.small", "m6gd.large", "c7gn.xlarge", "a1.medium", "g5g.xlarge", "is4gen.large", "x2gd.medium"])(
  "%s is Graviton's",
  (type) => {
    expect(instanceArchitecture(type)).toBe("arm64");
  },
);

test.each(["t3.small", "m7i-flex.large", "g4dn.xlarge", "c5n.large", "gr6.4xlarge", "u7i-12tb.224xlarge"])(
  "%s is not Graviton's",
  (type) => {
    expect(instanceArchitecture(type)).toBe("amd64");
    expect(instanceTypeProblem(type)).toBeUndefined();
  },
);

test.each(["t2.micro", "m4.large", "i3.large", "x1e.xlarge"])("%s has disks without names by volume", (type) => {
  expect(hasNvmeDisks(type)).toBe(false);
});

test.each(["t3.micro", "t3a.small", "i3en.large", "m5.large", "h2.large"])("%s has NVMe disks", (type) => {
  expect(hasNvmeDisks(type)).toBe(true);
});

test.each(["", "small", "T3.small", "t3."])("%j is no instance type", (type) => {
  expect(instanceTypeProblem(type)).toContain("is not an instance type");
});
