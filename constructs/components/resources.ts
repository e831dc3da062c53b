import { Resources } from "../../lib/resources";

/** Settings of every component that is a service. */
export interface ResourceProps {
  /**
   * Limits of the memory of the service.
   *
   * @default - the defaults of {@link Resources}
   */
  readonly resources?: Resources;
}
