import { Icon } from "./icon.tsx";

/** The same numbers as files. The server makes them; the browser only saves. */
export function Exports({ files }: { files: readonly (readonly [name: string, href: string])[] }) {
  return (
    <p class="exports">
      {files.map(([name, href]) => (
        <a key={name} class="button" download href={href}>
          <Icon name="down" size={14} />
          {name}
        </a>
      ))}
    </p>
  );
}
