/** Settings of every built-in component. */
export interface AdoptProps {
  /**
   * Whether to take over an installation of the same software that is not from this library, such as a Debian package. By
   * default, the deploy fails before it changes the server, and lists the conflicting files.
   *
   * The deploy keeps a copy of the configuration folder and of the unit, stops and disables the unit, and uses the system
   * user of the installation. The data is not taken over. When the component is uninstalled, the copy is restored, and the
   * former unit starts again.
   *
   * @default false
   */
  readonly adopt?: boolean;
}
