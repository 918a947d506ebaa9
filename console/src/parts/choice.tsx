import { useConsole } from "../state/context.ts";

interface Props {
  readonly label: string;
  /** Member of the address that holds the choice; without it everything is shown. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, word: string])[];
}

/** A filter whose choice is in the address. */
export function Choice({ label, name, options }: Props) {
  const { router, words } = useConsole();
  const value = router.place.value.query.get(name) ?? "";
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => router.go(router.with({ [name]: event.currentTarget.value || null }), "replace")}
      >
        <option value="">{words.value.filter.all}</option>
        {options.map(([option, word]) => (
          <option key={option} value={option}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SwitchProps extends Props {
  readonly fallback: string;
}

/** A few choices side by side, one of them in force, as links: each can be sent to a colleague. */
export function Segments({ label, name, options, fallback }: SwitchProps) {
  const { router } = useConsole();
  const value = router.place.value.query.get(name) ?? fallback;
  return (
    <nav class="segments" aria-label={label}>
      {options.map(([option, word]) => (
        <a
          key={option}
          href={router.with({ [name]: option === fallback ? null : option, from: null, to: null })}
          aria-current={option === value ? "true" : undefined}
        >
          {word}
        </a>
      ))}
    </nav>
  );
}
