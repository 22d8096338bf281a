/** What came is not the protocol: nothing after it can be understood, so the connection ends. */
export class ProtocolError extends Error {}
