/** Environment variable with the number of additional servers in the measured stack. */
export const MORE_SERVERS = "BENCH_MORE_SERVERS";
