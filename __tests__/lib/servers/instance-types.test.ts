import { hasNvmeDisks, instanceArchitecture, instanceTypeProblem } from "../../../lib/servers/instance-types";

test.each(["t4g.small", "m6gd.large", "c7gn.xlarge", "a1.medium", "g5g.xlarge", "is4gen.large", "x2gd.medium"])(
  "instanceArchitecture(%s) is arm64",
  (type) => {
    expect(instanceArchitecture(type)).toBe("arm64");
  },
);

test.each(["t3.small", "m7i-flex.large", "g4dn.xlarge", "c5n.large", "gr6.4xlarge", "u7i-12tb.224xlarge"])(
  "instanceArchitecture(%s) is amd64",
  (type) => {
    expect(instanceArchitecture(type)).toBe("amd64");
    expect(instanceTypeProblem(type)).toBeUndefined();
  },
);

test.each(["t2.micro", "m4.large", "i3.large", "x1e.xlarge"])("hasNvmeDisks(%s) is false", (type) => {
  expect(hasNvmeDisks(type)).toBe(false);
});

test.each(["t3.micro", "t3a.small", "i3en.large", "m5.large", "h2.large"])("hasNvmeDisks(%s) is true", (type) => {
  expect(hasNvmeDisks(type)).toBe(true);
});

test.each(["", "small", "T3.small", "t3."])("instanceTypeProblem rejects %j", (type) => {
  expect(instanceTypeProblem(type)).toContain("is not an EC2 instance type: use one such as");
});
