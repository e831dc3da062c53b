/** What becomes of a component's data when it is placed on another server than before. */
export enum OnMove {
  /**
   * They come along: the component is stopped at the old place, its data are copied, it starts at the new one, and when it
   * answers there, the data are removed from the old place. When the old place cannot be reached, nothing is started.
   */
  KEEP_DATA = "keepData",
  /** It begins without any at the new place; when it answers there, the data are removed from the old place. */
  DISCARD = "discard",
}

/** Settings of every component that has data. */
export interface MovableProps {
  /**
   * What becomes of its data when it moves to another server.
   *
   * @default OnMove.KEEP_DATA
   */
  readonly onMove?: OnMove;
}
