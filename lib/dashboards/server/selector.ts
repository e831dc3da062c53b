import { ALL_SERVERS } from "../expressions";

/** Matchers for the server that the variable `instance` selects. */
export const SERVER = `${ALL_SERVERS},instance="$instance"`;
