/** The variable of the environment that says how many servers the measured stack has beyond those of main.ts. */
export const MORE_SERVERS = "BENCH_MORE_SERVERS";
