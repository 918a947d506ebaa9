import { domainToASCII } from "node:url";
import { CampusError } from "../../../src/errors/campus-error.ts";

/**
 * The home page of a site: of `school.edu.cn` over https, of a web address as it is given, without its fragment.
 * Throws E_USAGE for anything else, names the text and says what is wanted.
 */
export function siteUrl(domain: string): URL {
  const text = /^https?:\/\//i.test(domain) ? domain : `https://${domain}/`;
  const wrong = (): CampusError =>
    new CampusError("E_USAGE", `'${domain}' is no site; write a name (school.edu.cn) or a web address`, {
      domain,
    });
  if (!URL.canParse(text) || domain.length > 300) throw wrong();
  const url = new URL(text);
  const { hostname, username, password } = url;
  if (username !== "" || password !== "") throw wrong();
  if (
    domainToASCII(hostname) === "" ||
    !/^[a-z0-9.-]+\.[a-z0-9-]+\.?$/.test(hostname) ||
    /^[\d.]+$/.test(hostname)
  )
    throw wrong();
  url.hash = "";
  return url;
}
