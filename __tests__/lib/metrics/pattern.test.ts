import { Pattern } from "../../../lib/metrics/pattern";

test.each([
  ["node_vmstat_*", "node_vmstat_pgfault", true],
  ["node_vmstat_*", "node_vmstat_", false],
  ["node_vmstat_*", "my_node_vmstat_pgfault", false],
  ["node_memory_*_bytes", "node_memory_MemFree_bytes", true],
  ["node_memory_*_bytes", "node_memory_MemFree", false],
  ["node_memory_*", "node_memory_*_bytes", true],
])("Pattern %j matches %j: %j", (pattern, name, matches) => {
  expect(new Pattern(pattern).matches(name)).toBe(matches);
});
