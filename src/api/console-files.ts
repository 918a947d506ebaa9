import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const NOT_BUILT_STYLE =
  "body{font:16px/1.6 system-ui,sans-serif;max-width:38rem;margin:15vh auto;padding:0 1rem}code{font-size:1.1em}";

const NOT_BUILT = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>campusd</title><style>${NOT_BUILT_STYLE}</style></head>
<body><h1>控制台尚未构建</h1>
<p>campusd 正在运行，接口在 <a href="/api/v1/health">/api/v1/health</a>。请执行 <code>npm run build:console</code>，然后刷新本页。</p>
<h2 lang="en">The console is not built yet</h2>
<p lang="en">campusd runs, and its API answers at <a href="/api/v1/health">/api/v1/health</a>. Run <code>npm run build:console</code>, then reload this page.</p>
</body></html>
`;

/** A content security policy that lets the one style of the page above through, and nothing else. */
const NOT_BUILT_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(NOT_BUILT_STYLE).digest("base64")}'`;

/**
 * Serves the built console. Every path that is not the API's and not a file is the console's own page, which
 * reads the path. Answers a function for the not-found handler: true when it has answered.
 * @param folder console/dist, which need not exist
 */
export function serveConsole(
  app: FastifyInstance,
  folder: string,
): (request: FastifyRequest, reply: FastifyReply) => boolean {
  const index = join(folder, "index.html");
  if (existsSync(index))
    app.register(fastifyStatic, {
      root: folder,
      index: ["index.html"],
      dotfiles: "ignore",
      setHeaders(response, path) {
        // Vite puts a hash of the content into the names of assets.
        const hashed = path.includes("/assets/");
        response.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  return (request, reply) => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const [path = ""] = request.url.split("?");
    if (/^\/(api|metrics|assets)(\/|$)/.test(path)) return false;
    if (!(request.headers.accept ?? "").includes("text/html")) return false;
    if (existsSync(index) && typeof reply.sendFile === "function") reply.sendFile("index.html");
    else
      reply
        .code(503)
        .header("content-security-policy", NOT_BUILT_POLICY)
        .header("cache-control", "no-store")
        .type("text/html; charset=utf-8")
        .send(NOT_BUILT);
    return true;
  };
}
