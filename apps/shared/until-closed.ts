import type { ServerResponse } from 'node:http';

/**
 * Aborts when the client hangs up: whoever waits must not be given what nobody will take. It has hung up when its side of the
 * connection ends; that the connection is closed follows later, and something may come in between.
 */
export function untilClosed(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const { socket } = response;
  const abort = (): void => {
    controller.abort();
  };
  socket?.once('end', abort);
  response.once('close', () => {
    // The connection may carry further requests.
    socket?.off('end', abort);
    abort();
  });
  return controller.signal;
}
