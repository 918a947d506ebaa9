import { createServer, request, type Server } from "node:http";

/** What a proxy does with one request: pass it, pass it and cut the answer, or answer itself. */
export type Act =
  | { readonly kind: "pass" }
  | { readonly kind: "cut" }
  | { readonly kind: "silent" }
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    };

/** An HTTP proxy on 127.0.0.1 in front of one server, which misbehaves as it is told. */
export class FaultyProxy {
  readonly #server: Server;
  readonly requests: { path: string; headers: Record<string, unknown>; bytes: number }[] = [];
  act: (path: string) => Act = () => ({ kind: "pass" });
  url = "";

  constructor(target?: () => string) {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", () => {});
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        const path = incoming.url ?? "/";
        this.requests.push({ path, headers: incoming.headers, bytes: body.length });
        const act = this.act(path);
        if (act.kind === "silent") return;
        if (act.kind === "answer") {
          outgoing.writeHead(act.status, act.headers).end(act.body ?? "");
          return;
        }
        const forward = request(
          new URL(path, target?.()),
          { method: incoming.method, headers: incoming.headers },
          (answer) => {
            if (act.kind === "cut") {
              answer.resume();
              answer.on("end", () => outgoing.socket?.destroy());
              return;
            }
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(outgoing);
          },
        );
        forward.on("error", () => outgoing.socket?.destroy());
        forward.end(body);
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (typeof address === "object" && address) this.url = `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
