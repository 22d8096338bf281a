/** Why something of the manifests cannot run on the loopback cluster; becomes a line of what is left out. */
export class Obstacle extends Error {
  public constructor(because: string) {
    super(because);
    this.name = 'Obstacle';
  }
}
