import { synth } from "../../support/synth";
import { terraform, terraformTest } from "../../support/terraform";
import { Hub } from "../../support/topology";

terraformTest("a synthesized stack passes terraform validate and plan", () => {
  const { directory } = synth((stack) => {
    new Hub(stack, {
      externalLabels: { site: "a ${b} %{c} {{ d }}" },
      scrapeJobs: [{ job: "app", targets: ["10.0.0.1:8080"] }],
    }).member("app");
  });
  terraform(directory, "init", "-input=false", "-no-color");
  expect(terraform(directory, "validate", "-no-color")).toContain("The configuration is valid.");
  expect(terraform(directory, "plan", "-input=false", "-no-color", "-lock=false")).toContain(
    "Plan: 15 to add, 0 to change, 0 to destroy.",
  );
});
