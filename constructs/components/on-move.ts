/** What happens to the data of a component when it moves to another host. */
export enum OnMove {
  /**
   * Copies the data. The deploy stops the component on the old host, copies its data, and starts the component on the
   * new host. When the component answers there, the deploy deletes the data on the old host. If the old host is
   * unreachable, the deploy fails and does not start the component on the new host.
   */
  KEEP_DATA = "keepData",
  /**
   * Starts without data on the new host. When the component answers there, the deploy deletes the data on the old host.
   */
  DISCARD = "discard",
}

/** Settings of every component that has data. */
export interface MovableProps {
  /**
   * What happens to the data when the component moves to another host.
   *
   * @default OnMove.KEEP_DATA
   */
  readonly onMove?: OnMove;
}
