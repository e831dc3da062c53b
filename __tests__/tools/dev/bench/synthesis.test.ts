import { UserError } from "../../../../tools/cli/common";
import { synthesis, takeSample } from "../../../../tools/dev/bench/synthesis";

describe("a sample of the synthesis", () => {
  test.each(["local", "aws"])(
    "of 2 servers (%s) is taken for both makers",
    async (kind) => {
      const ours = await takeSample(kind, "ours", 2);
      const bare = await takeSample(kind, "bare", 2);
      for (const sample of [ours, bare])
        expect(sample).toEqual({
          load: expect.any(Number) as number,
          construct: expect.any(Number) as number,
          synthesize: expect.any(Number) as number,
          cpu: expect.any(Number) as number,
          bytes: expect.any(Number) as number,
        });
      expect(bare.bytes).toBeGreaterThan(500);
      // It is the same work for more servers.
      expect((await takeSample(kind, "bare", 4)).bytes).toBeGreaterThan(bare.bytes * 1.5);
    },
    60_000,
  );

  test("of a kind that does not exist tells why it failed", async () => {
    await expect(takeSample("none", "ours", 2)).rejects.toThrow(UserError);
    await expect(takeSample("none", "ours", 2)).rejects.toThrow(
      /^making 2 servers \(none, ours\) failed:\n.*none\.ts/s,
    );
  }, 60_000);
});

test("the benchmark has figures for each size, their ratios, and goals for the largest", async () => {
  const { figures } = await synthesis.run({ repeat: 1, sizes: [1, 2], environment: {}, log: () => undefined });
  const named = new Map(figures.map((figure) => [figure.name, figure]));
  for (const kind of ["local", "aws"]) {
    for (const size of [1, 2])
      for (const maker of ["ours", "bare"])
        expect(named.get(`${kind}, ${size} servers, ${maker}`)).toMatchObject({
          unit: "s",
          samples: [expect.any(Number)],
        });
    expect(named.get(`${kind}, 1 servers, ours / bare`)).not.toHaveProperty("goal");
    expect(named.get(`${kind}, 2 servers, ours / bare`)).toMatchObject({ unit: "×", goal: 1.5 });
    expect(named.get(`${kind}: a server among 2 / among 1, ours`)).toMatchObject({ unit: "×", goal: 1.5 });
  }
}, 120_000);
