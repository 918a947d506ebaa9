/**
 * Topic scopes of the embedded broker. A scope is a literal topic filter; nothing of a client id or a user
 * name is ever put into one (CVE-2017-7650).
 */

/** Whether a topic of a PUBLISH matches the filter (MQTT 3.1.1, 4.7). */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === "#") return true;
    if (i >= levels.length || (wanted[i] !== "+" && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic that `filter` matches is matched by `scope` too: what a SUBSCRIBE may ask for. */
export function covers(scope: string, filter: string): boolean {
  if (filter.startsWith("$") && !scope.startsWith("$")) return false;
  const wide = scope.split("/");
  const narrow = filter.split("/");
  for (let i = 0; i < wide.length; i++) {
    if (wide[i] === "#") return true;
    const level = narrow[i];
    if (level === undefined || level === "#") return false;
    if (wide[i] !== "+" && wide[i] !== level) return false;
  }
  return wide.length === narrow.length;
}

/** A topic that may stand in a PUBLISH: not empty, no wildcard, no NUL, not the broker's own `$` tree. */
export function isPlainTopic(topic: string): boolean {
  return topic !== "" && topic.length <= 1024 && !/[+#\0]/.test(topic) && !topic.startsWith("$");
}

/** A client id that cannot be mistaken for a pattern, a path or a control sequence. */
export function isPlainClientId(id: string): boolean {
  return id.length <= 128 && /^[\p{L}\p{N}._:@ {}()-]*$/u.test(id);
}
