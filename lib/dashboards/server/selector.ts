import { ALL_SERVERS } from "../expressions";

/** The server that is chosen above the panels. */
export const SERVER = `${ALL_SERVERS},instance="$instance"`;
