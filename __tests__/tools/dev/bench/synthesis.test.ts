import { UserError } from "../../../../tools/cli/user-error";
import { synthesis, takeSample } from "../../../../tools/dev/bench/synthesis";

describe("takeSample", () => {
  it.each(["local", "aws"])(
    "measures 2 servers (%s) of both makers",
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
      // More servers need more Terraform JSON.
      expect((await takeSample(kind, "bare", 4)).bytes).toBeGreaterThan(bare.bytes * 1.5);
    },
    60_000,
  );

  it("throws the output of a program that fails", async () => {
    await expect(takeSample("none", "ours", 2)).rejects.toThrow(UserError);
    await expect(takeSample("none", "ours", 2)).rejects.toThrow(
      /^cannot synthesize 2 servers \(none, ours\):\n.*none\.ts/s,
    );
  }, 60_000);
});

test("the benchmark synthesis returns figures and ratios for each size, and goals for the largest", async () => {
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
    expect(named.get(`${kind}: time per server, 2 / 1 servers, ours`)).toMatchObject({ unit: "×", goal: 1.5 });
  }
}, 120_000);
