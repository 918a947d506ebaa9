import { Duplex } from "node:stream";

/** Octets that may wait in the WebSocket before the stream asks its writer to wait. */
const MOST_BUFFERED = 64 * 1024;

/** MQTT over WebSocket (MQTT 3.1.1, section 6): the octets of binary messages as a stream. */
export function webSocketStream(url: string): Duplex {
  const socket = new WebSocket(url, ["mqtt"]);
  socket.binaryType = "arraybuffer";
  const opened = new Promise<void>((resolve) => socket.addEventListener("open", () => resolve()));
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array<ArrayBuffer>, _encoding, done) {
      void opened.then(() => {
        if (socket.readyState !== WebSocket.OPEN) return;
        socket.send(chunk);
        if (socket.bufferedAmount < MOST_BUFFERED) done();
        else setTimeout(done, 10);
      });
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
  socket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) stream.push(new Uint8Array(data));
    else stream.destroy(new Error("a text message instead of MQTT octets"));
  });
  socket.addEventListener("error", () => stream.destroy(new Error("the WebSocket failed")));
  socket.addEventListener("close", () => stream.destroy());
  return stream;
}
